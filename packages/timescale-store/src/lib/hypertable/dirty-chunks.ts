import type { DirtyDay } from '@verimeter/reading-store';
import type { Client } from 'pg';
import { shownSince } from '../late-arrivals.ts';
import { dirtyPages } from '../upkeep/dirty-pages.ts';
import { type Chunk, chunkChange, chunksBetween } from './chunks.ts';
import { receivedSeconds } from './quanta.ts';

const EARLIEST_S = -(2 ** 31);

/** Channels and days of what arrived since $1 (seconds since 2000) and, where rows tell that, was not shown before $2 (a transaction). */
const arrivedSince = ({ name, compressed }: Chunk): string => `
  SELECT DISTINCT x.channel_id, (extract(epoch FROM date_bin('1 day', x.ts, '2000-01-01Z')) * 1000000)::int8
    FROM ${name} x
   WHERE x.received_s >= $1::int ${compressed ? '' : `AND ${shownSince('$2', 'x.xmin')}`}`;

/**
 * Days of a hypertable with readings that arrived since an instant (undefined: ever) and were not shown before a transaction, chunk by
 * chunk. Rows in the columnstore do not know their transaction: all that arrived since then count. Batches in which nothing did are not
 * unpacked, for their greatest received time is kept beside them.
 */
export async function* dirtyChunks(
  client: Client,
  fromUs: number | undefined,
  xid: string,
): AsyncGenerator<readonly DirtyDay[], void> {
  const fromS = fromUs === undefined ? EARLIEST_S : receivedSeconds(fromUs);
  for (const chunk of await chunksBetween(client, '-infinity', 'infinity'))
    yield* dirtyChunk(client, chunk, fromS, xid);
}

/** A chunk that is compressed or dropped meanwhile is no fault: what was told of it is told twice then. */
async function* dirtyChunk(
  client: Client,
  chunk: Chunk,
  fromS: number,
  xid: string,
): AsyncGenerator<readonly DirtyDay[], void> {
  try {
    yield* dirtyPages(client, arrivedSince(chunk), chunk.compressed ? [fromS] : [fromS, xid]);
  } catch (error) {
    const change = chunkChange(error);
    if (change === undefined || (change === 'compressed' && chunk.compressed)) throw error;
    await client.query('ROLLBACK');
    if (change === 'compressed')
      yield* dirtyChunk(client, { ...chunk, compressed: true }, fromS, xid);
  }
}
