import type { GridMatrix } from '@verimeter/reading-store';
import type { Pool } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { formatTimestamp } from './binary-format.ts';
import { openSeriesReader } from './series-reader.ts';

export interface Grid {
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
  readonly asOfUs: number;
}

function checkGrid(channelIds: readonly number[], grid: Grid): void {
  const integers = [grid.startUs, grid.stepUs, grid.count, ...channelIds];
  if (!integers.every(Number.isSafeInteger) || grid.stepUs <= 0 || grid.count < 0) {
    throw new RangeError('a grid needs whole microseconds, a positive step and whole channel ids');
  }
}

/**
 * One row per channel: instants and values as arrays, from what is in the index of the primary key and no more (docs/decisions/0093). One
 * channel after the other: no more than one series is in the server's memory. COPY takes no parameters: everything inserted is a checked
 * integer.
 */
export const seriesStatement = (
  channelIds: readonly number[],
  startUs: number,
  untilUs: number,
): string => `
    SELECT c.channel_id, s.instants, s.values
      FROM unnest('{${channelIds.join(',')}}'::int4[]) AS c (channel_id) CROSS JOIN LATERAL (
        SELECT array_agg(o.ts) AS instants, array_agg(o.value) AS values FROM (
          SELECT r.ts, r.value FROM stored_readings r
           WHERE r.channel_id = c.channel_id
             AND r.ts >= '${formatTimestamp(startUs)}' AND r.ts <= '${formatTimestamp(untilUs)}'
           ORDER BY r.ts) o) s`;

/**
 * Readings on the instants of a grid. Arrays by binary COPY are the fastest way out of PostgreSQL into typed arrays
 * (docs/decisions/0031): neither text nor a message or an object per reading is made.
 */
export async function readMatrix(
  pool: Pool,
  channelIds: readonly number[],
  grid: Grid,
): Promise<GridMatrix> {
  checkGrid(channelIds, grid);
  const { startUs, stepUs, count } = grid;
  const values = new Float64Array(channelIds.length * count).fill(Number.NaN);
  const matrix = { channelIds: [...channelIds], startUs, stepUs, count, values };
  const untilUs = Math.min(grid.asOfUs, startUs + (count - 1) * stepUs);
  if (values.length === 0 || untilUs < startUs) return matrix;
  const rowOf = new Map(channelIds.map((channelId, row) => [channelId, row]));
  await readSeries(pool, [...rowOf.keys()], { startUs, untilUs }, (channelId, tsUs, value) => {
    const row = rowOf.get(channelId);
    const column = (tsUs - startUs) / stepUs;
    if (row !== undefined && Number.isInteger(column)) values[row * count + column] = value;
  });
  return matrix;
}

/** Readings of some channels between two instants, both included; `take` is told of each. */
export async function readSeries(
  pool: Pool,
  channelIds: readonly number[],
  span: { readonly startUs: number; readonly untilUs: number },
  take: (channelId: number, tsUs: number, value: number) => void,
): Promise<void> {
  const reader = openSeriesReader(take);
  await copySeries(pool, channelIds, span, (chunk) => reader.take(chunk));
  reader.end();
}

/** The same as the bytes of a binary COPY, in pieces of any size. */
export async function copySeries(
  pool: Pool,
  channelIds: readonly number[],
  { startUs, untilUs }: { readonly startUs: number; readonly untilUs: number },
  onChunk: (chunk: Buffer) => void,
): Promise<void> {
  const sql = `COPY (${seriesStatement(channelIds, startUs, untilUs)}) TO STDOUT BINARY`;

  // pg puts its query timeout into `callback`; pg-copy-streams 7.0.0 has none for COPY TO and calls none, so that the
  // timer would stay, hold the process, and break the finished query when it fires.
  const query = Object.assign(copyTo(sql), { callback: () => undefined });
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    const stream = client.query(query);
    for await (const chunk of stream as AsyncIterable<Buffer>) onChunk(chunk);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    query.callback();
    client.release(failure); // a connection that failed in the middle of a copy is not used again
  }
}
