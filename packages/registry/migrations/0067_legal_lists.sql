-- Backups keep where a sequence is with the column that owns it.
ALTER SEQUENCE verification_records OWNED BY verifications.record_id;

-- Lists of legal standings for fleets of a million devices: what they are filtered and ordered by is in one table.
ALTER TABLE legal_states
  ADD COLUMN kind text,                     -- of the device
  -- as earliest_on; devices without any day come behind the last day there is
  ADD COLUMN sort_on date GENERATED ALWAYS AS (coalesce(due_earliest, provisional_due_on, 'infinity'::date)) STORED;
DROP INDEX legal_states_due;
CREATE INDEX legal_states_due ON legal_states (tenant, sort_on, device_id);
-- What can be unknown lies anywhere among the days.
CREATE INDEX legal_states_unknown ON legal_states (tenant, sort_on, device_id) WHERE state = 'unknown' OR due_earliest <> due_latest;

SET LOCAL ROLE verimeter_service;
UPDATE legal_states s SET kind = d.kind FROM devices d WHERE (d.tenant, d.device_id) = (s.tenant, s.device_id);
SET LOCAL ROLE verimeter_owner;

-- As the owner rows are written by a restore only, which brings the marks and standings of its backup.
CREATE OR REPLACE FUNCTION mark_legal_states() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_user <> 'verimeter_owner' THEN
    INSERT INTO public.legal_state_marks (tenant, device_id)
    SELECT DISTINCT c.tenant, c.device_id FROM changed c ORDER BY 1, 2
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION mark_legal_state() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_user <> 'verimeter_owner' THEN
    INSERT INTO public.legal_state_marks (tenant, device_id) VALUES (NEW.tenant, NEW.device_id) ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION mark_all_legal_states() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_user <> 'verimeter_owner' THEN
    INSERT INTO public.legal_state_marks (tenant, device_id) VALUES (NEW.tenant, '*')
    ON CONFLICT (tenant, device_id) DO UPDATE SET marked_at = excluded.marked_at; -- who is about to take the mark sees that it is another one
  END IF;
  RETURN NULL;
END
$$;
