-- What ends a batch of messages, in one round trip, and a ledger that a batch appends to (docs/decisions/0107).

-- A batch of messages changes the counts of hundreds of devices, and of the same ones the next time. So it leaves them in one row for
-- each tenant, hour and source, and `fold_ledger` adds many batches up. `ledger` shows both: sums are right at any time.
ALTER TABLE ledger RENAME TO ledger_hours;

CREATE TABLE ledger_journal (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant       text COLLATE "C",            -- null: does not exist
  hour         timestamptz NOT NULL,
  source       text NOT NULL,
  -- element by element
  device_ids   text[] NOT NULL,
  topics       text[] NOT NULL,
  received     integer[] NOT NULL,
  stored       integer[] NOT NULL,
  duplicate    integer[] NOT NULL,
  conflicting  integer[] NOT NULL,
  rejected     integer[] NOT NULL
);
SELECT protect_tenant_table('ledger_journal');
GRANT SELECT, INSERT, DELETE ON ledger_journal TO verimeter_service;
GRANT SELECT ON ledger_journal TO verimeter_app;
-- Read once, a moment later: compressing them is not worth it.
ALTER TABLE ledger_journal
  ALTER device_ids SET STORAGE EXTERNAL, ALTER topics SET STORAGE EXTERNAL, ALTER received SET STORAGE EXTERNAL,
  ALTER stored SET STORAGE EXTERNAL, ALTER duplicate SET STORAGE EXTERNAL, ALTER conflicting SET STORAGE EXTERNAL,
  ALTER rejected SET STORAGE EXTERNAL;

-- Keys may repeat: sum them up. Whoever asks sees what the policies of the tables let through.
CREATE VIEW ledger WITH (security_invoker = true) AS
SELECT tenant, device_id, topic, hour, source, received, stored, duplicate, conflicting, rejected, pending FROM ledger_hours
UNION ALL
SELECT j.tenant, u.device_id COLLATE "C", u.topic, j.hour, j.source, u.received, u.stored, u.duplicate, u.conflicting, u.rejected, 0
  FROM ledger_journal j,
       unnest(j.device_ids, j.topics, j.received, j.stored, j.duplicate, j.conflicting, j.rejected)
         AS u (device_id, topic, received, stored, duplicate, conflicting, rejected);
GRANT SELECT ON ledger TO verimeter_app, verimeter_service;

-- Moves up to p_batches rows of the journal to the hours; returns how many. One at a time: another one that is at it has them all.
CREATE FUNCTION fold_ledger(p_batches integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  taken integer;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('verimeter.fold_ledger')) THEN
    RETURN 0;
  END IF;
  WITH batches AS (
    DELETE FROM ledger_journal WHERE id IN (SELECT id FROM ledger_journal ORDER BY id LIMIT p_batches) RETURNING *
  ), folded AS (
    -- In the order of the key, as everybody who locks these rows.
    INSERT INTO ledger_hours AS l (tenant, device_id, topic, hour, source, received, stored, duplicate, conflicting, rejected)
    SELECT j.tenant, u.device_id, u.topic, j.hour, j.source,
           sum(u.received), sum(u.stored), sum(u.duplicate), sum(u.conflicting), sum(u.rejected)
      FROM batches j,
           unnest(j.device_ids, j.topics, j.received, j.stored, j.duplicate, j.conflicting, j.rejected)
             AS u (device_id, topic, received, stored, duplicate, conflicting, rejected)
     GROUP BY j.tenant, u.device_id COLLATE "C", u.device_id, u.topic, j.hour, j.source
     ORDER BY j.tenant, u.device_id COLLATE "C", u.topic, j.hour, j.source
    ON CONFLICT (tenant, device_id, topic, hour, source) DO UPDATE
      SET received = l.received + excluded.received, stored = l.stored + excluded.stored,
          duplicate = l.duplicate + excluded.duplicate, conflicting = l.conflicting + excluded.conflicting,
          rejected = l.rejected + excluded.rejected
  )
  SELECT count(*) INTO taken FROM batches;
  RETURN taken;
END
$$;

-- Leaves the mark of a batch and its counts, and announces its readings. Of parallel arrays a part ends where p_ledger_ends and
-- p_live_ends say, and begins where the one before it ends. Returns false, with nothing done, where the mark is there: this batch was
-- committed before.
CREATE FUNCTION close_batch(
  p_mark bytea, p_at timestamptz,
  p_ledger_tenants text[], p_hours timestamptz[], p_sources text[], p_ledger_ends integer[], p_device_ids text[], p_topics text[],
  p_received integer[], p_stored integer[], p_duplicate integer[], p_conflicting integer[], p_rejected integer[],
  p_live_tenants text[], p_live_ends integer[], p_channel_ids integer[], p_ts timestamptz[], p_values float8[]
) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  a integer := 1;
  b integer;
BEGIN
  -- Packet id 0 is that of no MQTT packet: no client id collides with this.
  INSERT INTO arrivals (session, packet_id, payload_hash, received_at) VALUES ('verimeter batch', 0, p_mark, p_at)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  FOR i IN 1 .. cardinality(p_ledger_ends) LOOP
    b := p_ledger_ends[i];
    INSERT INTO ledger_journal (tenant, hour, source, device_ids, topics, received, stored, duplicate, conflicting, rejected)
    VALUES (p_ledger_tenants[i], p_hours[i], p_sources[i], p_device_ids[a:b], p_topics[a:b],
            p_received[a:b], p_stored[a:b], p_duplicate[a:b], p_conflicting[a:b], p_rejected[a:b]);
    a := b + 1;
  END LOOP;
  -- Last: the ids of live events are given out under a lock that is held until the commit.
  a := 1;
  FOR i IN 1 .. cardinality(p_live_ends) LOOP
    b := p_live_ends[i];
    INSERT INTO live_events (tenant, kind, channel_ids, ts, values)
    VALUES (p_live_tenants[i], 'reading', p_channel_ids[a:b], p_ts[a:b], p_values[a:b]);
    a := b + 1;
  END LOOP;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION fold_ledger, close_batch TO verimeter_service;
