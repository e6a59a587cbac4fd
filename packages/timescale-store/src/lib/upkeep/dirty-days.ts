import type { DirtyDay } from '@verimeter/reading-store';
import type { Client, Pool } from 'pg';
import { timestamptz } from '../binary-format.ts';
import { dirtyChunks } from '../hypertable/dirty-chunks.ts';
import { readLayout } from '../layout.ts';
import { openOwnConnection } from '../own-connection.ts';
import { dirtyPages } from './dirty-pages.ts';
import { shownSince } from '../late-arrivals.ts';
import { partitionsOf } from './partition-list.ts';
import { type ShownMark, parseShown } from './shown.ts';

/**
 * A row is written at most PROMPT after it arrived, or it is a straggler, of which the day is noted in the same transaction
 * (`late-rows.ts`). With what a transaction takes from its last row to its commit, arrivals of so long before a mark may be news after it.
 */
const ON_THE_WAY_US = 15 * 60e6;
/** Notes of stragglers are kept for so long; since an older mark all rows are looked at. */
export const STRAGGLERS_KEPT_US = 30 * 86_400e6;

const ARRIVED_SINCE = `
  SELECT DISTINCT r.channel_id, (extract(epoch FROM date_bin('1 day', r.ts, '2000-01-01Z')) * 1000000)::int8
    FROM readings r
   WHERE r.ts >= $3::timestamptz AND r.ts < $4::timestamptz
         AND r.received_at >= $1::timestamptz AND ${shownSince('$2', 'r.xmin')}`;

const STRAGGLERS = `
  SELECT DISTINCT channel_id, (extract(epoch FROM day) * 1000000)::int8 FROM straggler_days WHERE noted_at >= $1::timestamptz`;

/**
 * Days (UTC) with readings that were shown after the mark, partition by partition or chunk by chunk; a day may come twice, and one whose readings were shown
 * within a quarter of an hour before the mark may come as well. A mark of one's own is to be taken before.
 */
export async function* dirtyDays(
  pool: Pool,
  notIn: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly DirtyDay[], void> {
  const mark = parseShown(notIn);
  const client = await openOwnConnection(pool, signal);
  try {
    const fromUs = await lookFrom(client, mark);
    const from = fromUs === undefined ? '-infinity' : timestamptz(fromUs);
    if (fromUs !== undefined) yield* dirtyPages(client, STRAGGLERS, [from]);
    if ((await readLayout(client)) === 'hypertable') {
      yield* dirtyChunks(client, fromUs, mark.xid);
      return;
    }
    for (const partition of await partitionsOf(client)) {
      const month = [timestamptz(partition.fromUs), timestamptz(partition.toUs)];
      yield* dirtyPages(client, ARRIVED_SINCE, [from, mark.xid, ...month]);
    }
  } finally {
    await client.end();
  }
}

/** Undefined: everything is to be looked at. */
async function lookFrom(client: Client, { xid, atUs }: ShownMark): Promise<number | undefined> {
  if (atUs === undefined) return undefined;
  const { rows } = await client.query<{ us: string; ahead: boolean }>(
    'SELECT (extract(epoch FROM now()) * 1000000)::int8::text AS us, age($1::xid) < 0 AS ahead',
    [xid],
  );
  const isOld = Number(rows[0]?.us) - atUs > STRAGGLERS_KEPT_US;
  return isOld || rows[0]?.ahead === true ? undefined : atUs - ON_THE_WAY_US;
}
