-- What people do about findings, and how what the data said compares with what was measured later (docs/findings.md, docs/decisions/0197, 0198).

ALTER TABLE findings
  ADD COLUMN assignee text CHECK (length(assignee) BETWEEN 1 AND 80),
  -- why it was dismissed; null: not dismissed, or nobody said why
  ADD COLUMN reason text CHECK (reason IN ('known_cause', 'data_fault', 'meter_exchanged', 'duplicate', 'accepted_risk', 'other')),
  ADD COLUMN verification_id bigint,        -- the record that closed it (verifications.record_id)
  ADD COLUMN opened_as_of timestamptz;      -- what the data said up to here opened it: a verification before that day is none of it
CREATE INDEX findings_newest ON findings (tenant, id DESC);
-- The last one of a subject, which an analysis looks for.
CREATE INDEX findings_of_subject ON findings (tenant, coalesce(device_id, ''), coalesce(group_id, ''), quantity, id DESC);
CREATE INDEX findings_of_verification ON findings (tenant, verification_id) WHERE verification_id IS NOT NULL;
GRANT UPDATE (assignee, reason, verification_id) ON findings TO verimeter_app;

-- All that happened to a finding. Written once, never changed.
CREATE TABLE finding_events (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant           text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  finding_id       bigint NOT NULL REFERENCES findings ON DELETE CASCADE,
  at               timestamptz NOT NULL DEFAULT now(),
  by_id            text,                    -- id of the key, or who ran the command; null: the analysis
  by_name          text,
  kind             text NOT NULL CHECK (kind IN ('status', 'comment', 'assignment', 'indication_changed', 'verified')),
  from_value       text,
  to_value         text,                    -- indication_changed: `indication/recommendation`, of a group its status
  text             text,                    -- comment, or the reason of a change of status
  verification_id  bigint,
  as_of            timestamptz              -- indication_changed: of the data
);
CREATE INDEX finding_events_of_finding ON finding_events (tenant, finding_id, id);
SELECT protect_tenant_table('finding_events');
GRANT SELECT, INSERT ON finding_events TO verimeter_service, verimeter_app;

-- What the analysis says of a finding is written down whoever publishes it.
CREATE FUNCTION keep_finding_indication() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  before text;
BEGIN
  -- As the owner rows are written by a restore only, which brings their history with it.
  IF current_user = 'verimeter_owner' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    before := coalesce(OLD.indication || '/' || coalesce(OLD.recommendation, 'none'), OLD.group_status);
  END IF;
  INSERT INTO public.finding_events (tenant, finding_id, kind, from_value, to_value, as_of)
  VALUES (NEW.tenant, NEW.id, 'indication_changed', before,
          coalesce(NEW.indication || '/' || coalesce(NEW.recommendation, 'none'), NEW.group_status), NEW.as_of);
  RETURN NULL;
END
$$;
CREATE FUNCTION name_finding_opening() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.opened_as_of := coalesce(NEW.opened_as_of, NEW.as_of);
  RETURN NEW;
END
$$;
CREATE TRIGGER name_opening BEFORE INSERT ON findings FOR EACH ROW EXECUTE FUNCTION name_finding_opening();
CREATE TRIGGER keep_first AFTER INSERT ON findings FOR EACH ROW EXECUTE FUNCTION keep_finding_indication();
-- Of a group the indication is null and its status is the statement; of a device the status of its group is not.
CREATE TRIGGER keep_change AFTER UPDATE ON findings FOR EACH ROW
  WHEN (coalesce(OLD.indication || '/' || coalesce(OLD.recommendation, 'none'), OLD.group_status)
        IS DISTINCT FROM coalesce(NEW.indication || '/' || coalesce(NEW.recommendation, 'none'), NEW.group_status))
  EXECUTE FUNCTION keep_finding_indication();
REVOKE ALL ON FUNCTION keep_finding_indication(), name_finding_opening() FROM public;

-- What the data had said before a meter was verified, beside what was measured as found.
CREATE TABLE verification_scores (
  tenant                  text COLLATE "C" NOT NULL,
  record_id               bigint NOT NULL,      -- verifications.record_id
  record_version          integer NOT NULL,
  counts                  boolean NOT NULL,     -- false: the record was withdrawn, or is no longer one of a meter as found
  device_id               text COLLATE "C" NOT NULL,
  quantity                text COLLATE "C" NOT NULL,
  verified_on             date NOT NULL,
  kind                    text,
  selection               text NOT NULL CHECK (selection IN ('flagged', 'random', 'routine', 'complaint')),
  outcome                 text NOT NULL CHECK (outcome IN ('hit', 'false_alarm', 'miss', 'correct_silence', 'inspected', 'no_claim')),
  found_beyond            boolean NOT NULL,
  "limit"                 float8 NOT NULL,
  measured_error          float8,               -- ratio, weighted over the test points; null: the record tells a result only
  measured_uncertainty    float8,               -- standard uncertainty
  measured_method         text,
  predicted_low           float8,               -- 95 % interval of what would be measured: the published one widened by the measurement
  predicted_high          float8,
  covered                 boolean,
  -- what was published, as it stood before that day
  source                  text NOT NULL CHECK (source IN ('published', 'history')),
  as_of                   timestamptz NOT NULL,
  indication              text,                 -- null: source history, and nothing was recommended
  recommendation          text NOT NULL,
  error_estimate          float8,
  interval_low            float8,
  interval_high           float8,
  probability_over_limit  float8,
  probability_drifted     float8,
  model_version           text,
  finding_id              bigint REFERENCES findings ON DELETE SET NULL,
  scored_at               timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, record_id),
  FOREIGN KEY (tenant, device_id) REFERENCES devices ON DELETE CASCADE
);
CREATE INDEX verification_scores_newest ON verification_scores (tenant, verified_on DESC, record_id DESC);
CREATE INDEX verification_scores_device ON verification_scores (tenant, device_id);
SELECT protect_tenant_table('verification_scores');
GRANT SELECT, INSERT, UPDATE ON verification_scores TO verimeter_service, verimeter_app;

-- Findings that were there before: what they say now is taken as what opened them.
SET LOCAL ROLE verimeter_service;
UPDATE findings SET opened_as_of = least(as_of, created_at);
INSERT INTO finding_events (tenant, finding_id, at, kind, to_value, as_of)
SELECT tenant, id, created_at, 'indication_changed',
       coalesce(indication || '/' || coalesce(recommendation, 'none'), group_status), opened_as_of
  FROM findings ORDER BY id;
SET LOCAL ROLE verimeter_owner;
