-- The legal side: rules of a tenant, what happens to seals and meters, verification records as a whole, and how every device stands
-- before the law (docs/legal.md, docs/decisions/0190, 0191).

ALTER TABLE tenants ADD COLUMN rule_set text NOT NULL DEFAULT 'VN'; -- packages/metrology, RULE_SET_NAMES

ALTER TABLE devices
  ADD COLUMN technology text CHECK (technology IN ('mechanical', 'electronic', 'induction')),
  ADD COLUMN category text,                 -- packages/metrology, INSTRUMENT_CATEGORIES; null: what the kind says
  ADD COLUMN valid_until_precision text NOT NULL DEFAULT 'day' CHECK (valid_until_precision IN ('day', 'month'));

-- Rows that a tenant adds to the rule set of its country, or puts in place of one. Versions: a change is another one; the last one counts
-- unless it was withdrawn.
CREATE TABLE legal_rules (
  tenant            text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  rule_id           text COLLATE "C" NOT NULL CHECK (rule_id ~ '^[A-Za-z0-9._:@-]{1,128}$'),
  version           integer NOT NULL CHECK (version > 0),
  category          text NOT NULL,
  technology        text CHECK (technology IN ('mechanical', 'electronic', 'induction')),
  phases            smallint CHECK (phases IN (1, 3)),
  connection        text CHECK (connection IN ('direct', 'transformer')),
  accuracy_classes  text[],
  nominals          text[],
  basis             text NOT NULL CHECK (basis IN ('cycle', 'not_listed', 'sampling', 'not_read')),
  months            integer CHECK (months BETWEEN 1 AND 1200),
  ends_with         text NOT NULL DEFAULT 'day' CHECK (ends_with IN ('day', 'year')),
  in_force_from     date,
  in_force_to       date,
  source            text NOT NULL,
  status            text NOT NULL CHECK (status IN ('confirmed', 'unverified')),
  note              text,
  replaces          text COLLATE "C",       -- the built-in row that is not used while this one is in force
  entered_by        text NOT NULL,          -- id of the key, or who ran the command
  entered_by_name   text,
  entered_at        timestamptz NOT NULL DEFAULT now(),
  withdrawn_by      text,
  withdrawn_by_name text,
  withdrawn_at      timestamptz,
  PRIMARY KEY (tenant, rule_id, version),
  CHECK ((basis = 'cycle') = (months IS NOT NULL)),
  CHECK (in_force_from <= in_force_to)
);
SELECT protect_tenant_table('legal_rules');
GRANT SELECT, INSERT ON legal_rules TO verimeter_service, verimeter_app;
GRANT UPDATE (withdrawn_by, withdrawn_by_name, withdrawn_at) ON legal_rules TO verimeter_service, verimeter_app;
GRANT UPDATE (rule_set) ON tenants TO verimeter_app;

-- What persons report of seals, marks and meters.
CREATE TABLE legal_events (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant            text COLLATE "C" NOT NULL,
  device_id         text COLLATE "C" NOT NULL,
  kind              text NOT NULL CHECK (kind IN ('seal_broken', 'seal_replaced', 'mark_lost', 'repaired', 'swapped', 'taken_out', 'put_in')),
  happened_on       date NOT NULL,          -- a day of the tenant
  note              text,
  entered_by        text NOT NULL,
  entered_by_name   text,
  entered_at        timestamptz NOT NULL DEFAULT now(),
  withdrawn_by      text,
  withdrawn_by_name text,
  withdrawn_at      timestamptz,
  withdrawn_reason  text,
  FOREIGN KEY (tenant, device_id) REFERENCES devices
);
-- The same is reported once.
CREATE UNIQUE INDEX legal_events_in_force ON legal_events (tenant, device_id, happened_on, kind) WHERE withdrawn_at IS NULL;
CREATE INDEX legal_events_of_device ON legal_events (tenant, device_id, happened_on DESC, id DESC);
SELECT protect_tenant_table('legal_events');
GRANT SELECT, INSERT, UPDATE ON legal_events TO verimeter_service, verimeter_app;

