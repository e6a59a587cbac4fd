-- Days summed up ahead, days that changed, and what retention removed (docs/decisions/0130 to 0133).

-- One row per channel and day in the zone of its tenant, of readings in [start_at, end of the day): a day that is over. count is null: to be
-- summed up. A day without a row is summed up from its readings when it is asked for. No tenant and no policy, as for readings.
CREATE TABLE reading_days (
  start_at    timestamptz NOT NULL,
  first_ts    timestamptz,
  last_ts     timestamptz,
  first       float8,
  last        float8,
  min         float8,
  max         float8,
  sum         float8,            -- of the values, in the order of their times
  top_rise    float8,            -- from reading to reading within the day; per hour, where that is longer
  channel_id  integer NOT NULL,
  count       integer,
  steps_back  integer,           -- within the day
  PRIMARY KEY (channel_id, start_at)
);
CREATE INDEX reading_days_open ON reading_days (start_at, channel_id) WHERE count IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON reading_days TO verimeter_service;

-- The zone whose days a tenant's rows are; next_channel: from here on they still have to be planned.
CREATE TABLE reading_day_zones (
  tenant        text COLLATE "C" PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  zone          text NOT NULL,
  next_channel  integer
);
SELECT protect_tenant_table('reading_day_zones');
GRANT SELECT, INSERT, UPDATE, DELETE ON reading_day_zones TO verimeter_service;
GRANT SELECT ON reading_day_zones TO verimeter_app;

-- Up to which of the names that the store gives arrivals were looked through.
CREATE TABLE reading_day_look (
  only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  shown      text NOT NULL,
  looked_at  timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON reading_day_look TO verimeter_service;

-- Days (UTC) of readings that were written long after they had arrived: the index of arrival times does not find them.
CREATE TABLE straggler_days (
  noted_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  day         timestamptz NOT NULL,
  channel_id  integer NOT NULL
);
CREATE INDEX straggler_days_noted ON straggler_days (noted_at);
GRANT SELECT, INSERT, DELETE ON straggler_days TO verimeter_service;

-- Readings of instants before this were removed by retention.
CREATE TABLE reading_retention (
  only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  kept_from  timestamptz NOT NULL
);
GRANT SELECT ON reading_retention TO verimeter_service;

-- Of receive hours that the ledger check still compares: how many of their readings retention removed.
CREATE TABLE retired_readings (
  tenant       text COLLATE "C" NOT NULL,
  device_id    text COLLATE "C" NOT NULL,
  hour         timestamptz NOT NULL,
  stored       bigint NOT NULL DEFAULT 0,
  conflicting  bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, device_id, hour)
);
SELECT protect_tenant_table('retired_readings');
GRANT SELECT ON retired_readings TO verimeter_service, verimeter_app;

