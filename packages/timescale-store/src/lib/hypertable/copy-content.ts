import type { ReadingBatch } from '@verimeter/reading-store';
import { COPY_HEADER_BYTES, writeCopyHeader, writeInt8, writeTimestamp } from '../binary-format.ts';
import { AS_VALUE, type QuantaColumns } from './quanta.ts';

/** Number of fields, then channel_id, ts, quanta, decimals, value, flags, received_s with the length of each. */
const ROW_BYTES = 2 + (4 + 4) + (4 + 8) + (4 + 8) + (4 + 2) + 4 + (4 + 2) + (4 + 4);
const NULL_LENGTH = -1;

/** Content of a binary COPY of the rows into a hypertable, in the order of `QUANTA_COLUMNS`. */
export function copyQuanta(
  batch: Pick<ReadingBatch, 'channelId' | 'tsUs' | 'value' | 'flags'>,
  { quanta, decimals, receivedS }: QuantaColumns,
  rows: Uint32Array,
): Buffer {
  // A row with its value in place of quanta is two bytes shorter.
  const target = Buffer.allocUnsafe(COPY_HEADER_BYTES + rows.length * ROW_BYTES + 2);
  let offset = writeCopyHeader(target);
  for (const row of rows) {
    offset = target.writeInt16BE(7, offset);
    offset = target.writeInt32BE(4, offset);
    offset = target.writeInt32BE(batch.channelId[row] ?? 0, offset);
    offset = target.writeInt32BE(8, offset);
    writeTimestamp(target, offset, batch.tsUs[row] ?? Number.NaN);
    offset += 8;
    if (decimals[row] === AS_VALUE) {
      offset = target.writeInt32BE(NULL_LENGTH, offset);
      offset = target.writeInt32BE(NULL_LENGTH, offset);
      offset = target.writeInt32BE(8, offset);
      offset = target.writeDoubleBE((batch.value[row] ?? Number.NaN) + 0, offset);
    } else {
      offset = target.writeInt32BE(8, offset);
      writeInt8(target, offset, quanta[row] ?? 0);
      offset = target.writeInt32BE(2, offset + 8);
      offset = target.writeInt16BE(decimals[row] ?? 0, offset);
      offset = target.writeInt32BE(NULL_LENGTH, offset);
    }
    offset = target.writeInt32BE(2, offset);
    offset = target.writeInt16BE(batch.flags[row] ?? 0, offset);
    offset = target.writeInt32BE(4, offset);
    offset = target.writeInt32BE(receivedS[row] ?? 0, offset);
  }
  offset = target.writeInt16BE(-1, offset);
  return target.subarray(0, offset);
}
