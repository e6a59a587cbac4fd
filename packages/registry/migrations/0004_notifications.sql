-- Changes of the registry and new live events are announced to listening services.

-- NOTIFY verimeter_registry, payload {"table", "tenant", "device_id"}; device_id null: anything of the tenant may have
-- changed. A statement that touches many devices sends one message per tenant.
CREATE FUNCTION notify_registry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  touched record;
BEGIN
  FOR touched IN
    SELECT r.tenant, CASE WHEN count(*) OVER (PARTITION BY r.tenant) <= 20 THEN r.device_id END AS device_id
      FROM (SELECT DISTINCT to_jsonb(c) ->> 'tenant' AS tenant, to_jsonb(c) ->> 'device_id' AS device_id
              FROM changed c) r
  LOOP
    -- equal messages of one transaction are sent once
    PERFORM pg_notify('verimeter_registry',
      json_build_object('table', TG_TABLE_NAME, 'tenant', touched.tenant, 'device_id', touched.device_id)::text);
  END LOOP;
  RETURN NULL;
END
$$;

-- Updates of devices say online or not many times a day; only a change of kind concerns the listeners.
CREATE FUNCTION notify_device_kind() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('verimeter_registry',
    json_build_object('table', TG_TABLE_NAME, 'tenant', NEW.tenant, 'device_id', NEW.device_id)::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER notify_insert AFTER INSERT ON tenants REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_delete AFTER DELETE ON tenants REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_insert AFTER INSERT ON devices REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_delete AFTER DELETE ON devices REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_kind AFTER UPDATE OF kind ON devices
  FOR EACH ROW WHEN (OLD.kind IS DISTINCT FROM NEW.kind) EXECUTE FUNCTION notify_device_kind();
CREATE TRIGGER notify_insert AFTER INSERT ON channels REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_update AFTER UPDATE ON channels REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_delete AFTER DELETE ON channels REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_insert AFTER INSERT ON members REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_update AFTER UPDATE ON members REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();
CREATE TRIGGER notify_delete AFTER DELETE ON members REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION notify_registry();

-- Live events become visible in the order of their ids (a reader that has seen id n misses none below n): the ids are
-- given out under a lock that is held until commit. Insert them as the last statement of a transaction.
CREATE FUNCTION order_live_events() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('verimeter.live_events'));
  RETURN NULL;
END
$$;
CREATE TRIGGER order_ids BEFORE INSERT ON live_events FOR EACH STATEMENT EXECUTE FUNCTION order_live_events();

-- NOTIFY verimeter_events, payload: the highest id of the statement.
CREATE FUNCTION notify_live_events() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('verimeter_events', max(n.id)::text) FROM new_events n HAVING count(*) > 0;
  RETURN NULL;
END
$$;
CREATE TRIGGER notify_insert AFTER INSERT ON live_events REFERENCING NEW TABLE AS new_events
  FOR EACH STATEMENT EXECUTE FUNCTION notify_live_events();
