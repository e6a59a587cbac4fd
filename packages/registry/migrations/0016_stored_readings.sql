-- Readings as they were sent, whichever way the table keeps them: plain as here, or as a hypertable of TimescaleDB that keeps values in integer
-- quanta (docs/decisions/0110-quanta-behind-a-view.md). Whoever reads readings asks this view; whoever writes knows the table. When readings
-- becomes a hypertable, this view, readings_received and what is behind ensure_reading_partitions are replaced, and nothing else.
CREATE VIEW stored_readings WITH (security_invoker = true) AS
  SELECT r.channel_id, r.ts, r.value, r.flags, r.received_at FROM readings r;
GRANT SELECT ON stored_readings TO verimeter_service;

-- Readings that arrived from p_from to p_to (exclusive). A function because the condition is on a column that a view with another one in its place
-- would hide from the index; it is inlined where it is called.
CREATE FUNCTION readings_received(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (channel_id integer, ts timestamptz, value float8, flags smallint, received_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT r.channel_id, r.ts, r.value, r.flags, r.received_at FROM public.readings r
   WHERE r.received_at >= p_from AND r.received_at < p_to
$$;
GRANT EXECUTE ON FUNCTION readings_received TO verimeter_service;

-- As before, from the view.
CREATE OR REPLACE FUNCTION latest_readings(p_device_ids text[])
RETURNS TABLE (device_id text, channel_id integer, quantity text, unit text, ts timestamptz, value float8, flags smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT c.device_id, c.channel_id, c.quantity, c.unit, l.ts, l.value, l.flags
    FROM public.channels c
    LEFT JOIN LATERAL (
      SELECT r.ts, r.value, r.flags FROM public.stored_readings r
       WHERE r.channel_id = c.channel_id AND ((r.flags & 1) = 0 OR r.ts <= now())
       ORDER BY r.ts DESC LIMIT 1
    ) l ON true
   WHERE c.tenant = current_setting('app.tenant', true) AND c.device_id = ANY (p_device_ids)
   ORDER BY c.device_id, c.quantity;
END;

CREATE OR REPLACE FUNCTION reading_page(
  p_device_id text, p_quantity text, p_from timestamptz, p_to timestamptz, p_limit integer,
  p_conflicts boolean DEFAULT false, p_after_ts timestamptz DEFAULT NULL, p_after_current boolean DEFAULT true,
  p_after_value float8 DEFAULT NULL)
RETURNS TABLE (ts timestamptz, value float8, received_at timestamptz, flags smallint, current boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT rows.ts, rows.value, rows.received_at, rows.flags, rows.current
    FROM (
      (SELECT r.ts, r.value, r.received_at, r.flags, true AS current
         FROM public.stored_readings r
        WHERE r.channel_id = public.own_channel(p_device_id, p_quantity)
          AND r.ts >= p_from AND r.ts < p_to
          AND (p_after_ts IS NULL OR r.ts > p_after_ts)
        ORDER BY r.ts LIMIT p_limit)
      UNION ALL
      (SELECT x.ts, x.value, x.received_at, x.flags, false
         FROM public.reading_conflicts x
        WHERE p_conflicts AND x.channel_id = public.own_channel(p_device_id, p_quantity)
          AND x.ts >= p_from AND x.ts < p_to
          AND (p_after_ts IS NULL OR x.ts > p_after_ts
               OR (x.ts = p_after_ts AND (p_after_current OR x.value > p_after_value)))
        ORDER BY x.ts, x.value LIMIT p_limit)
    ) rows
   ORDER BY rows.ts, rows.current DESC, rows.value
   LIMIT p_limit;
END;

CREATE OR REPLACE FUNCTION register_series(
  p_device_id text, p_quantity text, p_from timestamptz, p_to timestamptz, p_before integer, p_after integer)
RETURNS TABLE (ts timestamptz, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT s.ts, s.value
    FROM (
      (SELECT r.ts, r.value FROM public.stored_readings r
        WHERE r.channel_id = public.own_channel(p_device_id, p_quantity) AND r.ts < p_from
          AND ((r.flags & 1) = 0 OR r.ts <= now())
        ORDER BY r.ts DESC LIMIT p_before)
      UNION ALL
      (SELECT r.ts, r.value FROM public.stored_readings r
        WHERE r.channel_id = public.own_channel(p_device_id, p_quantity) AND r.ts >= p_from AND r.ts <= p_to
          AND ((r.flags & 1) = 0 OR r.ts <= now()))
      UNION ALL
      (SELECT r.ts, r.value FROM public.stored_readings r
        WHERE r.channel_id = public.own_channel(p_device_id, p_quantity) AND r.ts > p_to
          AND ((r.flags & 1) = 0 OR r.ts <= now())
        ORDER BY r.ts LIMIT p_after)
    ) s
   ORDER BY s.ts;
END;

CREATE OR REPLACE FUNCTION reading_aggregates(
  p_device_id text, p_quantity text, p_register boolean, p_from timestamptz, p_to timestamptz,
  p_resolution text, p_zone text, p_limit integer)
RETURNS TABLE (
  start_at timestamptz, end_at timestamptz, first float8, last float8, min float8, max float8, mean float8,
  sum float8, count bigint, coverage float8, steps_back bigint, top_rise float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  v_channel integer := own_channel(p_device_id, p_quantity);
  v_from    timestamptz := bucket_start(p_from, p_resolution, p_zone);
  v_to      timestamptz;
BEGIN
  IF v_from IS NULL THEN
    RAISE EXCEPTION 'unknown resolution %', p_resolution USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF v_channel IS NULL OR p_to <= p_from THEN
    RETURN;
  END IF;
  v_to := bucket_end(bucket_start(p_to - interval '1 microsecond', p_resolution, p_zone), p_resolution, p_zone);
  RETURN QUERY
  WITH usable AS (
    -- v_to itself closes the last bucket of a register
    SELECT r.ts, r.value FROM stored_readings r
     WHERE r.channel_id = v_channel AND r.ts >= v_from AND r.ts <= v_to AND ((r.flags & 1) = 0 OR r.ts <= now())
    UNION ALL
    (SELECT r.ts, r.value FROM stored_readings r
      WHERE r.channel_id = v_channel AND r.ts < v_from AND ((r.flags & 1) = 0 OR r.ts <= now())
      ORDER BY r.ts DESC LIMIT 1)
  ), steps AS (
    SELECT u.ts, u.value, lag(u.ts) OVER w AS previous_ts, lag(u.value) OVER w AS previous
      FROM usable u WINDOW w AS (ORDER BY u.ts)
  ), cadence AS MATERIALIZED (
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY s.ts - s.previous_ts) AS spacing
      FROM steps s WHERE s.previous_ts >= v_from HAVING count(*) >= 2
  ), samples AS MATERIALIZED (
    SELECT bucket_start(s.ts, p_resolution, p_zone) AS start_at,
           (array_agg(s.value ORDER BY s.ts))[1] AS first,
           (array_agg(s.value ORDER BY s.ts DESC))[1] AS last,
           min(s.value) AS min, max(s.value) AS max, avg(s.value) AS mean, sum(s.value ORDER BY s.ts) AS total,
           count(*) AS count
      FROM steps s WHERE s.ts >= v_from AND s.ts < v_to
     GROUP BY 1
  ), consumed AS MATERIALIZED (
    -- a step belongs to the bucket its later reading closes: (start, end]
    SELECT bucket_start(s.ts - interval '1 microsecond', p_resolution, p_zone) AS start_at,
           (array_agg(s.value ORDER BY s.ts DESC))[1]
             - (array_agg(coalesce(s.previous, s.value) ORDER BY s.ts))[1] AS net,
           count(*) FILTER (WHERE s.value < s.previous) AS steps_back,
           max((s.value - s.previous) / greatest(1, extract(epoch FROM s.ts - s.previous_ts)::float8 / 3600)) AS top_rise,
           count(s.previous) AS known
      FROM steps s WHERE p_register AND s.ts > v_from
     GROUP BY 1
  )
  SELECT b.start_at, e.end_at, b.first, b.last, b.min, b.max, b.mean,
         CASE WHEN NOT p_register THEN b.total
              WHEN c.known > 0 AND c.steps_back = 0 THEN c.net END,
         b.count,
         CASE WHEN k.spacing IS NOT NULL -- least() ignores nulls
              THEN least(1, b.count * extract(epoch FROM k.spacing) / extract(epoch FROM e.end_at - b.start_at))::float8 END,
         coalesce(c.steps_back, 0),
         c.top_rise
    FROM samples b
    CROSS JOIN LATERAL (SELECT bucket_end(b.start_at, p_resolution, p_zone) AS end_at) e
    LEFT JOIN consumed c ON c.start_at = b.start_at
    LEFT JOIN cadence k ON true
   ORDER BY b.start_at
   LIMIT p_limit;
END
$$;

-- As before; of a hypertable the chunks.
CREATE OR REPLACE FUNCTION ensure_reading_partitions(p_from timestamptz, p_to timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  month   timestamp := date_trunc('month', p_from AT TIME ZONE 'UTC');
  final   timestamp := date_trunc('month', p_to AT TIME ZONE 'UTC');
  name    text;
  created integer := 0;
BEGIN
  IF p_from > p_to OR p_from < '2000-01-01Z' OR p_to > '2200-01-01Z' THEN
    RAISE EXCEPTION 'no partitions for % to %', p_from, p_to USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF (SELECT relkind FROM pg_class WHERE oid = 'public.readings'::regclass) <> 'p' THEN
    RETURN public.ensure_reading_chunks(p_from, p_to); -- made with the hypertable
  END IF;
  WHILE month <= final LOOP
    name := 'readings_' || to_char(month, '"y"YYYY"m"MM');
    IF to_regclass('public.' || name) IS NULL THEN
      PERFORM pg_advisory_xact_lock(hashtext('verimeter.ensure_reading_partitions'));
      -- Asked of the table itself: waiting for an advisory lock does not refresh the cache behind to_regclass.
      IF NOT EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = 'public'::regnamespace) THEN
        EXECUTE format('CREATE TABLE public.%I (LIKE public.readings INCLUDING ALL)', name);
        EXECUTE format(
          'ALTER TABLE public.readings ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
          name, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
        -- Values are read from the index where the visibility map knows their rows, which is what vacuum writes.
        EXECUTE format('ALTER TABLE public.%I SET (autovacuum_vacuum_insert_scale_factor = 0.01)', name);
        created := created + 1;
      END IF;
    END IF;
    month := month + interval '1 month';
  END LOOP;
  RETURN created;
END
$$;