-- The end of a day that begins at one o'clock, where summer time starts at midnight, is the next midnight.
CREATE OR REPLACE FUNCTION bucket_end(p_start timestamptz, p_resolution text, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE p_resolution
    WHEN '15m' THEN p_start + interval '15 minutes'
    WHEN '1h' THEN p_start + interval '1 hour'
    WHEN '1d' THEN (date_trunc('day', p_start AT TIME ZONE p_zone) + interval '1 day') AT TIME ZONE p_zone
    WHEN '1mo' THEN (date_trunc('month', p_start AT TIME ZONE p_zone) + interval '1 month') AT TIME ZONE p_zone
  END;
END;
GRANT EXECUTE ON FUNCTION bucket_start, bucket_end TO verimeter_service;

-- Called by who writes, in the same transaction and after the readings: days (UTC) of readings that came late, and of those that were
-- written long after they had arrived. A statement sees what was committed before it began: the days are changed by one that begins when
-- nobody else has them.
CREATE FUNCTION note_late_days(
  p_late_channels integer[], p_late_days timestamptz[], p_straggler_channels integer[], p_straggler_days timestamptz[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF cardinality(p_late_channels) > 0 THEN
    -- Also days that are still to be summed up: who is about to do that passes them by, or we wait until it is done.
    PERFORM FROM reading_days d
       JOIN unnest(p_late_channels, p_late_days) AS k (channel_id, day)
         ON d.channel_id = k.channel_id AND d.start_at > k.day - interval '26 hours' AND d.start_at < k.day + interval '24 hours'
      ORDER BY d.channel_id, d.start_at FOR NO KEY UPDATE OF d;
    IF FOUND THEN
      UPDATE reading_days d SET count = NULL
        FROM unnest(p_late_channels, p_late_days) AS k (channel_id, day)
       WHERE d.channel_id = k.channel_id AND d.start_at > k.day - interval '26 hours' AND d.start_at < k.day + interval '24 hours'
         AND d.count IS NOT NULL;
    END IF;
  END IF;
  IF cardinality(p_straggler_channels) > 0 THEN
    INSERT INTO straggler_days (channel_id, day) SELECT * FROM unnest(p_straggler_channels, p_straggler_days);
  END IF;
END
$$;

-- Days of channels that have to be summed up, from days (UTC) that changed.
CREATE FUNCTION plan_reading_days(p_channels integer[], p_days timestamptz[]) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO reading_days AS d (channel_id, start_at)
  SELECT DISTINCT k.channel_id, s.start_at
    FROM unnest(p_channels, p_days) AS k (channel_id, day)
    JOIN channels c ON c.channel_id = k.channel_id
    JOIN reading_day_zones z ON z.tenant = c.tenant
    -- A day of UTC has parts of two local days; one of 23 hours may lie within it as a whole.
    CROSS JOIN LATERAL (VALUES
      (bucket_start(k.day, '1d', z.zone)),
      (bucket_start(k.day + interval '12 hours', '1d', z.zone)),
      (bucket_start(k.day + interval '24 hours' - interval '1 microsecond', '1d', z.zone))) s (start_at)
   ORDER BY 1, 2
  ON CONFLICT (channel_id, start_at) DO UPDATE SET count = NULL WHERE d.count IS NOT NULL
$$;

-- The same for all days of p_limit channels of a tenant, from the one where it was left; false where there are no more.
CREATE FUNCTION plan_channel_days(p_tenant text, p_limit integer) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_zone     text;
  v_next     integer;
  v_channels integer[];
BEGIN
  SELECT zone, next_channel INTO v_zone, v_next FROM reading_day_zones WHERE tenant = p_tenant;
  IF v_next IS NULL THEN
    RETURN false;
  END IF;
  v_channels := ARRAY(SELECT channel_id FROM channels WHERE tenant = p_tenant AND channel_id >= v_next ORDER BY channel_id LIMIT p_limit);
  WITH locked AS MATERIALIZED ( -- in the order in which writers lock them
    SELECT channel_id, start_at FROM reading_days WHERE channel_id = ANY (v_channels) ORDER BY channel_id, start_at FOR UPDATE)
  DELETE FROM reading_days d USING locked l WHERE d.channel_id = l.channel_id AND d.start_at = l.start_at;
  INSERT INTO reading_days (channel_id, start_at)
  SELECT DISTINCT k.channel_id, bucket_start(day AT TIME ZONE v_zone, '1d', v_zone)
    FROM unnest(v_channels) AS k (channel_id)
    CROSS JOIN LATERAL (SELECT r.ts FROM stored_readings r WHERE r.channel_id = k.channel_id ORDER BY r.ts LIMIT 1) f
    CROSS JOIN LATERAL (SELECT r.ts FROM stored_readings r WHERE r.channel_id = k.channel_id ORDER BY r.ts DESC LIMIT 1) l
    CROSS JOIN LATERAL generate_series(
      date_trunc('day', f.ts AT TIME ZONE v_zone), date_trunc('day', l.ts AT TIME ZONE v_zone), interval '1 day') AS day
   ORDER BY 1, 2;
  UPDATE reading_day_zones SET next_channel = v_channels[cardinality(v_channels)] + 1 WHERE tenant = p_tenant;
  RETURN cardinality(v_channels) > 0; -- without channels next_channel is null now
END
$$;

-- Sums up to p_limit days that begin before p_before, of those that nobody is about to change; returns how many there were. Every
-- transaction that may not have seen that they are there has ended. A day with fewer than 8 readings is not worth a row.
CREATE FUNCTION sum_reading_days(p_before timestamptz, p_limit integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_channels integer[];
  v_starts   timestamptz[];
  v_from     timestamptz;
  v_to       timestamptz;
BEGIN
  SELECT array_agg(d.channel_id), array_agg(d.start_at), min(d.start_at), max(d.start_at) + interval '26 hours'
    INTO v_channels, v_starts, v_from, v_to
    FROM (SELECT channel_id, start_at FROM reading_days
           WHERE count IS NULL AND start_at < p_before ORDER BY start_at, channel_id LIMIT p_limit
             FOR NO KEY UPDATE SKIP LOCKED) d;
  IF v_channels IS NULL THEN
    RETURN 0;
  END IF;
  -- A statement of its own: it sees all readings of who had these rows before.
  WITH days AS (
    SELECT k.channel_id, k.start_at, e.end_at
      FROM unnest(v_channels, v_starts) AS k (channel_id, start_at)
      JOIN channels c ON c.channel_id = k.channel_id
      JOIN reading_day_zones z ON z.tenant = c.tenant
      CROSS JOIN LATERAL (SELECT bucket_end(k.start_at, '1d', z.zone) AS end_at) e
     -- Where a zone has no midnight, or two of them, readings are summed up when they are asked for.
     WHERE bucket_start(k.start_at, '1d', z.zone) = k.start_at
       AND bucket_start(e.end_at - interval '1 microsecond', '1d', z.zone) = k.start_at
  ), sums AS MATERIALIZED (
    SELECT d.channel_id, d.start_at, a.*
      FROM days d
      CROSS JOIN LATERAL (
        SELECT count(*) AS count, min(s.ts) AS first_ts, max(s.ts) AS last_ts,
               (array_agg(s.value ORDER BY s.ts))[1] AS first, (array_agg(s.value ORDER BY s.ts DESC))[1] AS last,
               min(s.value) AS min, max(s.value) AS max, sum(s.value ORDER BY s.ts) AS sum,
               count(*) FILTER (WHERE s.value < s.previous) AS steps_back,
               max((s.value - s.previous) / greatest(1, extract(epoch FROM s.ts - s.previous_ts)::float8 / 3600)) AS top_rise
          FROM (SELECT r.ts, r.value, lag(r.ts) OVER w AS previous_ts, lag(r.value) OVER w AS previous
                  FROM stored_readings r
                 WHERE r.channel_id = d.channel_id AND r.ts >= d.start_at AND r.ts < d.end_at AND r.ts >= v_from AND r.ts < v_to
                WINDOW w AS (ORDER BY r.ts)) s) a
     WHERE a.count >= 8
  ), kept AS (
    UPDATE reading_days r
       SET first_ts = s.first_ts, last_ts = s.last_ts, first = s.first, last = s.last, min = s.min, max = s.max, sum = s.sum,
           top_rise = s.top_rise, count = s.count, steps_back = s.steps_back
      FROM sums s WHERE r.channel_id = s.channel_id AND r.start_at = s.start_at
  )
  DELETE FROM reading_days r
   USING unnest(v_channels, v_starts) AS k (channel_id, start_at)
   WHERE r.channel_id = k.channel_id AND r.start_at = k.start_at
     AND NOT EXISTS (SELECT FROM sums s WHERE s.channel_id = k.channel_id AND s.start_at = k.start_at);
  RETURN cardinality(v_channels);
END
$$;
GRANT EXECUTE ON FUNCTION note_late_days, plan_reading_days, plan_channel_days, sum_reading_days TO verimeter_service;

-- As before, with days and months of the tenant's zone from days that are summed up, and from readings in between. A day is like a reading
-- that takes time: it begins with its first one and ends with its last one. The spacing of which coverage speaks is that of the first
-- 1,000 readings.
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
  v_channel integer := own_channel(p_device_id, p_quantity);
  v_from    timestamptz := bucket_start(p_from, p_resolution, p_zone);
  v_to      timestamptz;
  v_by_days boolean;
BEGIN
  IF v_from IS NULL THEN
    RAISE EXCEPTION 'unknown resolution %', p_resolution USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF v_channel IS NULL OR p_to <= p_from THEN
    RETURN;
  END IF;
  v_to := bucket_end(bucket_start(p_to - interval '1 microsecond', p_resolution, p_zone), p_resolution, p_zone);
  v_by_days := p_resolution IN ('1d', '1mo') AND EXISTS (
    SELECT FROM reading_day_zones z
     WHERE z.tenant = current_setting('app.tenant', true) AND z.zone = p_zone
       AND (z.next_channel IS NULL OR v_channel < z.next_channel));
  RETURN QUERY
  WITH days AS MATERIALIZED (
    SELECT d.*, bucket_end(d.start_at, '1d', p_zone) AS end_at FROM reading_days d
     WHERE v_by_days AND d.channel_id = v_channel AND d.start_at >= v_from AND d.start_at < v_to AND d.count IS NOT NULL
  ), spans AS (
    SELECT g.from_at, g.to_at
      FROM (SELECT lag(d.end_at, 1, v_from) OVER (ORDER BY d.start_at) AS from_at, d.start_at AS to_at FROM days d
            UNION ALL
            -- v_to itself closes the last bucket of a register
            SELECT coalesce(max(d.end_at), v_from), v_to + interval '1 microsecond' FROM days d) g
     WHERE g.from_at < g.to_at
  ), pieces AS (
    SELECT r.ts, r.value AS first, r.ts AS last_ts, r.value AS last, r.value AS min, r.value AS max, r.value AS total,
           1 AS count, 0 AS inner_back, NULL::float8 AS inner_rise
      FROM spans g
      CROSS JOIN LATERAL (
        SELECT r.ts, r.value FROM stored_readings r
         WHERE r.channel_id = v_channel AND r.ts >= v_from AND r.ts <= v_to AND r.ts >= g.from_at AND r.ts < g.to_at
           AND ((r.flags & 1) = 0 OR r.ts <= now())) r
    UNION ALL
    SELECT d.first_ts, d.first, d.last_ts, d.last, d.min, d.max, d.sum, d.count, d.steps_back, d.top_rise FROM days d
    UNION ALL
    (SELECT r.ts, r.value, r.ts, r.value, r.value, r.value, r.value, 1, 0, NULL FROM stored_readings r
      WHERE r.channel_id = v_channel AND r.ts < v_from AND ((r.flags & 1) = 0 OR r.ts <= now())
      ORDER BY r.ts DESC LIMIT 1)
  ), steps AS MATERIALIZED (
    SELECT p.*, lag(p.last_ts) OVER w AS previous_ts, lag(p.last) OVER w AS previous
      FROM pieces p WINDOW w AS (ORDER BY p.ts)
  ), cadence AS MATERIALIZED (
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY h.ts - h.previous_ts) AS spacing
      FROM (SELECT b.ts, lag(b.ts) OVER (ORDER BY b.ts) AS previous_ts
              FROM (SELECT r.ts FROM stored_readings r
                     WHERE r.channel_id = v_channel AND r.ts >= v_from AND r.ts <= v_to AND ((r.flags & 1) = 0 OR r.ts <= now())
                     ORDER BY r.ts LIMIT 1000) b) h
     WHERE h.previous_ts IS NOT NULL HAVING count(*) >= 2
  ), samples AS MATERIALIZED (
    SELECT bucket_start(s.ts, p_resolution, p_zone) AS start_at,
           (array_agg(s.first ORDER BY s.ts))[1] AS first,
           (array_agg(s.last ORDER BY s.ts DESC))[1] AS last,
           min(s.min) AS min, max(s.max) AS max, sum(s.total ORDER BY s.ts) AS total, sum(s.count) AS count
      FROM steps s WHERE s.ts >= v_from AND s.ts < v_to
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
              FROM steps s WHERE p_register AND s.ts > v_from
            UNION ALL
            SELECT bucket_start(s.ts, p_resolution, p_zone), s.last_ts, s.last, s.first, s.inner_back, s.inner_rise, s.count - 1
              FROM steps s WHERE p_register AND s.count > 1) c
     GROUP BY 1
  )
  SELECT b.start_at, e.end_at, b.first, b.last, b.min, b.max, b.total / b.count,
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
