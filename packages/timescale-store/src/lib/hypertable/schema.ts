import { EPOCH_2000_S, EXACT_POWERS } from './quanta.ts';

/**
 * Ten days: 960 quarter hours, which is nearly the 1,000 rows that a batch of the columnstore holds at most, so that what is stored once
 * per batch is shared by many readings (docs/decisions/0110).
 */
const CHUNK_DAYS = 10;

/** Late window: twice as long as the broker keeps the session of a worker that is away (MQTT_SESSION_EXPIRY_S, 7 days). */
export const COLUMNSTORE_AFTER_DAYS = 14;

/**
 * The table. The value is `quanta` / 10^`decimals` where that is exact, else `value`; the rest of a row has the same size
 * as in a plain table.
 */
export const quantaTable = (table: string): string => `
  CREATE TABLE ${table} (
    ts           timestamptz NOT NULL,
    quanta       bigint,
    value        float8,
    channel_id   integer NOT NULL,
    received_s   integer NOT NULL,            -- whole seconds since 2000-01-01T00:00Z
    decimals     smallint CHECK (decimals BETWEEN 0 AND ${EXACT_POWERS.length - 1}),
    flags        smallint NOT NULL DEFAULT 0, -- bits: packages/telemetry, FLAG
    CONSTRAINT readings_key PRIMARY KEY (channel_id, ts) INCLUDE (quanta, decimals, value),
    CONSTRAINT readings_one_form CHECK ((quanta IS NULL) = (decimals IS NULL) AND (quanta IS NULL) <> (value IS NULL))
  ) WITH (autovacuum_vacuum_insert_scale_factor = 0.01);`;

/** The table and what makes it a hypertable. Run as verimeter_owner; TimescaleDB's functions are where CREATE EXTENSION put them, in `public`. */
export const createHypertable = (table: string): string => `${quantaTable(table)}
  SELECT public.create_hypertable('${table}', public.by_range('ts', INTERVAL '${CHUNK_DAYS} days'), create_default_indexes => false);
  CREATE INDEX readings_received_s ON ${table} USING brin (received_s) WITH (autosummarize = on);
  ALTER TABLE ${table} SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'channel_id', timescaledb.orderby = 'ts',
    timescaledb.sparse_index = 'minmax(received_s)');
  GRANT SELECT, INSERT ON ${table} TO verimeter_service;`;

const POWERS = `'{${[...EXACT_POWERS].map((power) => power.toExponential()).join(',')}}'::float8[]`;

/** A column of a row as it was sent. Division of two exact doubles is rounded correctly: the same bits as in `quantaAt`. */
const VALUE = `coalesce(r.value, r.quanta / (${POWERS})[r.decimals + 1])`;
const RECEIVED_AT = `to_timestamp(r.received_s + ${EPOCH_2000_S}::float8)`;

/** First whole second at or after an instant: kept times are rounded down, so that both hold for the same rows. */
const secondsFrom = (instant: string): string =>
  `ceil(least(greatest(extract(epoch FROM ${instant}) - ${EPOCH_2000_S}, -2147483648), 2147483647))::int`;

/** A view of a hypertable with its readings as they were sent. */
export const viewOfHypertable = (name: string, table: string): string => `
  CREATE OR REPLACE VIEW ${name} WITH (security_invoker = true) AS
    SELECT r.channel_id, r.ts, ${VALUE} AS value, r.flags, ${RECEIVED_AT} AS received_at FROM ${table} r;`;

/** What reads readings, brought to the hypertable. The names are those of migration 0016, and so are the meanings. */
const READERS = `${viewOfHypertable('stored_readings', 'readings')}
  CREATE OR REPLACE FUNCTION readings_received(p_from timestamptz, p_to timestamptz)
  RETURNS TABLE (channel_id integer, ts timestamptz, value float8, flags smallint, received_at timestamptz)
  LANGUAGE sql STABLE AS $$
    SELECT r.channel_id, r.ts, ${VALUE}, r.flags, ${RECEIVED_AT} FROM public.readings r
     WHERE r.received_s >= ${secondsFrom('p_from')} AND r.received_s < ${secondsFrom('p_to')}
  $$;`;

/**
 * Chunks are made ahead, as partitions are and for the same reason: who has written must not wait for the lock under which a chunk is
 * made, while who holds it waits for a key that was written (docs/decisions/0032). Where chunks of another length are in the way,
 * TimescaleDB cuts the new one itself with the first row.
 */
