import type { ClientBase } from 'pg';
import { COPY_HEADER_BYTES, writeCopyHeader } from '../binary-format.ts';
import { openRowCopyReader } from '../row-copy.ts';
import { createChannelDecimals } from './quanta.ts';
import { COLUMNSTORE_AFTER_DAYS } from './schema.ts';
import { createQuantaForm } from './write-form.ts';

/** Puts rows that were copied out of `stored_readings`, of any layout, into a hypertable. */
export interface RowLoad {
  /** Takes what `content` makes. */
  readonly copy: string;
  /** From a binary COPY of (channel_id, ts, value, flags, received_at) as its bytes come. */
  content(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer>;
}

const TRAILER = Buffer.from([0xff, 0xff]);

export function createRowLoad(): RowLoad {
  const form = createQuantaForm(createChannelDecimals(), 'public.readings');
  return {
    copy: form.copy,
    async *content(bytes) {
      const head = Buffer.allocUnsafe(COPY_HEADER_BYTES);
      writeCopyHeader(head);
      yield head;
      const reader = openRowCopyReader();
      for await (const chunk of bytes) {
        const batch = reader.take(chunk);
        if (batch.length === 0) continue;
        const rows = Uint32Array.from({ length: batch.length }, (_, row) => row);
        // header and trailer are those of the whole copy
        yield form.content(batch, rows).subarray(COPY_HEADER_BYTES, -TRAILER.length);
      }
      reader.end();
      yield TRAILER;
    },
  };
}

/**
 * Compresses chunks that ended by an instant (a literal) and are past the late window, in the transaction of `client`, which acts as
 * verimeter_owner: what the job would do later, so that a history does not lie there uncompressed first.
 */
export async function compressChunks(
  client: Pick<ClientBase, 'query'>,
  until: string,
): Promise<void> {
  const { rows } = await client.query<{ chunk: string }>(
    `SELECT format('%I.%I', chunk_schema, chunk_name) AS chunk FROM timescaledb_information.chunks
      WHERE hypertable_schema = 'public' AND hypertable_name = 'readings' AND NOT is_compressed
        AND range_end <= least($1::timestamptz, now() - INTERVAL '${COLUMNSTORE_AFTER_DAYS} days')
      ORDER BY range_start`,
    [until],
  );
  for (const { chunk } of rows)
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await client.query('SELECT public.compress_chunk($1::regclass, if_not_compressed => true)', [
      chunk,
    ]);
}
