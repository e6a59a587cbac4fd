-- Partitions of readings, and the functions through which verimeter_app reads them (docs/spec/storage.md).

-- Creates the monthly partitions (UTC) of all months from p_from to p_to that do not exist yet; returns how many.
-- A partition is made as a table of its own and attached: ATTACH takes a lock on readings that writers do not wait for,
-- CREATE TABLE … PARTITION OF would take an exclusive one. Call it outside of a transaction that writes readings.
CREATE FUNCTION ensure_reading_partitions(p_from timestamptz, p_to timestamptz) RETURNS integer
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
        created := created + 1;
      END IF;
    END IF;
    month := month + interval '1 month';
  END LOOP;
  RETURN created;
END
$$;
GRANT EXECUTE ON FUNCTION ensure_reading_partitions TO verimeter_service;

SELECT ensure_reading_partitions(now() - interval '1 month', now() + interval '2 months');

-- The channels of the caller's tenant. All functions below start from it; nobody may call it directly.
CREATE FUNCTION own_channel(p_device_id text, p_quantity text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT c.channel_id FROM public.channels c
   WHERE c.tenant = current_setting('app.tenant', true) AND c.device_id = p_device_id AND c.quantity = p_quantity;
END;

-- The newest reading per channel of the devices; a reading from the future counts once its time has come (flag bit 1).
CREATE FUNCTION latest_readings(p_device_ids text[])
RETURNS TABLE (device_id text, channel_id integer, quantity text, unit text, ts timestamptz, value float8, flags smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT c.device_id, c.channel_id, c.quantity, c.unit, l.ts, l.value, l.flags
    FROM public.channels c
    LEFT JOIN LATERAL (
      SELECT r.ts, r.value, r.flags FROM public.readings r
       WHERE r.channel_id = c.channel_id AND ((r.flags & 1) = 0 OR r.ts <= now())
       ORDER BY r.ts DESC LIMIT 1
    ) l ON true
   WHERE c.tenant = current_setting('app.tenant', true) AND c.device_id = ANY (p_device_ids)
   ORDER BY c.device_id, c.quantity;
END;

-- One page of raw readings, p_from inclusive, p_to exclusive, in the order of ts; with conflicts, the values that were
-- kept beside the current one follow it by value. The page starts after (p_after_ts, p_after_current, p_after_value).
CREATE FUNCTION reading_page(
  p_device_id text, p_quantity text, p_from timestamptz, p_to timestamptz, p_limit integer,
  p_conflicts boolean DEFAULT false, p_after_ts timestamptz DEFAULT NULL, p_after_current boolean DEFAULT true,
  p_after_value float8 DEFAULT NULL)
RETURNS TABLE (ts timestamptz, value float8, received_at timestamptz, flags smallint, current boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT rows.ts, rows.value, rows.received_at, rows.flags, rows.current
    FROM (
      (SELECT r.ts, r.value, r.received_at, r.flags, true AS current
         FROM public.readings r
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

-- Start of the bucket of an instant in a zone. Hours and quarters keep the offset, so that the hour that the end of
-- summer time repeats stays two hours.
CREATE FUNCTION bucket_start(p_ts timestamptz, p_resolution text, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT CASE p_resolution
    WHEN '15m' THEN date_bin('15 minutes', p_ts, date_trunc('hour', p_ts, p_zone))
    WHEN '1h' THEN date_trunc('hour', p_ts, p_zone)
    WHEN '1d' THEN date_trunc('day', p_ts, p_zone)
    WHEN '1mo' THEN date_trunc('month', p_ts, p_zone)
  END;
END;

-- End of the bucket that starts at an instant: a local day may have 23 or 25 hours.
CREATE FUNCTION bucket_end(p_start timestamptz, p_resolution text, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT CASE p_resolution
    WHEN '15m' THEN p_start + interval '15 minutes'
    WHEN '1h' THEN p_start + interval '1 hour'
    WHEN '1d' THEN (p_start AT TIME ZONE p_zone + interval '1 day') AT TIME ZONE p_zone
    WHEN '1mo' THEN (p_start AT TIME ZONE p_zone + interval '1 month') AT TIME ZONE p_zone
  END;
END;

-- Buckets that hold a reading, oldest first, from the one of p_from to the one before p_to, always whole.
-- sum: of an instantaneous quantity the plain sum. Of a register the consumption R(end) - R(start), where R(t) is the
-- last reading at or before t (at the start of the data: the first reading); null where no reading lies in (start, end],
-- and null where the register ran backwards in between: steps_back says how often, and reset, swap and glitch cannot be
-- told apart here. coverage: readings present over readings expected at the median spacing of the whole answer.
CREATE FUNCTION reading_aggregates(
  p_device_id text, p_quantity text, p_register boolean, p_from timestamptz, p_to timestamptz,
  p_resolution text, p_zone text, p_limit integer)
RETURNS TABLE (
  start_at timestamptz, end_at timestamptz, first float8, last float8, min float8, max float8, mean float8,
  sum float8, count bigint, coverage float8, steps_back bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
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
  ), cadence AS (
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY s.ts - s.previous_ts) AS spacing
      FROM steps s WHERE s.previous_ts >= v_from HAVING count(*) >= 2
  ), samples AS (
    SELECT bucket_start(s.ts, p_resolution, p_zone) AS start_at,
           (array_agg(s.value ORDER BY s.ts))[1] AS first,
           (array_agg(s.value ORDER BY s.ts DESC))[1] AS last,
           min(s.value) AS min, max(s.value) AS max, avg(s.value) AS mean, sum(s.value ORDER BY s.ts) AS total,
           count(*) AS count
      FROM steps s WHERE s.ts >= v_from AND s.ts < v_to
     GROUP BY 1
  ), consumed AS (
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
         (SELECT least(1, b.count * extract(epoch FROM k.spacing) / extract(epoch FROM e.end_at - b.start_at))
            FROM cadence k)::float8,
         coalesce(c.steps_back, 0)
    FROM samples b
    CROSS JOIN LATERAL (SELECT bucket_end(b.start_at, p_resolution, p_zone) AS end_at) e
    LEFT JOIN consumed c ON c.start_at = b.start_at
   ORDER BY b.start_at
   LIMIT p_limit;
END
$$;

GRANT EXECUTE ON FUNCTION latest_readings, reading_page, reading_aggregates TO verimeter_app, verimeter_service;
