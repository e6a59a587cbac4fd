-- Events of registers: found by the analytics service, confirmed or reversed by a person (docs/decisions/0096).

CREATE TABLE register_events (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant        text COLLATE "C" NOT NULL,
  device_id     text COLLATE "C" NOT NULL,
  quantity      text COLLATE "C" NOT NULL,
  ts            timestamptz NOT NULL,          -- the first odd reading
  value         float8 NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('rollover', 'reset', 'swap', 'glitch', 'backwards')),
  found_kind    text NOT NULL CHECK (found_kind IN ('rollover', 'reset', 'swap', 'glitch', 'backwards')), -- what the data says
  certainty     text NOT NULL CHECK (certainty IN ('likely', 'possible')),
  state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'reversed')),
  before_ts     timestamptz NOT NULL,
  before_value  float8 NOT NULL,
  after_ts      timestamptz,                   -- null: it goes on
  after_value   float8,
  settled_ts    timestamptz,                   -- null: the next readings may tell otherwise
  modulus       float8,
  comment       text,
  decided_by    text,                          -- key of the person
  decided_at    timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant, device_id, quantity, ts),
  FOREIGN KEY (tenant, device_id, quantity) REFERENCES channels (tenant, device_id, quantity) ON DELETE CASCADE
);
CREATE INDEX register_events_newest ON register_events (tenant, ts DESC, id DESC);

SELECT protect_tenant_table('register_events');
GRANT SELECT, INSERT, UPDATE, DELETE ON register_events TO verimeter_service;
GRANT SELECT ON register_events TO verimeter_app;
GRANT UPDATE (kind, state, comment, decided_by, decided_at, updated_at) ON register_events TO verimeter_app;

-- What of a tenant's readings was looked through for events.
CREATE TABLE register_scans (
  tenant        text COLLATE "C" PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  shown         text NOT NULL,    -- the store's name of what it showed when the last look began
  mark          timestamptz NOT NULL,
  next_channel  integer           -- of a first look that is not done: channels from here on are still to be looked through
);
SELECT protect_tenant_table('register_scans');
GRANT SELECT, INSERT, UPDATE, DELETE ON register_scans TO verimeter_service;
GRANT SELECT ON register_scans TO verimeter_app;

-- Readings of a register from p_from to p_to, both included, with so many before and after them, in the order of ts.
CREATE FUNCTION register_series(
  p_device_id text, p_quantity text, p_from timestamptz, p_to timestamptz, p_before integer, p_after integer)
RETURNS TABLE (ts timestamptz, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT s.ts, s.value
    FROM (
      (SELECT r.ts, r.value FROM public.readings r
        WHERE r.channel_id = public.own_channel(p_device_id, p_quantity) AND r.ts < p_from
          AND ((r.flags & 1) = 0 OR r.ts <= now())
        ORDER BY r.ts DESC LIMIT p_before)
      UNION ALL
      (SELECT r.ts, r.value FROM public.readings r
        WHERE r.channel_id = public.own_channel(p_device_id, p_quantity) AND r.ts >= p_from AND r.ts <= p_to
          AND ((r.flags & 1) = 0 OR r.ts <= now()))
      UNION ALL
      (SELECT r.ts, r.value FROM public.readings r
        WHERE r.channel_id = public.own_channel(p_device_id, p_quantity) AND r.ts > p_to
          AND ((r.flags & 1) = 0 OR r.ts <= now())
        ORDER BY r.ts LIMIT p_after)
    ) s
   ORDER BY s.ts;
END;
GRANT EXECUTE ON FUNCTION register_series TO verimeter_app, verimeter_service;

-- As before, with the largest rise of each bucket from reading to reading (registers; per hour where that is longer).
DROP FUNCTION reading_aggregates;
CREATE FUNCTION reading_aggregates(
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
GRANT EXECUTE ON FUNCTION reading_aggregates TO verimeter_app, verimeter_service;
