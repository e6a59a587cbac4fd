-- Replays of quarantined messages: wished for by the API or the command line, done by an ingest worker, since nobody else stores readings.

-- What a broker sends again because it was retained says nothing new when it is replayed.
ALTER TABLE quarantine ADD COLUMN retained boolean NOT NULL DEFAULT false;
-- Entries of one message, and those of a time.
CREATE INDEX quarantine_received ON quarantine (received_at);

-- One entry in whatever state it is, or all open entries of a reason or a device that were there when it was wished for.
CREATE TABLE replays (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant        text COLLATE "C" NOT NULL,
  entry_id      bigint,
  reason        text,
  device_id     text COLLATE "C",
  last_id       bigint NOT NULL,             -- the youngest entry that is looked at
  next_id       bigint NOT NULL DEFAULT 0,   -- entries up to here have been looked at
  requested_at  timestamptz NOT NULL DEFAULT now(),
  stepped_at    timestamptz NOT NULL DEFAULT now(),   -- when a worker last got on with it
  not_before    timestamptz NOT NULL DEFAULT '-infinity',
  attempts      integer NOT NULL DEFAULT 0,           -- in vain, since it last got on
  finished_at   timestamptz,
  entries       bigint NOT NULL DEFAULT 0,   -- looked at
  replayed      bigint NOT NULL DEFAULT 0,   -- and none of their message's readings is missing any more
  received      bigint NOT NULL DEFAULT 0,
  stored        bigint NOT NULL DEFAULT 0,
  duplicate     bigint NOT NULL DEFAULT 0,
  conflicting   bigint NOT NULL DEFAULT 0,
  rejected      bigint NOT NULL DEFAULT 0
);
CREATE INDEX replays_waiting ON replays (id) WHERE finished_at IS NULL;

SELECT protect_tenant_table('replays');
GRANT SELECT, INSERT, UPDATE, DELETE ON replays TO verimeter_service;
GRANT SELECT, INSERT, DELETE ON replays TO verimeter_app;

CREATE FUNCTION notify_replay() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('verimeter_replays', '');
  RETURN NULL;
END
$$;
CREATE TRIGGER notify_insert AFTER INSERT ON replays FOR EACH STATEMENT EXECUTE FUNCTION notify_replay();
