-- Sources: which devices publish on which topics outside verimeter/v1, and in which dialect (docs/sources.md).
CREATE TABLE sources (
  tenant         text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  name           text COLLATE "C" NOT NULL CHECK (name ~ '^[A-Za-z0-9._:@-]{1,128}$'),
  filter         text COLLATE "C" NOT NULL CHECK (length(filter) BETWEEN 1 AND 2048), -- one or several, "," or line breaks between them
  dialect        text COLLATE "C" NOT NULL,
  -- of sources whose filters match a topic the one with the lowest rank takes it; checked where they are written: no two that overlap are equal
  rank           integer NOT NULL DEFAULT 100 CHECK (rank BETWEEN 1 AND 10000),
  enabled        boolean NOT NULL DEFAULT true,
  settings       jsonb NOT NULL DEFAULT '{}',   -- checked before it is written: packages/api-schema, sourceSettings
  -- devices that nobody registered register themselves with their first reading
  provision      boolean NOT NULL DEFAULT false,
  provision_kind text CHECK (provision_kind IN ('electricity_meter', 'water_meter', 'heat_meter', 'environment_sensor', 'gateway', 'instrument')),
  provision_per_day integer NOT NULL DEFAULT 1000 CHECK (provision_per_day > 0),
  changed_by     text NOT NULL,
  changed_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, name)
);
SELECT protect_tenant_table('sources');
GRANT SELECT, INSERT, UPDATE, DELETE ON sources TO verimeter_service, verimeter_app;

CREATE TRIGGER notify_insert AFTER INSERT ON sources REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_update AFTER UPDATE ON sources REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_delete AFTER DELETE ON sources REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();

-- What a decoder must know of earlier messages (births, learnt mappings), so that a restart or another worker loses nothing.
CREATE TABLE source_memory (
  tenant      text COLLATE "C" NOT NULL,
  source      text COLLATE "C" NOT NULL,
  key         text COLLATE "C" NOT NULL,
  value       jsonb NOT NULL,
  changed_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, source, key),
  FOREIGN KEY (tenant, source) REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT protect_tenant_table('source_memory');
GRANT SELECT, INSERT, UPDATE, DELETE ON source_memory TO verimeter_service;
GRANT SELECT ON source_memory TO verimeter_app;

-- What came of a source, for whoever looks after it.
CREATE TABLE source_activity (
  tenant        text COLLATE "C" NOT NULL,
  source        text COLLATE "C" NOT NULL,
  last_at       timestamptz NOT NULL,
  messages      bigint NOT NULL DEFAULT 0,
  readings      bigint NOT NULL DEFAULT 0,
  rejected      bigint NOT NULL DEFAULT 0,
  unknown_fields text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant, source),
  FOREIGN KEY (tenant, source) REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT protect_tenant_table('source_activity');
GRANT SELECT, INSERT, UPDATE, DELETE ON source_activity TO verimeter_service;
GRANT SELECT ON source_activity TO verimeter_app;

-- Whether there is a topic that filters of both sides match (MQTT 5, 4.7.1).
CREATE FUNCTION filters_overlap(p_left text, p_right text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  a text[];
  b text[];
BEGIN
  FOR a, b IN
    SELECT string_to_array(btrim(l, E' \t\r'), '/'), string_to_array(btrim(r, E' \t\r'), '/')
      FROM regexp_split_to_table(p_left, E'[\n,]') AS l, regexp_split_to_table(p_right, E'[\n,]') AS r
     WHERE btrim(l, E' \t\r') <> '' AND btrim(r, E' \t\r') <> ''
  LOOP
    FOR i IN 1 .. greatest(cardinality(a), cardinality(b)) + 1 LOOP
      IF a[i] = '#' OR b[i] = '#' THEN RETURN true; END IF; -- "a/#" matches "a" as well
      IF a[i] IS NULL AND b[i] IS NULL THEN RETURN true; END IF;
      EXIT WHEN a[i] IS NULL OR b[i] IS NULL OR (a[i] <> '+' AND b[i] <> '+' AND a[i] <> b[i]);
    END LOOP;
  END LOOP;
  RETURN false;
END
$$;

-- Whose filters there are. No tenant may see those of another, and all have to know whether theirs would take what another's takes: so they stand
-- in a table that only the two functions below touch.
CREATE TABLE taken_filters (
  holder  text COLLATE "C" NOT NULL,
  name    text COLLATE "C" NOT NULL,
  filter  text COLLATE "C" NOT NULL,
  PRIMARY KEY (holder, name)
);
CREATE FUNCTION keep_taken_filter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM public.taken_filters WHERE holder = OLD.tenant AND name = OLD.name;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    IF NEW.enabled THEN
      INSERT INTO public.taken_filters VALUES (NEW.tenant, NEW.name, NEW.filter);
    END IF;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER keep_taken AFTER INSERT OR UPDATE OR DELETE ON sources
  FOR EACH ROW EXECUTE FUNCTION keep_taken_filter();
CREATE FUNCTION source_filter_is_taken(p_tenant text, p_filter text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.taken_filters t
                  WHERE t.holder <> p_tenant AND public.filters_overlap(t.filter, p_filter))
$$;
REVOKE ALL ON FUNCTION keep_taken_filter(), source_filter_is_taken(text, text), filters_overlap(text, text) FROM public;
GRANT EXECUTE ON FUNCTION source_filter_is_taken(text, text) TO verimeter_service, verimeter_app;

-- The state a device told last, event by event.
CREATE INDEX device_events_of_kind ON device_events (tenant, device_id, event, ts DESC);
