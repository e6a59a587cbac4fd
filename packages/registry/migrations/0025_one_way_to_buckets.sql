-- Buckets are made in one place (docs/decisions/0139): of readings that come as arrays and of days that are summed up. What reads them here and what is
-- given them from another store call it.

-- p_from and p_to are bounds of buckets. Readings: from the first bucket to the end of the last one, both included, and the one before. Days lie
-- between them. A day is like a reading that takes time: it begins with its first one and ends with its last one. p_spacing: from
-- reading to reading, of which coverage speaks.
CREATE FUNCTION series_buckets(
  p_instants timestamptz[], p_values float8[], p_days reading_days[], p_spacing interval, p_register boolean,
  p_from timestamptz, p_to timestamptz, p_resolution text, p_zone text, p_limit integer)
RETURNS TABLE (
  start_at timestamptz, end_at timestamptz, first float8, last float8, min float8, max float8, mean float8,
  sum float8, count bigint, coverage float8, steps_back bigint, top_rise float8)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off SET jit = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH pieces AS (
    SELECT r.ts, r.value AS first, r.ts AS last_ts, r.value AS last, r.value AS min, r.value AS max, r.value AS total,
           1 AS count, 0 AS inner_back, NULL::float8 AS inner_rise
      FROM unnest(p_instants, p_values) AS r (ts, value)
    UNION ALL
    SELECT d.first_ts, d.first, d.last_ts, d.last, d.min, d.max, d.sum, d.count, d.steps_back, d.top_rise FROM unnest(p_days) d
  ), steps AS MATERIALIZED (
    SELECT p.*, lag(p.last_ts) OVER w AS previous_ts, lag(p.last) OVER w AS previous
      FROM pieces p WINDOW w AS (ORDER BY p.ts)
  ), samples AS MATERIALIZED (
    SELECT bucket_start(s.ts, p_resolution, p_zone) AS start_at,
           (array_agg(s.first ORDER BY s.ts))[1] AS first,
           (array_agg(s.last ORDER BY s.ts DESC))[1] AS last,
           min(s.min) AS min, max(s.max) AS max, sum(s.total ORDER BY s.ts) AS total, sum(s.count) AS count
      FROM steps s WHERE s.ts >= p_from AND s.ts < p_to
     GROUP BY 1
  ), consumed AS MATERIALIZED (
    -- a step belongs to the bucket its later reading closes: (start, end]
    SELECT c.start_at,
           (array_agg(c.value ORDER BY c.ts DESC))[1]
             - (array_agg(coalesce(c.previous, c.value) ORDER BY c.ts))[1] AS net,
           sum(c.back) AS steps_back, max(c.rise) AS top_rise, sum(c.known) AS known
      FROM (SELECT bucket_start(s.ts - interval '1 microsecond', p_resolution, p_zone) AS start_at, s.ts, s.first AS value, s.previous,
                   CASE WHEN s.first < s.previous THEN 1 ELSE 0 END AS back,
                   (s.first - s.previous) / greatest(1, extract(epoch FROM s.ts - s.previous_ts)::float8 / 3600) AS rise,
                   CASE WHEN s.previous IS NULL THEN 0 ELSE 1 END AS known
              FROM steps s WHERE p_register AND s.ts > p_from
            UNION ALL
            SELECT bucket_start(s.ts, p_resolution, p_zone), s.last_ts, s.last, s.first, s.inner_back, s.inner_rise, s.count - 1
              FROM steps s WHERE p_register AND s.count > 1) c
     GROUP BY 1
  )
  SELECT b.start_at, e.end_at, b.first, b.last, b.min, b.max, b.total / b.count,
         CASE WHEN NOT p_register THEN b.total
              WHEN c.known > 0 AND c.steps_back = 0 THEN c.net END,
         b.count,
         CASE WHEN p_spacing IS NOT NULL -- least() ignores nulls
              THEN least(1, b.count * extract(epoch FROM p_spacing) / extract(epoch FROM e.end_at - b.start_at))::float8 END,
         coalesce(c.steps_back, 0),
         c.top_rise
    FROM samples b
    CROSS JOIN LATERAL (SELECT bucket_end(b.start_at, p_resolution, p_zone) AS end_at) e
    LEFT JOIN consumed c ON c.start_at = b.start_at
   ORDER BY b.start_at
   LIMIT p_limit;
END
$$;
GRANT EXECUTE ON FUNCTION series_buckets TO verimeter_app, verimeter_service;

-- The median of what lies between the first 1,000 instants, which are in order.
CREATE FUNCTION series_spacing(p_instants timestamptz[]) RETURNS interval
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY s.ts - s.previous_ts)
    FROM (SELECT i.ts, lag(i.ts) OVER (ORDER BY i.ts) AS previous_ts FROM unnest(p_instants[1:1000]) AS i (ts)) s
   WHERE s.previous_ts IS NOT NULL HAVING count(*) >= 2;
END;
GRANT EXECUTE ON FUNCTION series_spacing TO verimeter_app, verimeter_service;

