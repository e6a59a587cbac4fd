-- What the times of messages say of a device's clock (docs/decisions/0098-clock-observations.md), and up to where the analysis of a group
-- has seen what arrived (docs/decisions/0099-provisional-answers.md).

-- Messages of a device in six hours of arrival, summed up by the ingest workers once a minute. The lag of a message is the time of its
-- arrival minus the newest device time in it. Statistics: a worker that is killed takes its last minute with it. Trimmed after 35 days.
CREATE TABLE clock_observations (
  tenant            text COLLATE "C" NOT NULL,
  device_id         text COLLATE "C" NOT NULL,
  slot              timestamptz NOT NULL,
  last_received_at  timestamptz NOT NULL,
  messages          bigint NOT NULL,   -- with a device time from 2005 on, also one that is too far ahead to be stored
  lag_min_ms        bigint,
  lag_max_ms        bigint,
  span_ms           bigint NOT NULL,   -- oldest to newest reading of one message, at most
  step_ms           bigint,            -- shortest time between device times that followed each other
  future            bigint NOT NULL,   -- of messages: more than five minutes ahead
  late              bigint NOT NULL,   -- of messages: more than an hour behind
  off_minute        bigint NOT NULL,   -- of messages: not stamped on a whole minute
  unset             bigint NOT NULL,   -- messages with a device time before 2005
  arrival           bigint NOT NULL,   -- messages without one
  PRIMARY KEY (tenant, device_id, slot),
  FOREIGN KEY (tenant, device_id) REFERENCES devices ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX clock_observations_slot ON clock_observations USING brin (slot);

-- The clock of each device as classified from its observations. Seconds; positive is ahead.
CREATE TABLE device_clocks (
  tenant            text COLLATE "C" NOT NULL,
  device_id         text COLLATE "C" NOT NULL,
  state             text NOT NULL CHECK (state IN ('ok', 'ahead', 'behind', 'wrong_zone', 'interval_shift', 'drifting', 'jumping',
                                                   'unset', 'buffered', 'no_own_time', 'unknown')),
  offset_s          float8,
  uncertainty_s     float8,
  rate_s_per_day    float8,
  zone_minutes      integer,
  steps             smallint,
  step_s            float8,
  jumps             integer,
  since             timestamptz NOT NULL,
  last_received_at  timestamptz NOT NULL,
  classified_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, device_id),
  FOREIGN KEY (tenant, device_id) REFERENCES devices ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX device_clocks_state ON device_clocks (tenant, state, device_id);

SELECT protect_tenant_table('clock_observations');
SELECT protect_tenant_table('device_clocks');
GRANT SELECT, INSERT, UPDATE, DELETE ON clock_observations, device_clocks TO verimeter_service;
GRANT SELECT ON clock_observations, device_clocks TO verimeter_app;

-- When a run began to read, and the name of what the store showed then. Null: of a version that did not note it.
ALTER TABLE analysis_runs ADD COLUMN read_at timestamptz;
ALTER TABLE analysis_runs ADD COLUMN shown text;

-- Readings that arrived after the analysis of the group had read, for times that it had looked at: the answer is provisional. Publishing
-- the group anew replaces the row, and with it the mark.
ALTER TABLE group_health ADD COLUMN late_noticed_at timestamptz;   -- when the first of them was noticed
ALTER TABLE group_health ADD COLUMN late_received_at timestamptz;  -- arrival of the last of them
ALTER TABLE group_health ADD COLUMN late_from timestamptz;         -- the earliest time that one of them belongs to
ALTER TABLE group_health ADD COLUMN late_channels integer;         -- series that they belong to, at least

-- Up to where arrivals of a tenant have been looked at for that.
CREATE TABLE late_looks (
  tenant     text COLLATE "C" PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  looked_at  timestamptz NOT NULL,
  shown      text NOT NULL,
  run_ids    bigint[] NOT NULL   -- finished runs whose groups it was looked for
);
SELECT protect_tenant_table('late_looks');
GRANT SELECT, INSERT, UPDATE, DELETE ON late_looks TO verimeter_service;
GRANT SELECT ON late_looks TO verimeter_app;
