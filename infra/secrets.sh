#!/bin/sh
# Makes the passwords of a deployment in the directory `secrets` beside this file (or the one given), once: what is there
# stays. Needs Mosquitto's mosquitto_passwd, or Docker to run that of the image.
#   sh infra/secrets.sh [DIRECTORY] [DATABASE_HOST] [BROKER_HOST] [QUESTDB_HOST]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
directory=${1:-$here/secrets}
database=${2:-database}
broker=${3:-mosquitto}
questdb=${4:-questdb}

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# The directory keeps others out. The files are readable: Compose mounts them as they are into containers whose accounts
# are not the owner's.
umask 077
mkdir -p "$directory/mosquitto"
directory=$(cd "$directory" && pwd)
chmod 700 "$directory"

# keep FILE VALUE: the value is written where the file is not there.
keep() {
  [ -e "$directory/$1" ] || printf '%s' "$2" >"$directory/$1"
  chmod 444 "$directory/$1"
}

keep database_admin_password "$(random)"
keep database_password "$(random)"
keep questdb_password "$(random)"
keep questdb_http_url "http://verimeter:$(cat "$directory/questdb_password")@$questdb:9000"
keep questdb_pg_url "postgres://verimeter:$(cat "$directory/questdb_password")@$questdb:8812/qdb"
keep database_admin_url "postgres://postgres:$(cat "$directory/database_admin_password")@$database:5432/verimeter"
keep database_url "postgres://verimeter_services:$(cat "$directory/database_password")@$database:5432/verimeter"

keep mqtt_password "$(random)"
keep mqtt_url "mqtt://verimeter-ingest:$(cat "$directory/mqtt_password")@$broker:1883"

chmod 755 "$directory/mosquitto"
if [ ! -e "$directory/mosquitto/passwords" ]; then
  printf 'verimeter-ingest:%s\n' "$(cat "$directory/mqtt_password")" >"$directory/mosquitto/passwords.new"
  # Replaces the passwords in the file by their hashes.
  if command -v mosquitto_passwd >/dev/null; then
    mosquitto_passwd -U "$directory/mosquitto/passwords.new"
  else
    docker run --rm --network none --user "$(id -u):$(id -g)" --volume "$directory/mosquitto:/work" \
      eclipse-mosquitto:2.0.22 mosquitto_passwd -U /work/passwords.new
  fi
  mv "$directory/mosquitto/passwords.new" "$directory/mosquitto/passwords"
fi
chmod 444 "$directory/mosquitto/passwords"
