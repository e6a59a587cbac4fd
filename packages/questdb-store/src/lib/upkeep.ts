import type { DirtyDay, StoreSize, StoreUpkeep } from '@verimeter/reading-store';
import type { Pool } from 'pg';
import { untilApplied } from './applied-log.ts';
import { type QuestDbHttp, createQuestDbHttp } from './http-client.ts';
import { receivedBetween, shownSince } from './late-arrivals.ts';
import { QuestDbError } from './questdb-error.ts';
import { TABLE, createTableOnce, instant } from './readings-table.ts';

const DAY_US = 86_400e6;
/** A reading that comes later than that makes QuestDB write a Parquet partition anew, as a whole. */
const LATE_DAYS = 35;
/** Days that are converted in one round: each takes some of the processors for a moment. */
const CONVERTED_AT_A_TIME = 31;
const APPLIED_MS = 120_000;
const POLL_MS = 50;
const DAYS_A_PIECE = 10_000;

interface Partition {
  readonly name: string;
  readonly fromUs: number;
  readonly untilUs: number;
  readonly rows: number;
  readonly bytes: number;
  readonly active: boolean;
  readonly parquetBytes: number;
}

async function readPartitions(http: QuestDbHttp): Promise<Partition[]> {
  const rows = await http.query(
    `SELECT name, minTimestamp::long, maxTimestamp::long, numRows, diskSize, active, isParquet, parquetFileSize
       FROM table_partitions('${TABLE}') WHERE attached AND numRows > 0`,
  );
  return rows.map(([name, from, until, count, bytes, active, isParquet, parquetBytes]) => ({
    name: String(name),
    // Of a Parquet partition QuestDB says neither.
    fromUs: from === null ? dayOf(String(name)) : Number(from),
    untilUs: until === null ? dayOf(String(name)) + DAY_US - 1 : Number(until),
    rows: Number(count),
    bytes: Math.max(0, Number(bytes)),
    active: active === true,
    parquetBytes: isParquet === true ? Number(parquetBytes) : 0,
  }));
}

/** Day partitions are named by their day (UTC). */
function dayOf(name: string): number {
  const us = Date.parse(`${name.slice(0, 10)}T00:00:00Z`) * 1000;
  if (Number.isNaN(us)) throw new QuestDbError(`QuestDB has a partition ${name}, which is no day`);
  return us;
}

async function alter(http: QuestDbHttp, sql: string): Promise<void> {
  await http.query(`ALTER TABLE ${TABLE} ${sql}`);
  if (!(await untilApplied(http, { pollMs: POLL_MS, timeoutMs: APPLIED_MS })))
    throw new QuestDbError(`QuestDB has not carried out after two minutes: ${sql}`);
}

const HISTORY = `
  SELECT EXISTS (SELECT FROM store_settled WHERE settled_at > now() - interval '1 hour' AND first_ts < $1::timestamptz) AS coming`;

/** An import of old readings is under way: their days would be written anew with each batch. */
async function isHistoryComing(pool: Pick<Pool, 'query'>, lateUs: number): Promise<boolean> {
  const { rows } = await pool.query<{ coming: boolean }>(HISTORY, [
    new Date(lateUs / 1000).toISOString(),
  ]);
  return rows[0]?.coming === true;
}

/** Old partitions to Parquet, the oldest ones away. */
export function createUpkeep(options: {
  readonly pool: Pick<Pool, 'query'>;
  readonly http: QuestDbHttp;
}): StoreUpkeep {
  const { http } = options;
  const table = createTableOnce(http);
  return {
    async tend(nowUs) {
      await table();
      const lateUs = nowUs - LATE_DAYS * DAY_US;
      if (await isHistoryComing(options.pool, lateUs)) return;
      const old = (await readPartitions(http)).filter(
        ({ name, active, parquetBytes }) =>
          !active && parquetBytes === 0 && dayOf(name) + DAY_US <= lateUs,
      );
      for (const { name } of old.slice(0, CONVERTED_AT_A_TIME))
        // oxlint-disable-next-line no-await-in-loop -- each by itself: writers of the others are not held up
        await alter(http, `CONVERT PARTITION TO PARQUET LIST '${name}'`);
    },

    async retain(beforeUs) {
      await table();
      const over = (await readPartitions(http)).filter(
        ({ name }) => dayOf(name) + DAY_US <= beforeUs,
      );
      if (over.length > 0)
        await alter(http, `DROP PARTITION LIST ${over.map(({ name }) => `'${name}'`).join(', ')}`);
      return over.length;
    },

    async *dirtyDays(notIn) {
      await table();
      const since = await shownSince(options.pool, notIn);
      if (since === undefined) return;
      const days: DirtyDay[] = [];
      const bounds = [
        ...(Number.isFinite(since.fromUs) ? [`ts >= ${instant(since.fromUs)}`] : []),
        ...(Number.isFinite(since.untilUs) ? [`ts <= ${instant(since.untilUs)}`] : []),
        receivedBetween(since.receivedFromUs, since.receivedUntilUs),
      ];
      await http.numbers(
        `SELECT channel, timestamp_floor('d', ts)::long AS day, count() AS readings FROM ${TABLE}
          WHERE ${bounds.join(' AND ')}`,
        ([channelId = 0, dayUs = 0]) => void days.push({ channelId, dayUs }),
      );
      for (let k = 0; k < days.length; k += DAYS_A_PIECE) yield days.slice(k, k + DAYS_A_PIECE);
    },

    async size(): Promise<StoreSize> {
      await table();
      const partitions = await readPartitions(http);
      const sum = (of: (partition: Partition) => number): number =>
        partitions.reduce((total, partition) => total + of(partition), 0);
      return {
        readings: sum(({ rows }) => rows),
        bytes: sum(({ bytes }) => bytes),
        compressedBytes: sum(({ parquetBytes }) => parquetBytes),
        fromUs: partitions.length === 0 ? null : Math.min(...partitions.map((one) => one.fromUs)),
        untilUs: partitions.length === 0 ? null : Math.max(...partitions.map((one) => one.untilUs)),
      };
    },
  };
}

/** The same, of an address. The pool acts as verimeter_service. */
export const createQuestDbUpkeep = (options: {
  readonly pool: Pick<Pool, 'query'>;
  readonly httpUrl: string;
}): StoreUpkeep => createUpkeep({ pool: options.pool, http: createQuestDbHttp(options.httpUrl) });
