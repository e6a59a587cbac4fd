-- Backups keep where a sequence is with the column that owns it.
ALTER SEQUENCE verification_records OWNED BY verifications.record_id;

-- Lists of legal standings for fleets of a million devices: what they are filtered and ordered by is in one table.
ALTER TABLE legal_states
  ADD COLUMN kind text,                     -- of the device
  -- as earliest_on; devices without any day come behind the last day there is
  ADD COLUMN sort_on date GENERATED ALWAYS AS (coalesce(due_earliest, provisional_due_on, 'infinity'::date)) STORED;
DROP INDEX legal_states_due;
CREATE INDEX legal_states_due ON legal_states (tenant, sort_on, device_id);

SET LOCAL ROLE verimeter_service;
UPDATE legal_states s SET kind = d.kind FROM devices d WHERE (d.tenant, d.device_id) = (s.tenant, s.device_id);
SET LOCAL ROLE verimeter_owner;
