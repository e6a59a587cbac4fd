-- What ends a batch of messages, in one round trip (docs/decisions/0107).

-- Adds counts to the ledger, element by element; keys may repeat. Rows are locked in the order of their key: two transactions that
-- account for the same devices cannot deadlock.
CREATE FUNCTION add_to_ledger(
  p_tenants text[], p_device_ids text[], p_topics text[], p_received_at timestamptz[], p_sources text[], p_received bigint[],
  p_stored bigint[], p_duplicate bigint[], p_conflicting bigint[], p_rejected bigint[], p_pending bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO ledger AS l (tenant, device_id, topic, hour, source, received, stored, duplicate, conflicting, rejected, pending)
  SELECT t.tenant, t.device_id, t.topic, date_trunc('hour', t.received_at, 'UTC') AS hour, t.source,
         sum(t.received), sum(t.stored), sum(t.duplicate), sum(t.conflicting), sum(t.rejected), sum(t.pending)
    FROM unnest(p_tenants, p_device_ids, p_topics, p_received_at, p_sources,
                p_received, p_stored, p_duplicate, p_conflicting, p_rejected, p_pending)
      AS t (tenant, device_id, topic, received_at, source, received, stored, duplicate, conflicting, rejected, pending)
   GROUP BY t.tenant, t.device_id, t.topic, hour, t.source
   ORDER BY t.tenant, t.device_id, t.topic, hour, t.source
  ON CONFLICT (tenant, device_id, topic, hour, source) DO UPDATE
    SET received = l.received + excluded.received, stored = l.stored + excluded.stored,
        duplicate = l.duplicate + excluded.duplicate, conflicting = l.conflicting + excluded.conflicting,
        rejected = l.rejected + excluded.rejected, pending = l.pending + excluded.pending;
END
$$;

-- Leaves the mark of a batch, adds its counts to the ledger and announces its readings: those of p_tenants[i] are the elements up to
-- p_ends[i] that no tenant before has. Returns false, with nothing done, where the mark is there: this batch was committed before.
CREATE FUNCTION close_batch(
  p_mark bytea, p_at timestamptz, p_ledger_tenants text[], p_device_ids text[], p_topics text[], p_received_at timestamptz[],
  p_sources text[], p_received bigint[], p_stored bigint[], p_duplicate bigint[], p_conflicting bigint[], p_rejected bigint[],
  p_pending bigint[], p_tenants text[], p_ends integer[], p_channel_ids integer[], p_ts timestamptz[], p_values float8[]
) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Packet id 0 is that of no MQTT packet: no client id collides with this.
  INSERT INTO arrivals (session, packet_id, payload_hash, received_at) VALUES ('verimeter batch', 0, p_mark, p_at)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM add_to_ledger(p_ledger_tenants, p_device_ids, p_topics, p_received_at, p_sources,
                        p_received, p_stored, p_duplicate, p_conflicting, p_rejected, p_pending);
  -- Last: the ids of live events are given out under a lock that is held until the commit.
  FOR i IN 1 .. cardinality(p_tenants) LOOP
    INSERT INTO live_events (tenant, kind, channel_ids, ts, values)
    VALUES (p_tenants[i], 'reading', p_channel_ids[coalesce(p_ends[i - 1], 0) + 1 : p_ends[i]],
            p_ts[coalesce(p_ends[i - 1], 0) + 1 : p_ends[i]], p_values[coalesce(p_ends[i - 1], 0) + 1 : p_ends[i]]);
  END LOOP;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION add_to_ledger, close_batch TO verimeter_service;
