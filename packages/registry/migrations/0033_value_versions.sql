-- Values beside the raw ones, which stay as they came: estimates for instants without a reading, and corrections (docs/decisions/0156, 0157).

-- Version 0 is the reading itself. A value that comes out otherwise, or for which a reading came after all, is superseded and kept.
CREATE TABLE value_versions (
  tenant         text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  channel_id     integer NOT NULL REFERENCES channels ON DELETE CASCADE,
  ts             timestamptz NOT NULL,
  version        integer NOT NULL CHECK (version > 0),
  value          float8 NOT NULL,
  code           text NOT NULL,                -- IEC 61968-9
  method         text NOT NULL,
  model          text NOT NULL,                -- version of the method
  rules_version  integer NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  superseded_at  timestamptz,                  -- null: in force
  PRIMARY KEY (channel_id, ts, version)
);
CREATE UNIQUE INDEX value_versions_in_force ON value_versions (channel_id, ts) WHERE superseded_at IS NULL;
SELECT protect_tenant_table('value_versions');
GRANT SELECT, INSERT, UPDATE, DELETE ON value_versions TO verimeter_service;
GRANT SELECT ON value_versions TO verimeter_app;

-- Corrections of a sensor from one instant to another, applied to its readings where they are read: (indicated - offset) / gain.
CREATE TABLE value_corrections (
  tenant         text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  channel_id     integer NOT NULL REFERENCES channels ON DELETE CASCADE,
  from_ts        timestamptz NOT NULL,
  to_ts          timestamptz NOT NULL,         -- exclusive
  version        integer NOT NULL CHECK (version > 0),
  gain           float8 NOT NULL CHECK (gain > 0),
  "offset"       float8 NOT NULL,
  code           text NOT NULL,
  method         text NOT NULL,
  model          text NOT NULL,                -- model version of the analysis
  run_id         bigint,                       -- of the analysis; null: none was named
  created_at     timestamptz NOT NULL DEFAULT now(),
  superseded_at  timestamptz,
  PRIMARY KEY (channel_id, from_ts, version),
  CHECK (from_ts < to_ts)
);
CREATE UNIQUE INDEX value_corrections_in_force ON value_corrections (channel_id, from_ts) WHERE superseded_at IS NULL;
SELECT protect_tenant_table('value_corrections');
GRANT SELECT, INSERT, UPDATE, DELETE ON value_corrections TO verimeter_service;
GRANT SELECT ON value_corrections TO verimeter_app;
