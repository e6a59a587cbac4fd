-- Pages of readings from the index alone, and as columns (docs/decisions/0143, 0144).

-- What a reading consists of is in the index of the primary key: those of one channel lie on as many pages of the table as there are of them.
-- On a hypertable the key is another one, and compressed chunks have none.
DO $$
BEGIN
  IF (SELECT relkind FROM pg_class WHERE oid = 'public.readings'::regclass) = 'p' THEN
    ALTER TABLE readings DROP CONSTRAINT readings_pkey;
    ALTER TABLE readings ADD PRIMARY KEY (channel_id, ts) INCLUDE (value, received_at, flags);
  END IF;
END
$$;

-- As before, planned for the span that is asked for: a plan for any span has all partitions in it.
CREATE OR REPLACE FUNCTION reading_page(
  p_device_id text, p_quantity text, p_from timestamptz, p_to timestamptz, p_limit integer,
  p_conflicts boolean DEFAULT false, p_after_ts timestamptz DEFAULT NULL, p_after_current boolean DEFAULT true,
  p_after_value float8 DEFAULT NULL)
RETURNS TABLE (ts timestamptz, value float8, received_at timestamptz, flags smallint, current boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  v_channel integer := own_channel(p_device_id, p_quantity);
BEGIN
  RETURN QUERY
  SELECT rows.ts, rows.value, rows.received_at, rows.flags, rows.current
    FROM (
      (SELECT r.ts, r.value, r.received_at, r.flags, true AS current
         FROM stored_readings r
        WHERE r.channel_id = v_channel
          AND r.ts >= p_from AND r.ts < p_to
          AND (p_after_ts IS NULL OR r.ts > p_after_ts)
        ORDER BY r.ts LIMIT p_limit)
      UNION ALL
      (SELECT x.ts, x.value, x.received_at, x.flags, false
         FROM reading_conflicts x
        WHERE p_conflicts AND x.channel_id = v_channel
          AND x.ts >= p_from AND x.ts < p_to
          AND (p_after_ts IS NULL OR x.ts > p_after_ts
               OR (x.ts = p_after_ts AND (p_after_current OR x.value > p_after_value)))
        ORDER BY x.ts, x.value LIMIT p_limit)
    ) rows
   ORDER BY rows.ts, rows.current DESC, rows.value
   LIMIT p_limit;
END
$$;

-- The same page as one row: each column is an array in PostgreSQL's binary format, null where the page is empty.
CREATE FUNCTION reading_page_columns(
  p_device_id text, p_quantity text, p_from timestamptz, p_to timestamptz, p_limit integer,
  p_conflicts boolean DEFAULT false, p_after_ts timestamptz DEFAULT NULL, p_after_current boolean DEFAULT true,
  p_after_value float8 DEFAULT NULL)
RETURNS TABLE (ts bytea, value bytea, received_at bytea, flags bytea, current bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT array_send(array_agg(p.ts)), array_send(array_agg(p.value)), array_send(array_agg(p.received_at)),
         array_send(array_agg(p.flags)), array_send(array_agg(p.current))
    FROM public.reading_page(
      p_device_id, p_quantity, p_from, p_to, p_limit, p_conflicts, p_after_ts, p_after_current, p_after_value) p;
END;
GRANT EXECUTE ON FUNCTION reading_page_columns TO verimeter_app, verimeter_service;
