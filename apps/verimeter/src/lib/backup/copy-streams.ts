import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from '@verimeter/registry';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** Bytes of `COPY … TO STDOUT` as they come; returns how many rows they are. */
export async function* copyOut(client: PoolClient, sql: string): AsyncGenerator<Buffer, number> {
  // pg puts its query timeout into `callback`; pg-copy-streams 7.0.0 has none for COPY TO and calls none, so that the
  // timer would stay and hold the process.
  const query = Object.assign(copyTo(sql), { callback: () => undefined });
  try {
    yield* client.query(query) as AsyncIterable<Buffer>;
  } finally {
    query.callback();
  }
  // The count comes behind the data: it is there when the next statement was answered.
  await client.query('SELECT');
  return query.rowCount;
}

/** Sends bytes to `COPY … FROM STDIN`; returns how many rows were stored. */
export async function copyIn(
  client: PoolClient,
  sql: string,
  bytes: AsyncIterable<Buffer>,
): Promise<number> {
  const target = client.query(copyFrom(sql));
  await pipeline(Readable.from(bytes, { objectMode: true }), target);
  return target.rowCount;
}
