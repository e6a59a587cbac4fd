import { type Queryable, timestamptz } from '@verimeter/registry';
import type { PostgresEngine } from '@verimeter/timescale-store';
import { CommandError } from '../../arguments.ts';
import { type DataSet, wattHours } from './data-set.ts';
import type { BenchDevice } from './engine.ts';

/** A day of all channels is one statement. */
const INSTANTS_PER_STEP = 96;

/**
 * Instants in their order and within one the channels in no order, as messages come; up to 20 s on the way. `$1` and `$2`: number of the first
 * and the last instant, `$3`: instant 0, `$4`: microseconds from one to the next. Chance is a hash of channel and instant: a day that is
 * filled again is the same.
 */
const ROWS = `
    FROM generate_series($1::int, $2::int) AS k
   CROSS JOIN bench_channels c
   CROSS JOIN LATERAL (
     SELECT $3::timestamptz + k * $4::float8 * interval '1 microsecond' AS ts,
            (hashint8extended(k::int8 * 1000000 + c.n, 0) & 1048575)::float8 / 1048576 AS chance) m
   ORDER BY k, hashint4(c.channel_id)`;
const WATT_HOURS = `c.n * 10000 + ${wattHours('k', 'm.chance')}`;

/** Rows as the store writes them: quanta and seconds in a hypertable. */
const FILL: Readonly<Record<PostgresEngine, string>> = {
  postgres: `
  INSERT INTO readings (ts, received_at, value, channel_id)
  SELECT m.ts, m.ts + m.chance * interval '20 seconds', (${WATT_HOURS}) / 1000.0, c.channel_id ${ROWS}`,
  timescale: `
  INSERT INTO readings (ts, received_s, quanta, decimals, channel_id)
  SELECT m.ts, floor(extract(epoch FROM m.ts - '2000-01-01Z'::timestamptz) + m.chance * 20)::int,
         (${WATT_HOURS})::int8, 3, c.channel_id ${ROWS}`,
};

/**
 * Chunks that end by then and are not compressed as a whole (status as in `compress_reading_chunks`). The job does it once they are two weeks
 * old, also with one that is being filled; here the disk need not hold a year in the form before.
 */
const COMPRESS = `
  SELECT public.compress_chunk(format('%I.%I', c.schema_name, c.table_name)::regclass, if_not_compressed => true)
    FROM _timescaledb_catalog.chunk c JOIN timescaledb_information.chunks i ON i.chunk_schema = c.schema_name AND i.chunk_name = c.table_name
   WHERE i.hypertable_schema = 'public' AND i.hypertable_name = 'readings' AND (c.status & 1 = 0 OR c.status & 10 <> 0)
         AND i.range_end <= $1::timestamptz`;

interface FilledDatabase {
  /** The login of the administrator. */
  readonly admin: Queryable;
  readonly engine: PostgresEngine;
  /** Makes partitions or chunks. */
  readonly ensure: (fromUs: number, untilUs: number) => Promise<void>;
}

/** Fills the table of readings day by day, each with its mark: an interrupted fill goes on where it ended. */
export async function fillPostgres(
  { admin, engine, ensure }: FilledDatabase,
  dataSet: DataSet,
  devices: readonly BenchDevice[],
  onReadings: (readings: number) => void,
): Promise<void> {
  const { channels, instants, startUs, stepUs } = dataSet;
  const begun = await beginFill(admin, dataSet, devices);
  if (begun >= instants) {
    onReadings(instants * channels);
    return;
  }
  const compressUntil = (us: number): Promise<unknown> =>
    admin.query(COMPRESS, [Number.isFinite(us) ? timestamptz(us) : 'infinity']);
  await ensure(startUs, startUs + (instants - 1) * stepUs);
  for (let done = begun; done < instants; done += INSTANTS_PER_STEP) {
    onReadings(done * channels);
    const last = Math.min(instants, done + INSTANTS_PER_STEP) - 1;
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as time goes
    await admin.query(
      `WITH filled AS (UPDATE bench_filled SET done = $2::int + 1) ${FILL[engine]}`,
      [done, last, timestamptz(startUs), stepUs],
    );
    // oxlint-disable-next-line no-await-in-loop
    if (engine === 'timescale') await compressUntil(startUs + last * stepUs);
  }
  onReadings(instants * channels);
  // As autovacuum and the jobs leave it: these readings came during a year.
  if (engine === 'timescale') await compressUntil(Infinity);
  await admin.query('VACUUM (ANALYZE) readings');
}

/** Instants that are there. @throws CommandError where the directory holds another data set */
async function beginFill(
  admin: Queryable,
  dataSet: DataSet,
  devices: readonly BenchDevice[],
): Promise<number> {
  const shape = JSON.stringify(dataSet);
  await admin.query(`
    CREATE TABLE IF NOT EXISTS bench_filled (done integer NOT NULL, shape text NOT NULL);
    CREATE TABLE IF NOT EXISTS bench_channels (n integer PRIMARY KEY, channel_id integer NOT NULL)`);
  const { rows } = await admin.query<{ done: number; shape: string }>(
    'SELECT done, shape FROM bench_filled',
  );
  const [filled] = rows;
  if (filled !== undefined) {
    if (filled.shape !== shape)
      throw new CommandError(
        `the data set that is there is another one (${filled.shape}): name another --dir, or remove it`,
      );
    return filled.done;
  }
  await admin.query(
    `INSERT INTO bench_channels SELECT n - 1, id FROM unnest($1::int[]) WITH ORDINALITY AS t (id, n)`,
    [devices.map(({ channelId }) => channelId)],
  );
  await admin.query('INSERT INTO bench_filled VALUES (0, $1)', [shape]);
  return 0;
}
