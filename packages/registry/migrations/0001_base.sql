-- Base schema: registry, readings, account of every reading, results, access keys.
-- The migrator has created the roles verimeter_owner, verimeter_app, verimeter_service and runs this as
-- verimeter_owner. Identifiers sort bytewise (COLLATE "C"), so that keyset pages and the order of exports do not
-- depend on the collation of the database. Tenancy: docs/spec/tenancy.md. Every table with a tenant has forced row-level security:
-- verimeter_app sees the tenant in the setting app.tenant, verimeter_service all of them.

CREATE TABLE tenants (
  tenant      text COLLATE "C" PRIMARY KEY CHECK (tenant ~ '^[A-Za-z0-9._:@-]{1,128}$'),
  zone        text NOT NULL DEFAULT 'UTC',
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE devices (
  tenant         text COLLATE "C" NOT NULL REFERENCES tenants,
  device_id      text COLLATE "C" NOT NULL CHECK (device_id ~ '^[A-Za-z0-9._:@-]{1,128}$'),
  kind           text NOT NULL CHECK (kind IN ('electricity_meter', 'water_meter', 'heat_meter', 'environment_sensor', 'gateway', 'instrument')),
  serial         text,
  manufacturer   text,
  model          text,
  type_approval  text,
  accuracy_class text,
  nominal        text,
  ratio          text,
  phases         smallint CHECK (phases BETWEEN 1 AND 3),
  built_year     smallint,
  installed_on   date,
  verified_on    date,
  valid_until    date,
  lat            float8 CHECK (lat BETWEEN -90 AND 90),
  lon            float8 CHECK (lon BETWEEN -180 AND 180),
  address        text,
  online         boolean,
  online_at      timestamptz,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, device_id)
);

-- One quantity of one device. The unit is fixed by the first reading (or import) and never converted.
CREATE TABLE channels (
  channel_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant      text COLLATE "C" NOT NULL,
  device_id   text COLLATE "C" NOT NULL,
  quantity    text COLLATE "C" NOT NULL,
  unit        text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant, device_id, quantity),
  FOREIGN KEY (tenant, device_id) REFERENCES devices
);

CREATE TABLE groups (
  tenant          text COLLATE "C" NOT NULL REFERENCES tenants,
  group_id        text COLLATE "C" NOT NULL CHECK (group_id ~ '^[A-Za-z0-9._:@-]{1,128}$'),
  kind            text NOT NULL CHECK (kind IN ('electricity_area', 'water_district', 'sensor_network')),
  name            text,
  technical_loss  float8 CHECK (technical_loss >= 0 AND technical_loss < 1), -- ratio of the supply
  PRIMARY KEY (tenant, group_id)
);

-- Effective-dated membership; valid_from inclusive, valid_to exclusive; -infinity / infinity: open.
CREATE TABLE members (
  tenant      text COLLATE "C" NOT NULL,
  group_id    text COLLATE "C" NOT NULL,
  device_id   text COLLATE "C" NOT NULL,
  role        text NOT NULL CHECK (role IN ('supply', 'supply_out', 'consumer', 'sensor', 'reference')),
  valid_from  timestamptz NOT NULL DEFAULT '-infinity',
  valid_to    timestamptz NOT NULL DEFAULT 'infinity',
  feeder      text,
  PRIMARY KEY (tenant, group_id, device_id, valid_from),
  FOREIGN KEY (tenant, group_id) REFERENCES groups,
  FOREIGN KEY (tenant, device_id) REFERENCES devices,
  CHECK (valid_from < valid_to)
);
CREATE INDEX members_device ON members (tenant, device_id);

-- Results of an authorised body; one row per test point. Errors are ratios, not percent.
CREATE TABLE verifications (
  tenant                text COLLATE "C" NOT NULL,
  device_id             text COLLATE "C" NOT NULL,
  verified_on           date NOT NULL,
  certificate_no        text NOT NULL DEFAULT '',
  test_point            text NOT NULL DEFAULT '',
  result                text NOT NULL CHECK (result IN ('pass', 'fail')),
  kind                  text CHECK (kind IN ('initial', 'periodic', 'after_repair', 'extraordinary', 'cross_check')),
  body                  text,
  valid_until           date,
  error                 float8,
  expanded_uncertainty  float8,
  coverage_factor       float8,
  as_found              boolean,
  PRIMARY KEY (tenant, device_id, verified_on, certificate_no, test_point),
  FOREIGN KEY (tenant, device_id) REFERENCES devices
);

