-- Devices that register themselves with their first message, where the tenant wishes it for the road the message came on.
CREATE TABLE provisioning (
  tenant   text COLLATE "C" NOT NULL REFERENCES tenants,
  source   text NOT NULL CHECK (source IN ('native', 'senml', 'gateway')),
  -- null: what its quantities say
  kind     text CHECK (kind IN ('electricity_meter', 'water_meter', 'heat_meter', 'environment_sensor', 'gateway', 'instrument')),
  ids      text NOT NULL DEFAULT '%',        -- LIKE pattern of the device ids that may
  per_day  integer NOT NULL DEFAULT 1000 CHECK (per_day > 0),
  PRIMARY KEY (tenant, source)
);
SELECT protect_tenant_table('provisioning');
GRANT SELECT, INSERT, UPDATE, DELETE ON provisioning TO verimeter_service;
GRANT SELECT ON provisioning TO verimeter_app;

ALTER TABLE devices ADD COLUMN provisioned_by text, ADD COLUMN provisioned_at timestamptz;
CREATE INDEX devices_provisioned ON devices (tenant, provisioned_at) WHERE provisioned_at IS NOT NULL;

-- Counts of one hour are changed in place again and again: room for the next version on the same page keeps the index as it is.
ALTER TABLE ledger SET (fillfactor = 50);
-- Numbers that hardly compress; what they would take in processor time is worth more than the hour they are kept.
ALTER TABLE live_events ALTER channel_ids SET STORAGE EXTERNAL, ALTER ts SET STORAGE EXTERNAL, ALTER values SET STORAGE EXTERNAL;