-- A verification is the rows of one device, day and certificate, one for each test point (one with the test point '' where none is told).
-- What belongs to it as a whole is on each of them.
CREATE SEQUENCE verification_records AS bigint;
GRANT USAGE ON SEQUENCE verification_records TO verimeter_service, verimeter_app;
ALTER TABLE verifications
  ADD COLUMN record_id bigint,
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN mark text CHECK (mark IN ('certificate', 'sticker', 'mark_type_1', 'mark_type_2')),
  ADD COLUMN seal_no text,
  ADD COLUMN procedure text,
  ADD COLUMN valid_until_precision text NOT NULL DEFAULT 'day' CHECK (valid_until_precision IN ('day', 'month')),
  ADD COLUMN details jsonb NOT NULL DEFAULT '{}', -- serial, seal_year, standards, ambient, verified_by, checked_by, note
  ADD COLUMN point_no smallint NOT NULL DEFAULT 0,
  ADD COLUMN point_limit float8,            -- ratio, as the record states it
  ADD COLUMN point_pass boolean,
  ADD COLUMN load float8,                   -- ratio of the base or rated current
  ADD COLUMN power_factor float8,
  ADD COLUMN flow float8,                   -- m3/h
  ADD COLUMN entered_by text NOT NULL DEFAULT 'import',
  ADD COLUMN entered_by_name text,
  ADD COLUMN entered_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN change_reason text,            -- of a version after the first
  ADD COLUMN withdrawn_by text,
  ADD COLUMN withdrawn_by_name text,
  ADD COLUMN withdrawn_at timestamptz,
  ADD COLUMN withdrawn_reason text;

SET LOCAL ROLE verimeter_service;
UPDATE verifications v SET record_id = r.record_id
  FROM (SELECT k.tenant, k.device_id, k.verified_on, k.certificate_no, nextval('verification_records') AS record_id
          FROM (SELECT DISTINCT tenant, device_id, verified_on, certificate_no FROM verifications
                 ORDER BY tenant, verified_on, device_id, certificate_no) k) r
 WHERE (v.tenant, v.device_id, v.verified_on, v.certificate_no) = (r.tenant, r.device_id, r.verified_on, r.certificate_no);
SET LOCAL ROLE verimeter_owner;

ALTER TABLE verifications ALTER COLUMN record_id SET NOT NULL;
CREATE INDEX verifications_record ON verifications (tenant, record_id);
CREATE INDEX verifications_newest ON verifications (tenant, verified_on DESC, record_id DESC);
GRANT INSERT, UPDATE, DELETE ON verifications TO verimeter_app;

-- Test points that come one by one (imports) find the verification that they belong to.
CREATE FUNCTION name_verification() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.record_id IS NULL THEN
    SELECT v.record_id INTO NEW.record_id FROM public.verifications v
     WHERE v.tenant = NEW.tenant AND v.device_id = NEW.device_id AND v.verified_on = NEW.verified_on
       AND v.certificate_no = NEW.certificate_no LIMIT 1;
    IF NEW.record_id IS NULL THEN
      NEW.record_id := nextval('public.verification_records');
    END IF;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER name_record BEFORE INSERT ON verifications FOR EACH ROW EXECUTE FUNCTION name_verification();

-- Rows as they were: of a test point in the versions from `version` on, before `until_version`.
CREATE TABLE verification_history (
  tenant         text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  record_id      bigint NOT NULL,
  test_point     text NOT NULL,
  version        integer NOT NULL,
  until_version  integer NOT NULL,
  body           jsonb NOT NULL,
  PRIMARY KEY (tenant, record_id, test_point, version),
  CHECK (version < until_version)
);
SELECT protect_tenant_table('verification_history');
GRANT SELECT, INSERT ON verification_history TO verimeter_service, verimeter_app;

CREATE FUNCTION keep_verification() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.version <= OLD.version THEN
    NEW.version := OLD.version + 1;
    NEW.entered_at := now();
  END IF;
  INSERT INTO public.verification_history (tenant, record_id, test_point, version, until_version, body)
  VALUES (OLD.tenant, OLD.record_id, OLD.test_point, OLD.version, NEW.version, to_jsonb(OLD));
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_version BEFORE UPDATE ON verifications
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_verification();

-- How every device stands before the law, by what is known today. It holds no day of its own: whether a dated one is valid or expired is
-- the comparison of its dates with a day. Worked out by packages/registry, legal-states.ts.
CREATE TABLE legal_states (
  tenant                 text COLLATE "C" NOT NULL,
  device_id              text COLLATE "C" NOT NULL,
  state                  text NOT NULL CHECK (state IN ('dated', 'void', 'not_regulated', 'unknown')),
  verified_on            date,              -- of the verification that counts
  due_on                 date,              -- last day of validity, where one can be stated
  due_precision          text CHECK (due_precision IN ('day', 'month')),
  due_earliest           date,              -- dated: the earliest and the latest end by confirmed rules
  due_latest             date,
  provisional_due_on     date,              -- where none can be stated: what rules give, unverified ones too; no legal date
  provisional_latest_on  date,
  since                  date,              -- void, taken out, swapped
  reasons                text[] NOT NULL,   -- packages/metrology, LEGAL_REASONS
  rules                  text[] NOT NULL,   -- ids of the rows used
  recheck_on             date,              -- on this day it may stand otherwise without anything being written
  -- the earliest day on which it may have to be verified, by whatever rule
  earliest_on            date GENERATED ALWAYS AS (coalesce(due_earliest, provisional_due_on)) STORED,
  updated_at             timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, device_id),
  FOREIGN KEY (tenant, device_id) REFERENCES devices ON DELETE CASCADE
);
CREATE INDEX legal_states_due ON legal_states (tenant, earliest_on, device_id);
CREATE INDEX legal_states_recheck ON legal_states (tenant, recheck_on) WHERE recheck_on IS NOT NULL;
SELECT protect_tenant_table('legal_states');
GRANT SELECT, INSERT, UPDATE, DELETE ON legal_states TO verimeter_service, verimeter_app;