-- Time series. No policy here (COPY and columnar storage refuse it): verimeter_app has no grant and reads only
-- through the SECURITY DEFINER functions of this schema. Columns in order of alignment.
CREATE TABLE readings (
  ts           timestamptz NOT NULL,
  received_at  timestamptz NOT NULL,
  value        float8 NOT NULL,
  channel_id   integer NOT NULL,
  flags        smallint NOT NULL DEFAULT 0, -- bits: packages/telemetry, FLAG
  PRIMARY KEY (channel_id, ts)
) PARTITION BY RANGE (ts);

-- A different value for a stored (channel, ts). The stored one stays current.
CREATE TABLE reading_conflicts (
  tenant       text COLLATE "C" NOT NULL,
  channel_id   integer NOT NULL REFERENCES channels,
  ts           timestamptz NOT NULL,
  value        float8 NOT NULL,
  received_at  timestamptz NOT NULL,
  flags        smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (channel_id, ts, value)
);

-- What could not be stored, as it came. tenant is the tenant of the topic where it exists, else the tenant that the
-- ingest service names for messages without an owner.
CREATE TABLE quarantine (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant          text COLLATE "C",
  received_at     timestamptz NOT NULL,
  source          text NOT NULL,             -- mqtt, import, replay
  topic           text NOT NULL,             -- for imports the file name and line
  device_id       text COLLATE "C",
  reason          text NOT NULL,
  field           text NOT NULL DEFAULT '',
  message         text NOT NULL,
  payload         bytea,                     -- whole up to 64 KiB, else null
  payload_bytes   bigint NOT NULL,
  payload_sha256  bytea,
  rejected        integer NOT NULL CHECK (rejected > 0), -- readings this entry stands for, as counted in the ledger
  status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'replayed', 'dismissed'))
);
CREATE INDEX quarantine_tenant ON quarantine (tenant, id DESC);

-- The account of invariant 3, per device and receive hour (UTC):
-- received = stored + duplicate + conflicting + rejected + pending.
CREATE TABLE ledger (
  tenant       text COLLATE "C",
  device_id    text COLLATE "C",      -- null: no registered device; topic says what came
  topic        text,
  hour         timestamptz NOT NULL,
  source       text NOT NULL,
  received     bigint NOT NULL DEFAULT 0,
  stored       bigint NOT NULL DEFAULT 0,
  duplicate    bigint NOT NULL DEFAULT 0,
  conflicting  bigint NOT NULL DEFAULT 0,
  rejected     bigint NOT NULL DEFAULT 0,
  pending      bigint NOT NULL DEFAULT 0,
  UNIQUE NULLS NOT DISTINCT (tenant, device_id, topic, hour, source)
);

-- Messages without own time, so that a redelivery (DUP=1) of one is recognised. Trimmed by the ingest service.
CREATE TABLE arrivals (
  session       text NOT NULL,
  packet_id     integer NOT NULL,
  payload_hash  bytea NOT NULL,
  received_at   timestamptz NOT NULL,
  PRIMARY KEY (session, packet_id, payload_hash)
);

CREATE TABLE device_events (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant       text COLLATE "C" NOT NULL,
  device_id    text COLLATE "C" NOT NULL,
  ts           timestamptz NOT NULL,
  event        text NOT NULL,
  state        text NOT NULL CHECK (state IN ('active', 'past', 'cleared')),
  detail       text,
  received_at  timestamptz NOT NULL,
  FOREIGN KEY (tenant, device_id) REFERENCES devices,
  UNIQUE (tenant, device_id, ts, event, state)
);

-- The live stream behind GET /api/v1/events. One row per tenant and committed batch of live readings (parallel
-- arrays), or one finding, or one quarantine entry. NOTIFY verimeter_events carries the id. Trimmed after an hour.
CREATE TABLE live_events (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant       text COLLATE "C" NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('reading', 'finding', 'quarantine')),
  created_at   timestamptz NOT NULL DEFAULT now(),
  channel_ids  integer[],
  ts           timestamptz[],
  values       float8[],
  body         jsonb
);
CREATE INDEX live_events_created ON live_events (created_at);

