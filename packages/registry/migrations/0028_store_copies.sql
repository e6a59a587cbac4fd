-- Copying readings from one store into another (docs/decisions/0140). One at a time; what is kept here lets one that was cut off go on.

CREATE TABLE store_copies (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  source       text NOT NULL,
  target       text NOT NULL,
  address      text NOT NULL DEFAULT '',      -- of an engine beside this database, without user and password
  began_at     timestamptz NOT NULL DEFAULT now(),
  shown        text NOT NULL,                 -- what the source showed when it was last looked at: what is shown since is still to be brought
  finished_at  timestamptz                    -- last time that everything was there and equal
);

-- What there was when the copy began, in pieces; instants in microseconds since 1970, until exclusive.
CREATE TABLE store_copy_parts (
  part           integer PRIMARY KEY,
  from_us        bigint NOT NULL,
  until_us       bigint NOT NULL,
  first_channel  integer NOT NULL,
  last_channel   integer NOT NULL,
  readings       bigint                       -- null: not copied yet
);

-- Days (UTC) of channels with readings that came since: to be brought and compared.
CREATE TABLE store_copy_days (
  channel_id  integer NOT NULL,
  day_us      bigint NOT NULL,
  PRIMARY KEY (day_us, channel_id)
);

-- Months (UTC) of which all channels were found equal.
CREATE TABLE store_copy_months (
  from_us   bigint PRIMARY KEY,
  readings  bigint NOT NULL,
  sha256    text NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON store_copies, store_copy_parts, store_copy_days, store_copy_months TO verimeter_service;
