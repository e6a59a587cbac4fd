-- Validation of readings: rules as versioned data of a tenant, and what they found (docs/spec/validation.md, docs/decisions/0155).

-- A rule set as a whole. In force for the readings of a day (UTC) is the one with the latest effective_from that is not after the day; of
-- several the highest version. Sets are never changed, so that a result names the rules that made it.
CREATE TABLE validation_rule_sets (
  tenant          text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  version         integer NOT NULL CHECK (version > 0),
  effective_from  date NOT NULL,               -- -infinity: since ever
  rules           jsonb NOT NULL,              -- checked before it is written: packages/api-schema, validationRules
  changed_by      text NOT NULL,               -- key of the person, or who ran the command
  changed_at      timestamptz NOT NULL DEFAULT now(),
  reason          text NOT NULL,
  PRIMARY KEY (tenant, version)
);
SELECT protect_tenant_table('validation_rule_sets');
GRANT SELECT, INSERT ON validation_rule_sets TO verimeter_service, verimeter_app;

-- What a rule found: one row for a run of readings, none for what is good. The quality of a reading is the codes of the rows that it lies in.
CREATE TABLE validation_exceptions (
  tenant         text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  channel_id     integer NOT NULL REFERENCES channels ON DELETE CASCADE,
  ts             timestamptz NOT NULL,         -- the first reading concerned
  until_ts       timestamptz NOT NULL,         -- the last one
  rules_version  integer NOT NULL,
  rule           text COLLATE "C" NOT NULL,
  severity       text NOT NULL CHECK (severity IN ('info', 'warning', 'severe')),
  code           text NOT NULL,                -- IEC 61968-9
  marks          boolean NOT NULL,             -- whether the readings from ts to until_ts have the code: not those at the ends of a gap
  value          float8,
  expected       float8,
  found_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (channel_id, ts, rules_version, rule),
  CHECK (ts <= until_ts)
);
CREATE INDEX validation_exceptions_newest ON validation_exceptions (tenant, ts DESC, channel_id, rule);
SELECT protect_tenant_table('validation_exceptions');
GRANT SELECT, INSERT, UPDATE, DELETE ON validation_exceptions TO verimeter_service;
GRANT SELECT ON validation_exceptions TO verimeter_app;

-- Up to where a tenant's readings are validated, and by which rules: as interval_looks.
CREATE TABLE validation_looks (
  tenant         text COLLATE "C" PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  algorithm      integer NOT NULL,
  formed_until   date,
  forming_until  date,
  next_channel   integer,
  looked_at      timestamptz NOT NULL,
  shown          text NOT NULL,
  swept_at       timestamptz NOT NULL,
  swept_shown    text NOT NULL,
  rules_version  integer NOT NULL DEFAULT 0    -- the last rule set that all of it was held against
);
SELECT protect_tenant_table('validation_looks');
GRANT SELECT, INSERT, UPDATE, DELETE ON validation_looks TO verimeter_service;
GRANT SELECT ON validation_looks TO verimeter_app;