const CHUNKS = `
  CREATE OR REPLACE FUNCTION ensure_reading_chunks(p_from timestamptz, p_to timestamptz) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DECLARE
    -- microseconds; chunks begin at multiples of their length since 1970
    width    bigint;
    start    bigint;
    final    bigint := extract(epoch FROM p_to) * 1000000;
    created  integer := 0;
  BEGIN
    SELECT extract(epoch FROM time_interval) * 1000000 INTO STRICT width
      FROM timescaledb_information.dimensions
     WHERE hypertable_schema = 'public' AND hypertable_name = 'readings' AND column_name = 'ts';
    start := floor(extract(epoch FROM p_from) * 1000000 / width) * width;
    WHILE start <= final LOOP
      IF NOT EXISTS (
        SELECT FROM timescaledb_information.chunks
         WHERE hypertable_schema = 'public' AND hypertable_name = 'readings'
           AND range_start < to_timestamp((start + width) / 1e6) AND range_end > to_timestamp(start / 1e6))
      THEN
        created := created + (
          SELECT count(*) FROM _timescaledb_functions.create_chunk(
            'public.readings', jsonb_build_object('ts', jsonb_build_array(start, start + width))) c WHERE c.created);
      END IF;
      start := start + width;
    END LOOP;
    RETURN created;
  END
  $$;
  -- Drops the chunks that ended at or before an instant.
  CREATE OR REPLACE FUNCTION drop_reading_chunks(p_before timestamptz) RETURNS integer
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*)::int FROM public.drop_chunks('public.readings', older_than => p_before)
  $$;
  GRANT EXECUTE ON FUNCTION readings_received, ensure_reading_chunks, drop_reading_chunks TO verimeter_service;`;

/**
 * Compresses chunks past the late window, and takes late rows into those that are (status bits of TimescaleDB: 1 compressed, 2 unordered, 8 with
 * rows beside). One transaction per chunk: no SET clause, with which a procedure may not commit, so names are qualified.
 */
const COMPRESS = `
  CREATE OR REPLACE PROCEDURE compress_reading_chunks(job_id integer, config jsonb)
  LANGUAGE plpgsql AS $$
  DECLARE
    chunk  pg_catalog.regclass;
  BEGIN
    FOR chunk IN
      SELECT pg_catalog.format('%I.%I', c.schema_name, c.table_name)::pg_catalog.regclass
        FROM _timescaledb_catalog.chunk c
        JOIN _timescaledb_catalog.hypertable h ON h.id = c.hypertable_id
        JOIN timescaledb_information.chunks i ON i.chunk_schema = c.schema_name AND i.chunk_name = c.table_name
       WHERE h.schema_name = 'public' AND h.table_name = 'readings'
         AND i.range_end <= pg_catalog.now() - (config ->> 'after')::interval
         AND (c.status & 1 = 0 OR c.status & 10 <> 0)
       ORDER BY i.range_start
    LOOP
      PERFORM public.compress_chunk(chunk);
      COMMIT; -- before, what was just taken into the columnstore would be indexed again
      -- Rows that came to compressed ones leave their entries in the indexes of the chunk, which no VACUUM makes smaller: a month that was
      -- imported while this ran would keep 72 bytes a reading. There is nothing left to index.
      IF pg_catalog.pg_indexes_size(chunk) > 1048576 THEN
        EXECUTE pg_catalog.format('REINDEX TABLE %s', chunk);
      END IF;
      COMMIT;
    END LOOP;
  END
  $$;`;

/** Brings everything that reads and keeps `readings` to the hypertable that has just got this name. */
export const ADOPT_HYPERTABLE = `${READERS}${CHUNKS}${COMPRESS}`;

/**
 * As the login and not as verimeter_owner: jobs of TimescaleDB run as whoever added them, and our roles cannot log in. Its own columnstore policy
 * runs as the owner of the table, so that it cannot be had (docs/decisions/0114).
 */
export const ADD_JOB = `
  SELECT public.add_job('public.compress_reading_chunks', '6 hours', config => '{"after": "${COLUMNSTORE_AFTER_DAYS} days"}')
   WHERE NOT EXISTS (SELECT FROM timescaledb_information.jobs WHERE proc_schema = 'public' AND proc_name = 'compress_reading_chunks')`;
