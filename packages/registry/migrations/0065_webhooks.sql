-- Webhooks: who is told of new and changed findings and plans, and what is to be told (docs/how-to/webhooks.md, docs/decisions/0202).
CREATE TABLE webhooks (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant            text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  url               text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
  events            text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 16),
  description       text CHECK (length(description) <= 200),
  secret            text NOT NULL,            -- whsec_BASE64 as it is: every message is signed with it. Only the sender may read it.
  enabled           boolean NOT NULL DEFAULT true,
  failing_since     timestamptz,              -- of the attempts since the last one that was taken
  disabled_at       timestamptz,
  disabled_reason   text CHECK (disabled_reason IN ('person', 'failing', 'gone')),
  dropped           bigint NOT NULL DEFAULT 0, -- events that found the queue full
  created_by        text NOT NULL,            -- id of the key, or who ran the command
  created_by_name   text,
  created_at        timestamptz NOT NULL DEFAULT now(),
  changed_by        text,
  changed_by_name   text,
  changed_at        timestamptz,
  withdrawn_by      text,
  withdrawn_by_name text,
  withdrawn_at      timestamptz,
  UNIQUE (tenant, id)
);
CREATE INDEX webhooks_in_force ON webhooks (tenant) WHERE withdrawn_at IS NULL;
SELECT protect_tenant_table('webhooks');
GRANT SELECT, INSERT, UPDATE ON webhooks TO verimeter_service;
GRANT SELECT (id, tenant, url, events, description, enabled, failing_since, disabled_at, disabled_reason, dropped, created_by, created_by_name,
              created_at, changed_by, changed_by_name, changed_at, withdrawn_by, withdrawn_by_name, withdrawn_at),
      INSERT, UPDATE ON webhooks TO verimeter_app;

