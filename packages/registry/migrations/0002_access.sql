-- Who may see and do what. docs/spec/tenancy.md states the rules, tenancy.integration.test.ts reads the catalogue.

-- Functions are executable by everybody unless that is taken away; tables and sequences are not.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

-- Every table with a tenant: forced row-level security, and the same three policies. The owner is bound like the API's
-- role, so that a SECURITY DEFINER function that forgets its own filter still sees one tenant only.
CREATE FUNCTION protect_tenant_table(p_table regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_table);
  EXECUTE format(
    'CREATE POLICY tenant_rows ON %s TO verimeter_app, verimeter_owner
       USING (tenant = current_setting(''app.tenant'', true))
       WITH CHECK (tenant = current_setting(''app.tenant'', true))', p_table);
  EXECUTE format(
    'CREATE POLICY service_rows ON %s TO verimeter_service USING (true) WITH CHECK (true)', p_table);
END
$$;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'tenants', 'devices', 'channels', 'groups', 'members', 'verifications', 'reading_conflicts', 'quarantine',
    'ledger', 'device_events', 'live_events', 'analysis_runs', 'health', 'health_history', 'group_health',
    'findings', 'api_keys', 'sessions'
  ] LOOP
    PERFORM protect_tenant_table(name::regclass);
  END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON
  tenants, devices, channels, groups, members, verifications, quarantine, ledger, arrivals, device_events, live_events,
  analysis_runs, health, health_history, group_health, findings, api_keys, sessions
TO verimeter_service;
-- Raw readings are immutable: nobody may update or delete them. Retention drops whole partitions, as the owner.
GRANT SELECT, INSERT ON readings, reading_conflicts TO verimeter_service;

GRANT SELECT ON
  tenants, devices, channels, groups, members, verifications, reading_conflicts, quarantine, ledger, device_events,
  live_events, analysis_runs, health, health_history, group_health, findings
TO verimeter_app;
GRANT UPDATE (status) ON quarantine TO verimeter_app;
GRANT UPDATE (status, comment, updated_at) ON findings TO verimeter_app;
GRANT INSERT ON live_events TO verimeter_app; -- a changed finding is announced
