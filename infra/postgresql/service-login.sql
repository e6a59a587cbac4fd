-- The login of ingest, analytics and API: it may act as verimeter_service and verimeter_app, and is nothing else. For psql, run by a
-- superuser in the database, before `verimeter migrate`, which finds the roles. Run again, it sets the password anew.
-- The password is the psql variable `password`, else the content of the file that SERVICE_PASSWORD_FILE names.
\set ON_ERROR_STOP on
\if :{?password}
\else
  \set password `cat "$SERVICE_PASSWORD_FILE"`
\endif

SELECT format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', name)
  FROM unnest(ARRAY['verimeter_owner', 'verimeter_service', 'verimeter_app']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT 'CREATE ROLE verimeter_services LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'verimeter_services') \gexec

-- The statement holds the password: it is kept out of the server's log, and the server keeps a verifier only.
SET password_encryption = 'scram-sha-256';
SET log_statement = 'none';
SET log_min_duration_statement = -1;
ALTER ROLE verimeter_services PASSWORD :'password';
GRANT verimeter_service, verimeter_app TO verimeter_services;