CREATE TABLE analysis_runs (
  run_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant         text COLLATE "C" NOT NULL REFERENCES tenants,
  as_of          timestamptz,               -- as asked for; null: last reading of each group
  model_version  text NOT NULL,
  configuration  jsonb NOT NULL,
  started_at     timestamptz NOT NULL DEFAULT now(),
  finished_at    timestamptz
);

-- The published answer per device and balanced quantity ('' where the device has none). Ratios.
CREATE TABLE health (
  tenant                             text COLLATE "C" NOT NULL,
  device_id                          text COLLATE "C" NOT NULL,
  quantity                           text COLLATE "C" NOT NULL DEFAULT '',
  run_id                             bigint NOT NULL REFERENCES analysis_runs,
  as_of                              timestamptz,
  indication                         text NOT NULL,
  recommendation                     text NOT NULL,
  error_estimate                     float8,
  standard_error                     float8,
  interval_low                       float8,
  interval_high                      float8,
  "limit"                            float8,
  in_service_limit                   float8,
  probability_over_limit             float8,
  probability_over_in_service_limit  float8,
  probability_drifted                float8,
  offset_estimate                    float8,
  offset_standard_error              float8,
  offset_unit                        text,
  drift_per_year                     float8,
  drift_per_year_se                  float8,
  exit_date_median                   date,
  exit_date_earliest                 date,
  minimum_detectable                 float8,
  evidence_days                      integer,
  group_id                           text COLLATE "C",
  group_status                       text,
  legal_status                       text NOT NULL,
  valid_until                        date,
  model_version                      text NOT NULL,
  evidence                           jsonb NOT NULL DEFAULT '[]', -- [{code, values}]; text is rendered by the API
  PRIMARY KEY (tenant, device_id, quantity),
  FOREIGN KEY (tenant, device_id) REFERENCES devices
);

-- Weekly replay of the estimate, for the history on the device page.
CREATE TABLE health_history (
  tenant          text COLLATE "C" NOT NULL,
  device_id       text COLLATE "C" NOT NULL,
  quantity        text COLLATE "C" NOT NULL DEFAULT '',
  as_of           timestamptz NOT NULL,
  error_estimate  float8,
  interval_low    float8,
  interval_high   float8,
  PRIMARY KEY (tenant, device_id, quantity, as_of),
  FOREIGN KEY (tenant, device_id) REFERENCES devices
);

CREATE TABLE group_health (
  tenant      text COLLATE "C" NOT NULL,
  group_id    text COLLATE "C" NOT NULL,
  run_id      bigint NOT NULL REFERENCES analysis_runs,
  as_of       timestamptz,
  status      text,                             -- null: not analysed yet
  candidates  jsonb NOT NULL DEFAULT '[]',      -- [{device_id, correlation}]
  evidence    jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (tenant, group_id),
  FOREIGN KEY (tenant, group_id) REFERENCES groups
);

CREATE TABLE findings (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant          text COLLATE "C" NOT NULL REFERENCES tenants,
  device_id       text COLLATE "C",
  group_id        text COLLATE "C",
  quantity        text COLLATE "C" NOT NULL DEFAULT '',
  indication      text,
  recommendation  text,
  group_status    text,
  as_of           timestamptz,
  status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acknowledged', 'ordered', 'verified', 'dismissed')),
  comment         text,
  evidence        jsonb NOT NULL DEFAULT '[]',
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CHECK (device_id IS NOT NULL OR group_id IS NOT NULL)
);
-- One live finding per subject: a new analysis updates it instead of adding another.
CREATE UNIQUE INDEX findings_live ON findings (tenant, coalesce(device_id, ''), coalesce(group_id, ''), quantity)
  WHERE status IN ('open', 'acknowledged', 'ordered');

CREATE TABLE api_keys (
  id          text PRIMARY KEY,
  tenant      text COLLATE "C" NOT NULL REFERENCES tenants,
  role        text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin', 'device')),
  name        text,
  key_sha256  bytea NOT NULL UNIQUE,
  created_at  timestamptz NOT NULL DEFAULT now(),
  revoked_at  timestamptz
);

CREATE TABLE sessions (
  token_sha256  bytea PRIMARY KEY,
  tenant        text COLLATE "C" NOT NULL REFERENCES tenants,
  key_id        text COLLATE "C" NOT NULL REFERENCES api_keys ON DELETE CASCADE,
  expires_at    timestamptz NOT NULL
);