-- As before.
CREATE OR REPLACE FUNCTION reading_aggregates(
  p_device_id text, p_quantity text, p_register boolean, p_from timestamptz, p_to timestamptz,
  p_resolution text, p_zone text, p_limit integer)
RETURNS TABLE (
  start_at timestamptz, end_at timestamptz, first float8, last float8, min float8, max float8, mean float8,
  sum float8, count bigint, coverage float8, steps_back bigint, top_rise float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_channel  integer := own_channel(p_device_id, p_quantity);
  v_from     timestamptz := bucket_start(p_from, p_resolution, p_zone);
  v_to       timestamptz;
  v_days     reading_days[];
  v_instants timestamptz[];
  v_values   float8[];
BEGIN
  IF v_from IS NULL THEN
    RAISE EXCEPTION 'unknown resolution %', p_resolution USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF v_channel IS NULL OR p_to <= p_from THEN
    RETURN;
  END IF;
  v_to := bucket_end(bucket_start(p_to - interval '1 microsecond', p_resolution, p_zone), p_resolution, p_zone);
  IF p_resolution IN ('1d', '1mo') AND EXISTS (
    SELECT FROM reading_day_zones z
     WHERE z.tenant = current_setting('app.tenant', true) AND z.zone = p_zone
       AND (z.next_channel IS NULL OR v_channel < z.next_channel))
  THEN
    v_days := ARRAY(
      SELECT d FROM reading_days d
       WHERE d.channel_id = v_channel AND d.start_at >= v_from AND d.start_at < v_to AND d.count IS NOT NULL ORDER BY d.start_at);
  END IF;
  -- A statement of its own would see another snapshot in a transaction that reads what is committed; this function is stable, and all of its
  -- statements have that of its caller.
  SELECT array_agg(r.ts), array_agg(r.value) INTO v_instants, v_values
    FROM (
      (SELECT r.ts, r.value FROM stored_readings r
        WHERE r.channel_id = v_channel AND r.ts < v_from AND ((r.flags & 1) = 0 OR r.ts <= now())
        ORDER BY r.ts DESC LIMIT 1)
      UNION ALL
      SELECT r.ts, r.value
        FROM (SELECT lag(d.end_at, 1, v_from) OVER (ORDER BY d.start_at) AS from_at, d.start_at AS to_at
                FROM (SELECT u.start_at, bucket_end(u.start_at, '1d', p_zone) AS end_at FROM unnest(v_days) u) d
              UNION ALL
              -- v_to itself closes the last bucket of a register
              SELECT coalesce(max(bucket_end(u.start_at, '1d', p_zone)), v_from), v_to + interval '1 microsecond' FROM unnest(v_days) u) g
       CROSS JOIN LATERAL (
         SELECT r.ts, r.value FROM stored_readings r
          WHERE r.channel_id = v_channel AND r.ts >= v_from AND r.ts <= v_to AND r.ts >= g.from_at AND r.ts < g.to_at
            AND ((r.flags & 1) = 0 OR r.ts <= now())) r
       WHERE g.from_at < g.to_at
    ) r;
  RETURN QUERY SELECT * FROM series_buckets(
    v_instants, v_values, v_days,
    series_spacing(ARRAY(
      SELECT r.ts FROM stored_readings r
       WHERE r.channel_id = v_channel AND r.ts >= v_from AND r.ts <= v_to AND ((r.flags & 1) = 0 OR r.ts <= now())
       ORDER BY r.ts LIMIT 1000)),
    p_register, v_from, v_to, p_resolution, p_zone, p_limit);
END
$$;

-- The same of a series that lies elsewhere: readings in the order of p_instants (microseconds since 1970), without those from the future.
CREATE OR REPLACE FUNCTION series_aggregates(
  p_instants bigint[], p_values float8[], p_register boolean, p_from timestamptz, p_to timestamptz,
  p_resolution text, p_zone text, p_limit integer)
RETURNS TABLE (
  start_at timestamptz, end_at timestamptz, first float8, last float8, min float8, max float8, mean float8,
  sum float8, count bigint, coverage float8, steps_back bigint, top_rise float8)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_from     timestamptz := bucket_start(p_from, p_resolution, p_zone);
  v_to       timestamptz := bucket_end(bucket_start(p_to - interval '1 microsecond', p_resolution, p_zone), p_resolution, p_zone);
  v_instants timestamptz[] := ARRAY(
    SELECT timestamptz 'epoch' + u.us * interval '1 microsecond' FROM unnest(p_instants) WITH ORDINALITY AS u (us, n) ORDER BY u.n);
  v_first    integer := CASE WHEN v_instants[1] < v_from THEN 2 ELSE 1 END; -- the one before is no part of the spacing
BEGIN
  RETURN QUERY SELECT * FROM series_buckets(
    v_instants, p_values, NULL, series_spacing(v_instants[v_first:v_first + 999]), p_register, v_from, v_to, p_resolution, p_zone, p_limit);
END
$$;