-- What is to be told, written in the transaction of the change.
CREATE TABLE webhook_deliveries (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant            text COLLATE "C" NOT NULL,
  webhook_id        bigint NOT NULL,
  message_id        text COLLATE "C" NOT NULL DEFAULT 'msg_' || replace(gen_random_uuid()::text, '-', ''), -- the same in every attempt
  event             text NOT NULL,
  data              jsonb NOT NULL,
  created_at        timestamptz NOT NULL DEFAULT now(),
  state             text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts          integer NOT NULL DEFAULT 0,
  next_attempt_at   timestamptz DEFAULT now(), -- while an attempt is under way: when it counts as lost
  last_attempt_at   timestamptz,
  last_status       integer,
  last_response     text,                     -- the beginning of the answer
  last_error        text,
  delivered_at      timestamptz,
  FOREIGN KEY (tenant, webhook_id) REFERENCES webhooks (tenant, id) ON DELETE CASCADE,
  CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (tenant, webhook_id, id DESC);
CREATE INDEX webhook_deliveries_over ON webhook_deliveries (created_at) WHERE state <> 'waiting';
SELECT protect_tenant_table('webhook_deliveries');
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO verimeter_service;
GRANT SELECT, INSERT, UPDATE ON webhook_deliveries TO verimeter_app;

-- RFC 3339 in UTC, microseconds only where there are any.
CREATE FUNCTION webhook_instant(p_at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT regexp_replace(to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '000$', '') || 'Z'
$$;

-- Puts events into the queues of those that asked for them. A receiver that takes nothing does not fill the database: a queue has 10,000
-- places, what finds none is counted.
CREATE FUNCTION queue_webhook_events(p_tenant text, p_event text, p_data jsonb[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  hook   bigint;
  places bigint;
BEGIN
  FOR hook IN
    SELECT w.id FROM public.webhooks w
     WHERE w.tenant = p_tenant AND w.withdrawn_at IS NULL AND w.enabled AND p_event = ANY (w.events) ORDER BY w.id
  LOOP
    SELECT 10000 - count(*) INTO places
      FROM (SELECT FROM public.webhook_deliveries d WHERE d.webhook_id = hook AND d.state = 'waiting' LIMIT 10000) waiting;
    INSERT INTO public.webhook_deliveries (tenant, webhook_id, event, data)
    SELECT p_tenant, hook, p_event, e.data FROM unnest(p_data) WITH ORDINALITY AS e (data, ordinal)
     WHERE e.ordinal <= places ORDER BY e.ordinal;
    IF cardinality(p_data) > places THEN
      UPDATE public.webhooks SET dropped = dropped + cardinality(p_data) - places WHERE id = hook;
    END IF;
  END LOOP;
END
$$;

-- Whether anybody asked for events at all: else nothing is put together.
CREATE FUNCTION webhook_is_there(p_tenants text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.webhooks w WHERE w.tenant = ANY (p_tenants) AND w.withdrawn_at IS NULL AND w.enabled)
$$;

-- A finding as the API shows it, without its evidence.
CREATE FUNCTION webhook_finding(p_finding findings) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT (to_jsonb(p_finding) - ARRAY['tenant', 'evidence', 'opened_as_of'])
         || jsonb_build_object('as_of', public.webhook_instant((p_finding).as_of),
                               'created_at', public.webhook_instant((p_finding).created_at),
                               'updated_at', public.webhook_instant((p_finding).updated_at))
$$;

-- Each tells what happened whoever writes it; a restore, which acts as the owner, brings findings that were told.
CREATE FUNCTION queue_new_findings() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_user <> 'verimeter_owner' AND public.webhook_is_there(ARRAY(SELECT DISTINCT c.tenant FROM changed c)) THEN
    PERFORM public.queue_webhook_events(n.tenant, 'finding.created', array_agg(public.webhook_finding(n) ORDER BY n.id))
       FROM public.findings n JOIN changed c ON c.id = n.id
      GROUP BY n.tenant;
  END IF;
  RETURN NULL;
END
$$;
CREATE FUNCTION queue_changed_findings() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_user = 'verimeter_owner' OR NOT public.webhook_is_there(ARRAY(SELECT DISTINCT c.tenant FROM changed c)) THEN
    RETURN NULL;
  END IF;
  -- that the same is said of younger data is no news
  PERFORM public.queue_webhook_events(n.tenant, 'finding.changed', array_agg(public.webhook_finding(n) ORDER BY n.id))
     FROM public.findings n JOIN changed c ON c.id = n.id JOIN former o ON o.id = n.id
    WHERE to_jsonb(c) - ARRAY['as_of', 'evidence', 'updated_at'] IS DISTINCT FROM to_jsonb(o) - ARRAY['as_of', 'evidence', 'updated_at']
    GROUP BY n.tenant;
  PERFORM public.queue_webhook_events(n.tenant, 'finding.verified', array_agg(public.webhook_finding(n) ORDER BY n.id))
     FROM public.findings n JOIN changed c ON c.id = n.id JOIN former o ON o.id = n.id
    WHERE c.status = 'verified' AND o.status <> 'verified'
    GROUP BY n.tenant;
  RETURN NULL;
END
$$;
CREATE TRIGGER queue_new AFTER INSERT ON findings REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION queue_new_findings();
CREATE TRIGGER queue_changed AFTER UPDATE ON findings REFERENCING NEW TABLE AS changed OLD TABLE AS former
  FOR EACH STATEMENT EXECUTE FUNCTION queue_changed_findings();

CREATE FUNCTION queue_issued_plan() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_user <> 'verimeter_owner' THEN
    PERFORM public.queue_webhook_events(NEW.tenant, 'plan.issued', ARRAY[jsonb_build_object(
      'id', NEW.id, 'period', NEW.period, 'policy', NEW.policy, 'as_of', NEW.as_of, 'status', NEW.status, 'note', NEW.note,
      'issued_by', NEW.issued_by, 'issued_by_name', NEW.issued_by_name, 'issued_at', public.webhook_instant(NEW.issued_at))]);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER queue_issued AFTER UPDATE ON plans
  FOR EACH ROW WHEN (NEW.status = 'issued' AND OLD.status <> 'issued') EXECUTE FUNCTION queue_issued_plan();

REVOKE ALL ON FUNCTION webhook_instant(timestamptz), webhook_is_there(text[]), queue_webhook_events(text, text, jsonb[]), webhook_finding(findings),
  queue_new_findings(), queue_changed_findings(), queue_issued_plan() FROM public;
GRANT EXECUTE ON FUNCTION webhook_instant(timestamptz), webhook_is_there(text[]), queue_webhook_events(text, text, jsonb[]), webhook_finding(findings)
  TO verimeter_service, verimeter_app;
