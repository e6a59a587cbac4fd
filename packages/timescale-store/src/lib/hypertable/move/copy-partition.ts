import { once } from 'node:events';
import type { StoredRows } from '@verimeter/reading-store';
import type { ClientBase } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { COPY_HEADER_BYTES, writeCopyHeader } from '../../binary-format.ts';
import type { WriteForm } from '../../write-form.ts';
import { asOwner } from '../as-owner.ts';
import { openRowCopyReader } from '../../row-copy.ts';

const TRAILER = Buffer.from([0xff, 0xff]);

export const rowsOf = (batch: Pick<StoredRows, 'length'>): Uint32Array =>
  Uint32Array.from({ length: batch.length }, (_, row) => row);

/** The connections of a move: what is read and what is written run at the same time. */
export interface MoveClients {
  readonly reader: ClientBase;
  readonly writer: ClientBase;
}

/** In the order in which they lie on the disk. */
async function* partitionRows(client: ClientBase, partition: string): AsyncGenerator<StoredRows> {
  const copy = copyTo(
    `COPY (SELECT channel_id, ts, value, flags, received_at FROM ONLY public.${partition}) TO STDOUT BINARY`,
  );
  const reader = openRowCopyReader();
  for await (const chunk of client.query(copy) as AsyncIterable<Buffer>) {
    const rows = reader.take(chunk);
    if (rows.length > 0) yield rows;
  }
  reader.end();
}

/**
 * Copies a partition and notes that, in one transaction: after a kill it is copied as a whole or not at all. Rows that come in meanwhile
 * are in the log whether the copy has them or not.
 */
export async function copyPartition(
  { reader, writer }: MoveClients,
  partition: string,
  form: WriteForm,
  onCopied: (readings: number) => void,
): Promise<number> {
  let copied = 0;
  await asOwner(writer, async () => {
    const stream = writer.query(copyFrom(form.copy));
    // An error between two writes has nobody who waits for it: it is thrown with the next one.
    let failure: Error | undefined;
    stream.on('error', (error: Error) => (failure = error));
    const head = Buffer.allocUnsafe(COPY_HEADER_BYTES);
    writeCopyHeader(head);
    stream.write(head);
    for await (const batch of partitionRows(reader, partition)) {
      const content = form.content(batch, rowsOf(batch));
      copied += batch.length;
      if (failure !== undefined) throw failure;
      // Without its header and trailer: they are those of the whole copy.
      if (!stream.write(content.subarray(COPY_HEADER_BYTES, -TRAILER.length)))
        await once(stream, 'drain');
      onCopied(copied);
    }
    if (failure !== undefined) throw failure;
    const finished = once(stream, 'finish');
    stream.end(TRAILER);
    await finished;
    await writer.query('UPDATE reading_move_parts SET readings = $2 WHERE partition = $1', [
      partition,
      copied,
    ]);
  });
  return copied;
}
