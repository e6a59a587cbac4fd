-- MQTT sessions of the ingest workers of this database: which are in the hands of a running worker, and which are abandoned.
CREATE TABLE ingest_sessions (
  broker      text COLLATE "C" NOT NULL,     -- host:port
  client_id   text COLLATE "C" NOT NULL,
  filter      text NOT NULL,                 -- what it subscribed to
  expiry_s    bigint NOT NULL,               -- how long the broker keeps it without its client
  holder      uuid NOT NULL,                 -- the process
  started_at  timestamptz NOT NULL DEFAULT now(),
  seen_at     timestamptz NOT NULL DEFAULT now(),
  left_at     timestamptz,                   -- the holder stopped in order; the session stays with the broker
  PRIMARY KEY (broker, client_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest_sessions TO verimeter_service;
