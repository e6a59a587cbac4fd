-- Plans: what teams can verify, what is to be verified in a month and why, and the work orders made of it (docs/plan.md, docs/spec/planning.md).

-- What a team can do in a month. Replaced as a whole; what was replaced stays, withdrawn.
CREATE TABLE capacities (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant             text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  team               text COLLATE "C" NOT NULL,
  kinds              text[],                 -- null: all with a register
  areas              text[],                 -- ids of groups; null: everywhere
  visits_per_month   integer CHECK (visits_per_month >= 0),
  minutes_per_month  integer CHECK (minutes_per_month >= 0),
  depot_lat          float8 CHECK (depot_lat BETWEEN -90 AND 90),
  depot_lon          float8 CHECK (depot_lon BETWEEN -180 AND 180),
  valid_from         date NOT NULL,          -- first and last month by their first days
  valid_to           date,
  entered_by         text NOT NULL,          -- id of the key, or who ran the command
  entered_by_name    text,
  entered_at         timestamptz NOT NULL DEFAULT now(),
  withdrawn_by       text,
  withdrawn_by_name  text,
  withdrawn_at       timestamptz,
  CHECK (visits_per_month IS NOT NULL OR minutes_per_month IS NOT NULL),
  CHECK ((depot_lat IS NULL) = (depot_lon IS NULL)),
  CHECK (valid_from <= valid_to)
);
CREATE UNIQUE INDEX capacities_in_force ON capacities (tenant, team, valid_from) WHERE withdrawn_at IS NULL;
SELECT protect_tenant_table('capacities');
GRANT SELECT, INSERT, UPDATE ON capacities TO verimeter_service, verimeter_app;

-- Tariffs, weights, minutes of a tenant where they are not the usual ones; versions, the last one counts.
CREATE TABLE plan_settings (
  tenant           text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  version          integer NOT NULL CHECK (version > 0),
  settings         jsonb NOT NULL,           -- packages/api-schema, planSettings
  entered_by       text NOT NULL,
  entered_by_name  text,
  entered_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, version)
);
SELECT protect_tenant_table('plan_settings');
GRANT SELECT, INSERT ON plan_settings TO verimeter_service, verimeter_app;

CREATE TABLE plans (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant          text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  period          text NOT NULL CHECK (period ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  policy          text NOT NULL CHECK (policy IN ('legal_first', 'balanced')),
  as_of           date NOT NULL,
  seed            bigint NOT NULL,
  random_share    float8 NOT NULL CHECK (random_share BETWEEN 0 AND 1),
  settings        jsonb NOT NULL,            -- all that the plan was made with
  teams           jsonb NOT NULL,            -- with what became of them
  summary         jsonb NOT NULL,
  next_in_line    jsonb NOT NULL,            -- what was left out first
  note            text,
  status          text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'issued', 'closed')),
  made_by         text NOT NULL,
  made_by_name    text,
  made_at         timestamptz NOT NULL DEFAULT now(),
  issued_by       text,
  issued_by_name  text,
  issued_at       timestamptz,
  closed_by       text,
  closed_by_name  text,
  closed_at       timestamptz
);
CREATE INDEX plans_newest ON plans (tenant, id DESC);
SELECT protect_tenant_table('plans');
GRANT SELECT, INSERT ON plans TO verimeter_service, verimeter_app;
GRANT UPDATE (status, issued_by, issued_by_name, issued_at, closed_by, closed_by_name, closed_at) ON plans TO verimeter_service, verimeter_app;

CREATE TABLE work_orders (
  tenant         text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  number         text COLLATE "C" NOT NULL,
  plan_id        bigint NOT NULL REFERENCES plans ON DELETE CASCADE,
  team           text COLLATE "C" NOT NULL,
  day            integer NOT NULL,           -- of the team, from 1
  visit_on       date,                       -- null: the month has no working day left for it
  stops          integer NOT NULL,
  minutes        float8 NOT NULL,
  issued_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, number)
);
CREATE INDEX work_orders_plan ON work_orders (tenant, plan_id);
SELECT protect_tenant_table('work_orders');
GRANT SELECT, INSERT ON work_orders TO verimeter_service, verimeter_app;

CREATE TABLE plan_items (
  tenant           text COLLATE "C" NOT NULL,
  plan_id          bigint NOT NULL REFERENCES plans ON DELETE CASCADE,
  rank             integer NOT NULL,
  device_id        text COLLATE "C" NOT NULL,
  team             text COLLATE "C" NOT NULL,
  day              integer NOT NULL,
  stop             integer NOT NULL,
  visit_on         date,
  must             boolean NOT NULL,
  random           boolean NOT NULL,
  score            float8 NOT NULL,
  terms            jsonb NOT NULL,           -- points: stake, risk, legal, confirmation, travel
  facts            jsonb NOT NULL,           -- what was known of the device when the plan was made
  reasons          jsonb NOT NULL,           -- [{code, values}]; text is rendered by the API
  travel_minutes   float8 NOT NULL,
  work_minutes     float8 NOT NULL,
  state            text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'ordered', 'done', 'skipped')),
  state_reason     text,
  work_order       text COLLATE "C",
  changed_by       text,
  changed_by_name  text,
  changed_at       timestamptz,
  PRIMARY KEY (tenant, plan_id, device_id),
  UNIQUE (tenant, plan_id, rank),
  FOREIGN KEY (tenant, device_id) REFERENCES devices,
  FOREIGN KEY (tenant, work_order) REFERENCES work_orders
);
-- A device is ordered once at a time.
CREATE UNIQUE INDEX plan_items_ordered ON plan_items (tenant, device_id) WHERE state = 'ordered';
SELECT protect_tenant_table('plan_items');
GRANT SELECT, INSERT ON plan_items TO verimeter_service, verimeter_app;
-- What was planned and why stays as it was: only what becomes of it may change.
GRANT UPDATE (state, state_reason, work_order, changed_by, changed_by_name, changed_at) ON plan_items TO verimeter_service, verimeter_app;

-- A result that comes in ends the order. As the owner rows are written by a restore only, which brings the states of its backup.
CREATE FUNCTION finish_plan_items() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_user = 'verimeter_owner' THEN
    RETURN NULL;
  END IF;
  UPDATE public.plan_items i SET state = 'done', state_reason = NULL, changed_by = 'verification', changed_by_name = NULL, changed_at = now()
    FROM (SELECT c.tenant, c.device_id, max(c.verified_on) AS verified_on FROM changed c GROUP BY c.tenant, c.device_id) v, public.plans p
   WHERE i.tenant = v.tenant AND i.device_id = v.device_id AND i.state = 'ordered'
         AND p.tenant = i.tenant AND p.id = i.plan_id AND v.verified_on >= p.as_of;
  RETURN NULL;
END
$$;
CREATE TRIGGER finish_plan_items AFTER INSERT ON verifications REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION finish_plan_items();
REVOKE ALL ON FUNCTION finish_plan_items() FROM public;
