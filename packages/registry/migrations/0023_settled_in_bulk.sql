-- As settle_batches, for a settler that sends its arrays in binary form: instants come as what they are and are handed on as they came
-- (docs/decisions/0134). settle_batches stays for settlers of the version before, which go on until they are replaced.
CREATE FUNCTION book_settled(
  p_ids bigint[],
  p_tenants text[], p_hours timestamptz[], p_sources text[], p_ends integer[], p_device_ids text[],
  p_stored integer[], p_duplicate integer[], p_conflicting integer[],
  p_live_tenants text[], p_live_ends integer[], p_channel_ids integer[], p_ts timestamptz[], p_values float8[],
  p_span timestamptz[]
) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  a integer := 1;
  b integer;
BEGIN
  UPDATE store_batches SET settled_at = now(), content = '', account = '' WHERE id = ANY (p_ids) AND awaited;
  DELETE FROM store_batches WHERE id = ANY (p_ids) AND NOT awaited;
  FOR i IN 1 .. cardinality(p_ends) LOOP
    b := p_ends[i];
    INSERT INTO ledger_journal (tenant, hour, source, device_ids, topics, received, stored, duplicate, conflicting, rejected, pending)
    SELECT p_tenants[i], p_hours[i], p_sources[i], array_agg(d), array_agg(NULL::text), array_agg(0),
           array_agg(s), array_agg(u), array_agg(c), array_agg(0), array_agg(-(s + u + c))
      FROM unnest(p_device_ids[a:b], p_stored[a:b], p_duplicate[a:b], p_conflicting[a:b]) AS t (d, s, u, c);
    a := b + 1;
  END LOOP;
  IF cardinality(p_span) > 0 THEN
    INSERT INTO store_settled (first_ts, last_ts, first_received, last_received)
    VALUES (p_span[1], p_span[2], p_span[3], p_span[4]);
  END IF;
  -- Last: the ids of live events are given out under a lock that is held until the commit.
  a := 1;
  FOR i IN 1 .. cardinality(p_live_ends) LOOP
    b := p_live_ends[i];
    INSERT INTO live_events (tenant, kind, channel_ids, ts, values)
    VALUES (p_live_tenants[i], 'reading', p_channel_ids[a:b], p_ts[a:b], p_values[a:b]);
    a := b + 1;
  END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION book_settled TO verimeter_service;
