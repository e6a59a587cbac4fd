import type { GridMatrix } from '@verimeter/reading-store';
import type { Pool } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { COPY_HEADER_BYTES, formatTimestamp, readTimestamp } from './binary-format.ts';

export interface Grid {
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
  readonly asOfUs: number;
}

/** Fields (channel_id, ts, value) with their lengths. */
const ROW_BYTES = 2 + (4 + 4) + (4 + 8) + (4 + 8);
const TRAILER_BYTES = 2;

function checkGrid(channelIds: readonly number[], grid: Grid): void {
  const integers = [grid.startUs, grid.stepUs, grid.count, ...channelIds];
  if (!integers.every(Number.isSafeInteger) || grid.stepUs <= 0 || grid.count < 0) {
    throw new RangeError('a grid needs whole microseconds, a positive step and whole channel ids');
  }
}

/**
 * Readings on the instants of a grid. Binary COPY is the fastest way out of PostgreSQL into typed arrays
 * (docs/decisions/0031): neither text nor an object per row is made.
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
  // COPY takes no parameters; everything inserted is a checked integer.
  const sql = `COPY (
    SELECT channel_id, ts, value FROM readings
     WHERE channel_id = ANY ('{${channelIds.join(',')}}'::int4[])
       AND ts >= '${formatTimestamp(startUs)}' AND ts <= '${formatTimestamp(untilUs)}'
  ) TO STDOUT BINARY`;

  let lastChannel = Number.NaN; // rows mostly come channel by channel
  let lastRow: number | undefined;
  const place = (buffer: Buffer, offset: number): void => {
    const channelId = buffer.readInt32BE(offset + 6);
    if (channelId !== lastChannel) {
      lastChannel = channelId;
      lastRow = rowOf.get(channelId);
    }
    const column = (readTimestamp(buffer, offset + 14) - startUs) / stepUs;
    if (lastRow === undefined || !Number.isInteger(column)) return;
    values[lastRow * count + column] = buffer.readDoubleBE(offset + 26);
  };

  // pg puts its query timeout into `callback`; pg-copy-streams 7.0.0 has none for COPY TO and calls none, so that the
  // timer would stay, hold the process, and break the finished query when it fires.
  const query = Object.assign(copyTo(sql), { callback: () => undefined });
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    let pending: Buffer = Buffer.alloc(0);
    let started = false;
    const stream = client.query(query);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const buffer = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      let offset = 0;
      if (!started && buffer.length >= COPY_HEADER_BYTES) {
        offset = COPY_HEADER_BYTES;
        started = true;
      }
      if (started) {
        for (; offset + ROW_BYTES <= buffer.length; offset += ROW_BYTES) place(buffer, offset);
      }
      pending = buffer.subarray(offset);
    }
    if (!started || pending.length !== TRAILER_BYTES || pending.readInt16BE(0) !== -1) {
      throw new Error('the binary copy of readings ended in the middle of a row');
    }
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    query.callback();
    client.release(failure); // a connection that failed in the middle of a copy is not used again
  }
  return matrix;
}
