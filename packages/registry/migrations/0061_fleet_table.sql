-- What the fleet table of the API is kept up to date by, and the views that people save of lists.

-- One row per statement that changed facts of devices, answers, findings or memberships. The API keeps these facts of a tenant in memory
-- (docs/decisions/0193): it reads the rows of transactions it has not seen yet, then those devices. Trimmed after a day.
CREATE TABLE fleet_changes (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant      text COLLATE "C" NOT NULL, -- no reference: it would lock the tenant's row with every status of a device
  -- Ids are given out before commit, so they say nothing of what a reader has seen; the oldest transaction of its snapshot does.
  changed_in  xid8 NOT NULL DEFAULT pg_current_xact_id(),
  changed_at  timestamptz NOT NULL DEFAULT now(),
  device_ids  text[] -- null: so many that the tenant is read anew
);
CREATE INDEX fleet_changes_unseen ON fleet_changes (tenant, changed_in);
CREATE INDEX fleet_changes_age ON fleet_changes (changed_at);
SELECT protect_tenant_table('fleet_changes');
GRANT SELECT, INSERT ON fleet_changes TO verimeter_service, verimeter_app;
GRANT DELETE ON fleet_changes TO verimeter_service;

CREATE FUNCTION log_fleet_changes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.fleet_changes (tenant, device_ids)
  SELECT c.tenant, CASE WHEN count(*) <= 20000 THEN array_agg(c.device_id) END
    FROM (SELECT DISTINCT tenant, device_id FROM changed WHERE device_id IS NOT NULL) c
    -- The owner writes rows of all tenants only when it restores a backup into an empty database.
   WHERE current_user <> 'verimeter_owner' OR c.tenant = current_setting('app.tenant', true)
   GROUP BY c.tenant;
  RETURN NULL;
END
$$;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['devices', 'health', 'findings', 'members', 'legal_states'] LOOP
    EXECUTE format('CREATE TRIGGER log_fleet_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION log_fleet_changes()', name);
    EXECUTE format('CREATE TRIGGER log_fleet_update AFTER UPDATE ON %I REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION log_fleet_changes()', name);
    EXECUTE format('CREATE TRIGGER log_fleet_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION log_fleet_changes()', name);
  END LOOP;
END
$$;

-- The newest finding of an answer, for pages of a hundred devices out of a million.
CREATE INDEX findings_of_device ON findings (tenant, device_id, quantity, id DESC) WHERE device_id IS NOT NULL;

-- A list as somebody wants to see it again: the page of the dashboard and its parameters. Withdrawn, never deleted.
CREATE TABLE saved_views (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant        text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  page          text NOT NULL CHECK (page ~ '^[a-z][a-z-]{0,31}$'),
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  query         text NOT NULL CHECK (length(query) <= 4000),
  shared        boolean NOT NULL DEFAULT false,
  owner_key     text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  withdrawn_by  text,
  withdrawn_at  timestamptz
);
CREATE UNIQUE INDEX saved_views_name ON saved_views (tenant, page, owner_key, name) WHERE withdrawn_at IS NULL;
SELECT protect_tenant_table('saved_views');
GRANT SELECT, INSERT ON saved_views TO verimeter_app;
GRANT UPDATE (withdrawn_by, withdrawn_at) ON saved_views TO verimeter_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO verimeter_service;
