-- What the quarantine does not keep, or keeps no more: counts by device, topic, reason and receive hour, so that the account still adds up.
CREATE TABLE quarantine_left_out (
  tenant     text COLLATE "C",
  device_id  text COLLATE "C",
  topic      text NOT NULL,
  reason     text NOT NULL,
  hour       timestamptz NOT NULL,
  source     text NOT NULL,
  entries    bigint NOT NULL,
  rejected   bigint NOT NULL,
  UNIQUE NULLS NOT DISTINCT (tenant, device_id, topic, reason, hour, source)
);
SELECT protect_tenant_table('quarantine_left_out');
GRANT SELECT, INSERT, UPDATE, DELETE ON quarantine_left_out TO verimeter_service;
GRANT SELECT ON quarantine_left_out TO verimeter_app;
