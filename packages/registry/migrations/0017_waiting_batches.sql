-- Readings on their way to a store that cannot answer at once (docs/decisions/0115).

-- A batch is written here in the transaction that accounts for it, as one row: it is safe with that commit, and the ledger says
-- `pending`. A settler decides what is new of it, brings that to the store, and settles the account.
CREATE TABLE store_batches (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  written_at  timestamptz NOT NULL DEFAULT now(),
  rows        integer NOT NULL,
  content     bytea NOT NULL,          -- columns of the readings
  account     bytea NOT NULL,          -- whom they are accounted to
  awaited     boolean NOT NULL,        -- whoever wrote it asks what became of its rows, and removes it
  outcomes    bytea,                   -- one byte a row; null: not decided yet. Never changed once it is there
  settled_at  timestamptz              -- only where awaited: others are removed
);
CREATE INDEX store_batches_waiting ON store_batches (id) WHERE settled_at IS NULL;
-- Read once, a moment later: compressing it is not worth it. The table is almost empty all the time, and written all the time.
ALTER TABLE store_batches
  ALTER content SET STORAGE EXTERNAL, ALTER account SET STORAGE EXTERNAL, ALTER outcomes SET STORAGE EXTERNAL;
ALTER TABLE store_batches SET (
  autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.5,
  toast.autovacuum_vacuum_threshold = 5000, toast.autovacuum_vacuum_scale_factor = 0.5);
GRANT SELECT, INSERT, UPDATE, DELETE ON store_batches TO verimeter_service;

-- What was settled, in the order of the commits: there is one settler at a time. Times of the readings that were new.
CREATE TABLE store_settled (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  settled_at      timestamptz NOT NULL DEFAULT now(),
  first_ts        timestamptz NOT NULL,
  last_ts         timestamptz NOT NULL,
  first_received  timestamptz NOT NULL,
  last_received   timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON store_settled TO verimeter_service;

-- Merges what was settled in an hour that is over into the youngest row of it, and forgets what is older than p_keep.
CREATE FUNCTION fold_settled(p_keep interval) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  WITH old AS (
    DELETE FROM public.store_settled WHERE settled_at < date_trunc('hour', now()) RETURNING *
  )
  INSERT INTO public.store_settled OVERRIDING SYSTEM VALUE
  SELECT max(id), max(settled_at), min(first_ts), max(last_ts), min(first_received), max(last_received)
    FROM old WHERE settled_at >= now() - p_keep GROUP BY date_trunc('hour', settled_at);
END;

-- Ends batches whose new readings can be read from the store. Of parallel arrays a part ends where the ends say, as in close_batch;
-- instants are microseconds since 1970. p_span: first and last instant and first and last receive time of what is new, or empty.
CREATE FUNCTION settle_batches(
  p_ids bigint[],
  p_tenants text[], p_hours bigint[], p_sources text[], p_ends integer[], p_device_ids text[],
  p_stored integer[], p_duplicate integer[], p_conflicting integer[],
  p_live_tenants text[], p_live_ends integer[], p_channel_ids integer[], p_ts bigint[], p_values float8[],
  p_span bigint[]
) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  us interval := '1 microsecond';
  epoch timestamptz := 'epoch';
  a integer := 1;
  b integer;
BEGIN
  UPDATE store_batches SET settled_at = now(), content = '', account = '' WHERE id = ANY (p_ids) AND awaited;
  DELETE FROM store_batches WHERE id = ANY (p_ids) AND NOT awaited;
  FOR i IN 1 .. cardinality(p_ends) LOOP
    b := p_ends[i];
    INSERT INTO ledger_journal (tenant, hour, source, device_ids, topics, received, stored, duplicate, conflicting, rejected, pending)
    SELECT p_tenants[i], epoch + p_hours[i] * us, p_sources[i], array_agg(d), array_agg(NULL::text), array_agg(0),
           array_agg(s), array_agg(u), array_agg(c), array_agg(0), array_agg(-(s + u + c))
      FROM unnest(p_device_ids[a:b], p_stored[a:b], p_duplicate[a:b], p_conflicting[a:b]) AS t (d, s, u, c);
    a := b + 1;
  END LOOP;
  IF cardinality(p_span) > 0 THEN
    INSERT INTO store_settled (first_ts, last_ts, first_received, last_received)
    VALUES (epoch + p_span[1] * us, epoch + p_span[2] * us, epoch + p_span[3] * us, epoch + p_span[4] * us);
  END IF;
  -- Last: the ids of live events are given out under a lock that is held until the commit.
  a := 1;
  FOR i IN 1 .. cardinality(p_live_ends) LOOP
    b := p_live_ends[i];
    INSERT INTO live_events (tenant, kind, channel_ids, ts, values)
    SELECT p_live_tenants[i], 'reading', p_channel_ids[a:b], array_agg(epoch + t * us ORDER BY n), p_values[a:b]
      FROM unnest(p_ts[a:b]) WITH ORDINALITY AS u (t, n);
    a := b + 1;
  END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION fold_settled, settle_batches TO verimeter_service;

-- The journal counts what is pending: null where nothing is, which is so on stores that answer at once.
ALTER TABLE ledger_journal ADD COLUMN pending integer[];
ALTER TABLE ledger_journal ALTER pending SET STORAGE EXTERNAL;

CREATE OR REPLACE VIEW ledger WITH (security_invoker = true) AS
SELECT tenant, device_id, topic, hour, source, received, stored, duplicate, conflicting, rejected, pending FROM ledger_hours
UNION ALL
SELECT j.tenant, u.device_id COLLATE "C", u.topic, j.hour, j.source, u.received, u.stored, u.duplicate, u.conflicting, u.rejected,
       coalesce(u.pending, 0)
  FROM ledger_journal j,
       unnest(j.device_ids, j.topics, j.received, j.stored, j.duplicate, j.conflicting, j.rejected, j.pending)
         AS u (device_id, topic, received, stored, duplicate, conflicting, rejected, pending);

CREATE OR REPLACE FUNCTION fold_ledger(p_batches integer) RETURNS integer
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
    INSERT INTO ledger_hours AS l
      (tenant, device_id, topic, hour, source, received, stored, duplicate, conflicting, rejected, pending)
    SELECT j.tenant, u.device_id, u.topic, j.hour, j.source,
           sum(u.received), sum(u.stored), sum(u.duplicate), sum(u.conflicting), sum(u.rejected), coalesce(sum(u.pending), 0)
      FROM batches j,
           unnest(j.device_ids, j.topics, j.received, j.stored, j.duplicate, j.conflicting, j.rejected, j.pending)
             AS u (device_id, topic, received, stored, duplicate, conflicting, rejected, pending)
     GROUP BY j.tenant, u.device_id COLLATE "C", u.device_id, u.topic, j.hour, j.source
     ORDER BY j.tenant, u.device_id COLLATE "C", u.topic, j.hour, j.source
    ON CONFLICT (tenant, device_id, topic, hour, source) DO UPDATE
      SET received = l.received + excluded.received, stored = l.stored + excluded.stored,
          duplicate = l.duplicate + excluded.duplicate, conflicting = l.conflicting + excluded.conflicting,
          rejected = l.rejected + excluded.rejected, pending = l.pending + excluded.pending
  )
  SELECT count(*) INTO taken FROM batches;
  RETURN taken;
