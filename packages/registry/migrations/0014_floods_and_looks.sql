-- Senders beyond 50 messages/s, replays of entries without a device, and looks that cost what is new (docs/decisions/0106).

-- One row per time without pause in which a sender went beyond the rate; written by the ingest workers once a minute while it lasts.
CREATE TABLE message_floods (
  tenant            text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  sender            text COLLATE "C" NOT NULL,   -- device or gateway as in the topic; the topic where it names none
  since             timestamptz NOT NULL,        -- first and last message beyond the rate
  until             timestamptz NOT NULL,
  beyond            bigint NOT NULL,             -- messages beyond the rate
  rate_per_s        float8 NOT NULL,             -- in the last minute
  top_rate_per_s    float8 NOT NULL,
  PRIMARY KEY (tenant, sender, since)
) WITH (fillfactor = 80);
CREATE INDEX message_floods_newest ON message_floods (tenant, until DESC);
SELECT protect_tenant_table('message_floods');
GRANT SELECT, INSERT, UPDATE, DELETE ON message_floods TO verimeter_service;
GRANT SELECT ON message_floods TO verimeter_app;

-- Null: of any field. true: of entries that name no device.
ALTER TABLE replays ADD COLUMN field text, ADD COLUMN without_device boolean NOT NULL DEFAULT false;

-- Up to where arrivals were looked for however long they had been on their way; in between only those of the last minutes are.
ALTER TABLE register_scans ADD COLUMN swept_at timestamptz, ADD COLUMN swept_shown text;
ALTER TABLE late_looks ADD COLUMN swept_at timestamptz, ADD COLUMN swept_shown text;

-- Size of the quarantine by ranges of ids, so that what gets no more entries need not be summed up again.
CREATE TABLE quarantine_sizes (
  first_id  bigint PRIMARY KEY,
  bytes     bigint NOT NULL,
  full_at   timestamptz NOT NULL DEFAULT now(),   -- when a later id was first seen
  settled   boolean NOT NULL DEFAULT false        -- summed up when no transaction that has an id of it can be open any more
);
GRANT SELECT, INSERT, UPDATE, DELETE ON quarantine_sizes TO verimeter_service;