-- Devices whose standing is to be worked out anew; '*' are all of the tenant. Whoever writes what it depends on leaves a mark, in the same
-- transaction, by the triggers below. The key makes two writers of one device wait for each other.
CREATE TABLE legal_state_marks (
  tenant     text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  device_id  text COLLATE "C" NOT NULL,
  marked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant, device_id)
);
SELECT protect_tenant_table('legal_state_marks');
GRANT SELECT, INSERT, UPDATE, DELETE ON legal_state_marks TO verimeter_service, verimeter_app;

CREATE FUNCTION mark_legal_states() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.legal_state_marks (tenant, device_id)
  SELECT DISTINCT c.tenant, c.device_id FROM changed c ORDER BY 1, 2
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE FUNCTION mark_legal_state() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.legal_state_marks (tenant, device_id) VALUES (NEW.tenant, NEW.device_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE FUNCTION mark_all_legal_states() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.legal_state_marks (tenant, device_id) VALUES (NEW.tenant, '*')
  ON CONFLICT (tenant, device_id) DO UPDATE SET marked_at = excluded.marked_at; -- who is about to take the mark sees that it is another one
  RETURN NULL;
END
$$;

CREATE TRIGGER mark_insert AFTER INSERT ON devices REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_legal_states();
CREATE TRIGGER mark_update
  AFTER UPDATE OF kind, category, technology, phases, accuracy_class, nominal, serial, installed_on, verified_on, valid_until, valid_until_precision
  ON devices FOR EACH ROW
  WHEN ((OLD.kind, OLD.category, OLD.technology, OLD.phases, OLD.accuracy_class, OLD.nominal, OLD.serial, OLD.installed_on, OLD.verified_on,
         OLD.valid_until, OLD.valid_until_precision)
        IS DISTINCT FROM
        (NEW.kind, NEW.category, NEW.technology, NEW.phases, NEW.accuracy_class, NEW.nominal, NEW.serial, NEW.installed_on, NEW.verified_on,
         NEW.valid_until, NEW.valid_until_precision))
  EXECUTE FUNCTION mark_legal_state();
CREATE TRIGGER mark_insert AFTER INSERT ON verifications REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_legal_states();
CREATE TRIGGER mark_update AFTER UPDATE ON verifications REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_legal_states();
CREATE TRIGGER mark_delete AFTER DELETE ON verifications REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_legal_states();
CREATE TRIGGER mark_insert AFTER INSERT ON legal_events REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_legal_states();
CREATE TRIGGER mark_update AFTER UPDATE ON legal_events REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_legal_states();
-- Only a swap that a person has confirmed is one before the law.
CREATE TRIGGER mark_swap AFTER UPDATE OF state, kind ON register_events FOR EACH ROW
  WHEN ((OLD.kind = 'swap' AND OLD.state = 'confirmed') IS DISTINCT FROM (NEW.kind = 'swap' AND NEW.state = 'confirmed'))
  EXECUTE FUNCTION mark_legal_state();
CREATE TRIGGER mark_rules AFTER INSERT OR UPDATE ON legal_rules FOR EACH ROW EXECUTE FUNCTION mark_all_legal_states();
CREATE TRIGGER mark_rules AFTER UPDATE OF rule_set, zone ON tenants FOR EACH ROW
  WHEN ((OLD.rule_set, OLD.zone) IS DISTINCT FROM (NEW.rule_set, NEW.zone)) EXECUTE FUNCTION mark_all_legal_states();
REVOKE ALL ON FUNCTION name_verification(), keep_verification(), mark_legal_states(), mark_legal_state(), mark_all_legal_states() FROM public;

-- Devices that were there before.
SET LOCAL ROLE verimeter_service;
INSERT INTO legal_state_marks (tenant, device_id) SELECT tenant, '*' FROM tenants;
SET LOCAL ROLE verimeter_owner;