END
$$;

-- As before, with what is pending. The argument comes last and may be left out: workers of the version before go on.
DROP FUNCTION close_batch;
CREATE FUNCTION close_batch(
  p_mark bytea, p_at timestamptz,
  p_ledger_tenants text[], p_hours timestamptz[], p_sources text[], p_ledger_ends integer[], p_device_ids text[], p_topics text[],
  p_received integer[], p_stored integer[], p_duplicate integer[], p_conflicting integer[], p_rejected integer[],
  p_live_tenants text[], p_live_ends integer[], p_channel_ids integer[], p_ts timestamptz[], p_values float8[],
  p_pending integer[] DEFAULT NULL
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
    INSERT INTO ledger_journal (tenant, hour, source, device_ids, topics, received, stored, duplicate, conflicting, rejected, pending)
    VALUES (p_ledger_tenants[i], p_hours[i], p_sources[i], p_device_ids[a:b], p_topics[a:b],
            p_received[a:b], p_stored[a:b], p_duplicate[a:b], p_conflicting[a:b], p_rejected[a:b], p_pending[a:b]);
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
GRANT EXECUTE ON FUNCTION close_batch TO verimeter_service;

-- The buckets of `reading_aggregates` of a series that lies elsewhere: readings from the first bucket to the end of the last one, both
-- included, and the one before, in the order of p_instants (microseconds since 1970), without those from the future.
CREATE FUNCTION series_aggregates(
  p_instants bigint[], p_values float8[], p_register boolean, p_from timestamptz, p_to timestamptz,
  p_resolution text, p_zone text, p_limit integer)
RETURNS TABLE (
  start_at timestamptz, end_at timestamptz, first float8, last float8, min float8, max float8, mean float8,
  sum float8, count bigint, coverage float8, steps_back bigint, top_rise float8)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  v_from timestamptz := bucket_start(p_from, p_resolution, p_zone);
  v_to   timestamptz := bucket_end(bucket_start(p_to - interval '1 microsecond', p_resolution, p_zone), p_resolution, p_zone);
BEGIN
  RETURN QUERY
  WITH usable AS (
    SELECT timestamptz 'epoch' + u.us * interval '1 microsecond' AS ts, u.value FROM unnest(p_instants, p_values) AS u (us, value)
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
GRANT EXECUTE ON FUNCTION series_aggregates, bucket_start, bucket_end TO verimeter_app, verimeter_service;
