-- Aggregates in time proportional to the readings: the planner took the consumption and the spacing for single rows and
-- computed them again for each bucket (a year of quarter-hours by day: 2.9 s, now 0.13 s). Results are the same.

-- Without SET the functions are inlined (0.7 instead of 7 us a row); their bodies were parsed here and look up no path.
CREATE OR REPLACE FUNCTION bucket_start(p_ts timestamptz, p_resolution text, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE p_resolution
    WHEN '15m' THEN date_bin('15 minutes', p_ts, date_trunc('hour', p_ts, p_zone))
    WHEN '1h' THEN date_trunc('hour', p_ts, p_zone)
    WHEN '1d' THEN date_trunc('day', p_ts, p_zone)
    WHEN '1mo' THEN date_trunc('month', p_ts, p_zone)
  END;
END;

CREATE OR REPLACE FUNCTION bucket_end(p_start timestamptz, p_resolution text, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE p_resolution
    WHEN '15m' THEN p_start + interval '15 minutes'
    WHEN '1h' THEN p_start + interval '1 hour'
    WHEN '1d' THEN (p_start AT TIME ZONE p_zone + interval '1 day') AT TIME ZONE p_zone
    WHEN '1mo' THEN (p_start AT TIME ZONE p_zone + interval '1 month') AT TIME ZONE p_zone
  END;
END;

CREATE OR REPLACE FUNCTION reading_aggregates(
  p_device_id text, p_quantity text, p_register boolean, p_from timestamptz, p_to timestamptz,
  p_resolution text, p_zone text, p_limit integer)
RETURNS TABLE (
  start_at timestamptz, end_at timestamptz, first float8, last float8, min float8, max float8, mean float8,
  sum float8, count bigint, coverage float8, steps_back bigint)
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
    SELECT r.ts, r.value FROM readings r
     WHERE r.channel_id = v_channel AND r.ts >= v_from AND r.ts <= v_to AND ((r.flags & 1) = 0 OR r.ts <= now())
    UNION ALL
    (SELECT r.ts, r.value FROM readings r
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
         coalesce(c.steps_back, 0)
    FROM samples b
    CROSS JOIN LATERAL (SELECT bucket_end(b.start_at, p_resolution, p_zone) AS end_at) e
    LEFT JOIN consumed c ON c.start_at = b.start_at
    LEFT JOIN cadence k ON true
   ORDER BY b.start_at
   LIMIT p_limit;
END
$$;
