import type { GridMatrix, ReadingStore } from '@verimeter/reading-store';
import { OUTCOME, type ReadingBatch } from '@verimeter/reading-store';
import type { ClientBase, Pool } from 'pg';
import pg from 'pg';
import { formatTimestamp, timestamptz } from './binary-format.ts';
import { lateArrivalsOfChunks } from './hypertable/late-arrivals.ts';
import { createChannelDecimals } from './hypertable/quanta.ts';
import { createQuantaForm } from './hypertable/write-form.ts';
import { type Arrival, type ArrivalWindow, arrivalsOf } from './late-arrivals.ts';
import { createLayoutWatch } from './layout.ts';
import { readMatrix, readSeries } from './matrix.ts';
import { createPartitions } from './partitions.ts';
import { createRowReader } from './row-reader.ts';
import { createDatabaseClock, lateRowsOf, noteLateRows } from './upkeep/late-rows.ts';
import { SHOWN } from './upkeep/shown.ts';
import { PLAIN_FORM } from './write-form.ts';
import { type PreparedWrite, prepareWrite, writeBatch } from './write.ts';

const LAST_INSTANTS = `
  SELECT t.channel_id, (extract(epoch FROM l.ts) * 1000000)::int8 AS ts_us
    FROM unnest($1::int4[]) AS t (channel_id)
    CROSS JOIN LATERAL (
      SELECT r.ts FROM stored_readings r
       WHERE r.channel_id = t.channel_id AND (r.flags & 1) = 0 AND r.ts <= $2::timestamptz
       ORDER BY r.ts DESC LIMIT 1
    ) l`;

const UNSTEADY = `
  SELECT c.channel_id FROM unnest($1::int4[], $2::timestamptz[]) AS c (channel_id, since)
   WHERE EXISTS (
     SELECT FROM (
       SELECT s.value - lag(s.value) OVER w AS rise, extract(epoch FROM s.ts - lag(s.ts) OVER w)::float8 / 3600 AS hours
         FROM ((SELECT r.ts, r.value FROM stored_readings r
                 WHERE r.channel_id = c.channel_id AND r.ts < c.since ORDER BY r.ts DESC LIMIT 1)
               UNION ALL
               SELECT r.ts, r.value FROM stored_readings r
                WHERE r.channel_id = c.channel_id AND r.ts >= c.since AND r.ts <= $3::timestamptz) s
       WINDOW w AS (ORDER BY s.ts)) d
      WHERE d.rise < 0 OR d.rise > $4 * greatest(1, d.hours))`;

const READINESS = `
  SELECT current_setting('transaction_read_only') = 'off' AS writable,
         has_table_privilege('readings', 'INSERT') AS granted`;

/** With fewer new rows in a batch than this part of it, keys of the next one are looked up before they are inserted. */
const KNOWN_SHARE = 0.5;

/** SQLSTATE of a statement that names a column which the table does not have. */
const UNDEFINED_COLUMN = '42703';
/** Retention dropped the partition of a row just now; another attempt makes it anew. */
export class PartitionDroppedError extends Error {
  readonly code = 'PARTITION_DROPPED';
  constructor(cause: unknown) {
    super('the month of a reading was dropped by retention while it was written', { cause });
  }
}

/** A row that no partition takes violates a check that has no name. */
const isPartitionMissing = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '23514' && error.constraint === undefined;

/**
 * Readings in PostgreSQL: monthly native partitions, or a hypertable of TimescaleDB. Which of the two is looked up with the first call and
 * again after one failed, so that a process goes on when the readings are moved. The pool's connections act as verimeter_service
 * (`createServicePool` of the registry), and so does the transaction given to `write`.
 */
export function createTimescaleStore(pool: Pool): ReadingStore<ClientBase> {
  const partitions = createPartitions(pool);
  const layout = createLayoutWatch();
  const forms = { plain: PLAIN_FORM, hypertable: createQuantaForm(createChannelDecimals()) };
  // An import of new data and a live stream without repetitions COPY; after a batch with known keys the next ones are
  // inserted until one is new throughout.
  let lastWasNew = true;
  // An import that is given again: nearly all keys are known, in one batch as in the next.
  let lastWasKnown = false;
  const prepared = new WeakMap<ReadingBatch, PreparedWrite>();
  const databaseNow = createDatabaseClock();

  /** Where the readings were moved in between, the statement for the other layout is asked. */
  async function arrivalsSince(tenant: string, window: ArrivalWindow): Promise<Arrival[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        const found = await layout.current(pool);
        const ask = found === 'hypertable' ? lateArrivalsOfChunks : arrivalsOf;
        // oxlint-disable-next-line no-await-in-loop
        return await ask(pool, tenant, window);
      } catch (error) {
        layout.forget();
        const moved = error instanceof pg.DatabaseError && error.code === UNDEFINED_COLUMN;
        if (!moved || attempt > 1) throw error;
      }
    }
  }

  return {
    ...createRowReader(pool),
    get kind() {
      return layout.known === 'hypertable' ? 'timescale' : 'postgres';
    },
    answer: OUTCOME.stored,

    prepare(batch) {
      if (batch.length > 0 && layout.known !== undefined)
        prepared.set(batch, prepareWrite(batch, forms[layout.known], lastWasNew));
    },

    async write(transaction, batch) {
      if (batch.length === 0) return new Uint8Array(0);
      try {
        // asked on this connection: all others may be in use
        const form = forms[await layout.current(transaction)];
        await partitions.ensureFor(batch);
        const ahead = prepared.get(batch);
        const ready = ahead?.form === form ? ahead : prepareWrite(batch, form, lastWasNew);
        const outcomes = await writeBatch(transaction, batch, ready, lastWasKnown);
        const stored = outcomes.reduce((sum, one) => (one === OUTCOME.stored ? sum + 1 : sum), 0);
        lastWasNew = stored === outcomes.length;
        lastWasKnown = stored < KNOWN_SHARE * outcomes.length;
        await noteLateRows(
          transaction,
          lateRowsOf(batch, outcomes, await databaseNow(transaction)),
        );
        return outcomes;
      } catch (error) {
        partitions.forget();
        layout.forget();
        throw isPartitionMissing(error) ? new PartitionDroppedError(error) : error;
      }
    },

    settled: (outcomes) => Promise.resolve(outcomes),

    async matrix(channelIds, grid): Promise<GridMatrix> {
      await layout.current(pool); // of no use to the statement: an analysis notes the kind of its store
      return readMatrix(pool, channelIds, grid);
    },

    async series(channelIds, fromUs, untilUs, take) {
      await layout.current(pool);
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

    async lateArrivals(tenant, window) {
      const arrivals = await arrivalsSince(tenant, window);
      return new Map(
        arrivals.map(([channel, earliest, received, fingerprint]) => [
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
      layout.forget();
      await layout.current(pool);
      await partitions.ensure(Date.now() * 1000);
    },
  };
}
