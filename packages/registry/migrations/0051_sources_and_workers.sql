-- What decoders remember is read by what has changed: the transaction that wrote a row last. A worker that saw all transactions before
-- `pg_snapshot_xmin` of its snapshot reads the rows of those from there on.
ALTER TABLE source_memory ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX source_memory_changed_in ON source_memory (changed_in);

-- What keeps a worker from a source: the broker refuses its topics, or this version cannot run it. `seen_at`: a worker that is gone says nothing.
CREATE TABLE source_problems (
  tenant   text COLLATE "C" NOT NULL,
  source   text COLLATE "C" NOT NULL,
  worker   text COLLATE "C" NOT NULL,
  problem  text NOT NULL,
  since    timestamptz NOT NULL DEFAULT now(),
  seen_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, source, worker),
  FOREIGN KEY (tenant, source) REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT protect_tenant_table('source_problems');
GRANT SELECT, INSERT, UPDATE, DELETE ON source_problems TO verimeter_service;
GRANT SELECT ON source_problems TO verimeter_app;

-- Whose topics they were: messages that a broker had taken before a source was changed or removed come afterwards, and are nobody else's.
CREATE TABLE former_filters (
  holder    text COLLATE "C" NOT NULL,
  filter    text COLLATE "C" NOT NULL,
  until_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (holder, filter)
);
GRANT SELECT ON former_filters TO verimeter_service;
CREATE FUNCTION keep_former_filter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT OLD.enabled THEN RETURN NULL; END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.enabled AND NEW.tenant = OLD.tenant AND NEW.filter = OLD.filter THEN RETURN NULL; END IF;
  END IF;
  -- no broker keeps a session for longer by default
  DELETE FROM public.former_filters WHERE until_at < now() - interval '30 days';
  INSERT INTO public.former_filters VALUES (OLD.tenant, OLD.filter)
    ON CONFLICT (holder, filter) DO UPDATE SET until_at = now();
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION keep_former_filter() FROM public;
CREATE TRIGGER keep_former AFTER UPDATE OR DELETE ON sources
  FOR EACH ROW EXECUTE FUNCTION keep_former_filter();
