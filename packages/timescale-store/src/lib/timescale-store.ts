import type { GridMatrix, ReadingStore } from '@verimeter/reading-store';
import { OUTCOME, type ReadingBatch } from '@verimeter/reading-store';
import type { ClientBase, Pool } from 'pg';
import { formatTimestamp, timestamptz } from './binary-format.ts';
import { readMatrix, readSeries } from './matrix.ts';
import { createPartitions } from './partitions.ts';
import { createRowReader } from './row-reader.ts';
import { type PreparedWrite, prepareWrite, writeBatch } from './write.ts';

const LAST_INSTANTS = `
  SELECT t.channel_id, (extract(epoch FROM l.ts) * 1000000)::int8 AS ts_us
    FROM unnest($1::int4[]) AS t (channel_id)
    CROSS JOIN LATERAL (
      SELECT r.ts FROM readings r
       WHERE r.channel_id = t.channel_id AND (r.flags & 1) = 0 AND r.ts <= $2::timestamptz
       ORDER BY r.ts DESC LIMIT 1
    ) l`;

const SHOWN = 'SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text AS shown';

/**
 * A row is shown since the oldest transaction that was open then, or since a later one: xmin is not before it. A name from another
 * cluster, of a database that was restored, may lie ahead of all transactions: then all that arrived counts.
 */
const LATE_ARRIVALS = `
  SELECT r.channel_id, (extract(epoch FROM min(r.ts)) * 1000000)::int8, (extract(epoch FROM max(r.received_at)) * 1000000)::int8,
         bit_xor(hashint8extended((extract(epoch FROM r.ts) * 1000000)::int8, 0))
    FROM readings r JOIN channels c USING (channel_id)
   WHERE c.tenant = $1 AND r.received_at > $2::timestamptz AND r.ts BETWEEN $3::timestamptz AND $4::timestamptz
         AND (age($5::xid) < 0 OR age(r.xmin) <= age($5::xid))
   GROUP BY r.channel_id`;

const UNSTEADY = `
  SELECT c.channel_id FROM unnest($1::int4[], $2::timestamptz[]) AS c (channel_id, since)
   WHERE EXISTS (
     SELECT FROM (
       SELECT s.value - lag(s.value) OVER w AS rise, extract(epoch FROM s.ts - lag(s.ts) OVER w)::float8 / 3600 AS hours
         FROM ((SELECT r.ts, r.value FROM readings r
                 WHERE r.channel_id = c.channel_id AND r.ts < c.since ORDER BY r.ts DESC LIMIT 1)
               UNION ALL
               SELECT r.ts, r.value FROM readings r
                WHERE r.channel_id = c.channel_id AND r.ts >= c.since AND r.ts <= $3::timestamptz) s
       WINDOW w AS (ORDER BY s.ts)) d
      WHERE d.rise < 0 OR d.rise > $4 * greatest(1, d.hours))`;

const READINESS = `
  SELECT current_setting('transaction_read_only') = 'off' AS writable,
         has_table_privilege('readings', 'INSERT') AS granted`;

/**
 * Readings in PostgreSQL, monthly native partitions. The pool's connections act as verimeter_service
 * (`createServicePool` of the registry), and so does the transaction given to `write`.
 */
export function createTimescaleStore(pool: Pool): ReadingStore<ClientBase> {
  const partitions = createPartitions(pool);
  // An import of new data and a live stream without repetitions COPY; after a batch with known keys the next ones are
  // inserted until one is new throughout.
  let lastWasNew = true;
  const prepared = new WeakMap<ReadingBatch, PreparedWrite>();

  return {
    kind: 'postgres',
    ...createRowReader(pool),

    prepare(batch) {
      if (batch.length > 0) prepared.set(batch, prepareWrite(batch, lastWasNew));
    },

    async write(transaction, batch) {
      if (batch.length === 0) return new Uint8Array(0);
      await partitions.ensureFor(batch);
      const ready = prepared.get(batch) ?? prepareWrite(batch, lastWasNew);
      try {
        const outcomes = await writeBatch(transaction, batch, ready);
        lastWasNew = outcomes.every((outcome) => outcome === OUTCOME.stored);
        return outcomes;
      } catch (error) {
        partitions.forget();
        throw error;
      }
    },

    matrix: (channelIds, grid): Promise<GridMatrix> => readMatrix(pool, channelIds, grid),

    async series(channelIds, fromUs, untilUs, take) {
      if (channelIds.length > 0)
        await readSeries(pool, channelIds, { startUs: fromUs, untilUs }, take);
    },

    async unsteadyRegisters(since, untilUs, mostPerHour) {
      const result = await pool.query<{ channel_id: number }>(UNSTEADY, [
        [...since.keys()],
        [...since.values()].map(formatTimestamp),
        timestamptz(untilUs),
        mostPerHour,
      ]);
      return new Set(result.rows.map((row) => row.channel_id));
    },

    async lastInstants(channelIds, untilUs) {
      const until = untilUs === undefined ? 'infinity' : timestamptz(untilUs);
      const result = await pool.query<[string, string]>({
        text: LAST_INSTANTS,
        values: [channelIds, until],
        rowMode: 'array',
        types: { getTypeParser: () => String },
      });
      return new Map(result.rows.map(([channel, us]) => [Number(channel), Number(us)]));
    },

    async shown() {
      const result = await pool.query<{ shown: string }>(SHOWN);
      const [row] = result.rows;
      if (row === undefined) throw new Error('the database has no snapshot');
      return row.shown;
    },

    async lateArrivals(tenant, { notIn, receivedAfterUs, fromUs, untilUs }) {
      const result = await pool.query<[string, string, string, string]>({
        text: LATE_ARRIVALS,
        values: [tenant, ...[receivedAfterUs, fromUs, untilUs].map((us) => timestamptz(us)), notIn],
        rowMode: 'array',
        types: { getTypeParser: () => String },
      });
      return new Map(
        result.rows.map(([channel, earliest, received, fingerprint]) => [
          Number(channel),
          { earliestUs: Number(earliest), receivedUs: Number(received), fingerprint },
        ]),
      );
    },

    async check() {
      const result = await pool.query<{ writable: boolean; granted: boolean }>(READINESS);
      const [state] = result.rows;
      if (state?.writable !== true)
        throw new Error(
          'the database is read-only: turn default_transaction_read_only off, or point DATABASE_URL at the primary',
        );
      if (!state.granted) throw new Error('this login may not insert into readings');
      await partitions.ensure(Date.now() * 1000);
    },
  };
}
