import {
  ADDED,
  RETIRED,
  RetentionWaitsError,
  becomeOwner,
  forEachTenant,
  keepFrom,
} from '@verimeter/reading-store';
import pg, { type Pool } from 'pg';
import { LOADING, SETTLING, SNAPSHOTS } from './advisory-locks.ts';
import { countArrivals } from './arrivals.ts';
import { int4Array, int8Array, timestamptzArray } from './binary-arrays.ts';
import { monthOf } from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import { allCarriedOut, endDrop, noteDrop, partitionsBefore } from './old-partitions.ts';
import type { Queryable } from './waiting-batches.ts';

/** Whoever settles lets go after its step, which may be a month that moves. */
const LOCK_MS = 60_000;

const DECIDED = `
  SELECT EXISTS (SELECT FROM store_batches WHERE settled_at IS NULL AND outcomes IS NOT NULL) AS decided`;

const RETIRE = `
  ${RETIRED}
  SELECT c.tenant, c.device_id, e.hour, sum(e.readings), 0
    FROM unnest($1::int4[], $2::timestamptz[], $3::int8[]) AS e (channel_id, hour, readings)
    JOIN channels c USING (channel_id) GROUP BY 1, 2, 3 ${ADDED}`;

/**
 * Drops the months that ended at or before an instant from both tables, and what belongs to them in PostgreSQL. What that takes away of receive
 * hours that the ledger check still compares is written down, and in the same transaction that it is about to go; whatever it breaks off at
 * then, nothing is settled until it is gone (docs/decisions/0131). Nobody settles, loads or reads for a backup meanwhile.
 *
 * @throws RetentionRightsError, RetentionWaitsError
 */
export async function retain(
  { pool, http }: { readonly pool: Pick<Pool, 'query' | 'options'>; readonly http: QuestDbHttp },
  beforeUs: number,
  signal?: AbortSignal,
): Promise<number> {
  const untilUs = monthOf(beforeUs).fromUs;
  if ((await partitionsBefore(http, untilUs)).length === 0) return 0;
  signal?.throwIfAborted();
  const client = new pg.Client(pool.options);
  client.on('error', () => undefined); // a connection that breaks fails its query
  const end = (): void => void client.end().catch(() => undefined);
  const noteUntilDone: typeof noteDrop = (...note) => {
    signal?.removeEventListener('abort', end); // from here on it is ended, by whoever comes next if need be
    return noteDrop(...note);
  };
  try {
    await client.connect();
    signal?.addEventListener('abort', end, { once: true });
    // oxlint-disable-next-line typescript/await-thenable -- typed as void, returns a promise (SET ROLE)
    await pool.options.onConnect?.(client);
    await becomeOwner(client);
    await lockOut(client);
    const ended = await endDrop(client, http);
    const endUs = await endOfOldMonths(client, http, untilUs);
    if (endUs === undefined) return ended;
    await writeDown(pool, { client, http, endUs, note: noteUntilDone });
    return ended + (await endDrop(client, http));
  } finally {
    signal?.removeEventListener('abort', end);
    await client.end(); // and with it the locks
  }
}

/** @throws RetentionWaitsError */
async function lockOut(client: Queryable): Promise<void> {
  await client.query(`SET lock_timeout = ${LOCK_MS}`);
  await client.query('SET statement_timeout = 0');
  try {
    await client.query(`SELECT pg_advisory_lock(${SETTLING})`);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === '55P03')
      throw new RetentionWaitsError('retention drops nothing yet: whoever settles is at work', {
        cause,
      });
    throw cause;
  }
  for (const [lock, who] of [
    [LOADING, 'readings are loaded'],
    [SNAPSHOTS, 'a backup reads the readings'],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await client.query(`SELECT pg_try_advisory_lock(${lock}) AS locked`);
    if (rows[0]?.['locked'] !== true)
      throw new RetentionWaitsError(`retention drops nothing while ${who}`);
  }
}

/** Undefined: nothing is old enough. @throws RetentionWaitsError */
async function endOfOldMonths(
  client: Queryable,
  http: QuestDbHttp,
  untilUs: number,
): Promise<number | undefined> {
  // Of a settler that is gone: what it has sent would be written down now, and sent and counted again.
  const { rows } = await client.query(DECIDED);
  if (rows[0]?.['decided'] === true)
    throw new RetentionWaitsError('retention drops nothing while decided readings are not settled');
  await allCarriedOut(http);
  const last = (await partitionsBefore(http, untilUs)).at(-1);
  return last === undefined ? undefined : monthOf(last.fromUs).untilUs;
}

async function writeDown(
  pool: Pick<Pool, 'query'>,
  {
    client,
    http,
    endUs,
    note,
  }: {
    readonly client: Queryable;
    readonly http: QuestDbHttp;
    readonly endUs: number;
    readonly note: typeof noteDrop;
  },
): Promise<void> {
  const tenants = await pool.query<{ tenant: string }>('SELECT tenant FROM tenants');
  const channels = await pool.query<{ id: number }>('SELECT channel_id AS id FROM channels');
  const names = tenants.rows.map(({ tenant }) => tenant);
  await keepFrom(client, names, new Date(endUs / 1000).toISOString());
  const late = await countArrivals(
    http,
    channels.rows.map(({ id }) => id),
    { fromUs: await readKeptFrom(client), toUs: Infinity },
    { fromUs: -Infinity, untilUs: endUs - 1 },
  );
  const counts = [
    int4Array(late.map(({ channelId }) => channelId)),
    timestamptzArray(late.map(({ hourUs }) => hourUs)),
    int8Array(late.map(({ readings }) => readings)),
  ];
  await forEachTenant(
    client,
    names,
    async () => {
      await client.query(RETIRE, counts);
    },
    () => note(client, endUs),
  );
}

/** A month that came late may end before it. */
async function readKeptFrom(client: Queryable): Promise<number> {
  const { rows } = await client.query(
    `SELECT (extract(epoch FROM date_trunc('hour', kept_from, 'UTC')) * 1000000)::float8 AS kept_from_us FROM reading_retention`,
  );
  return Number(rows[0]?.['kept_from_us']);
}
