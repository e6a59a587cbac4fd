import { createReadingBatch } from '@verimeter/reading-store';
import { expect, test } from 'vitest';
import { copyQuanta } from './copy-content.ts';
import { createChannelDecimals, quantaColumns } from './quanta.ts';

/** Fields of each row of a binary COPY, as the manual of PostgreSQL describes it; undefined: NULL. */
function fieldsOf(content: Buffer): (bigint | undefined)[][] {
  expect(content.subarray(0, 11).toString('latin1')).toBe('PGCOPY\n\xff\r\n\0');
  let offset = 19;
  const rows: (bigint | undefined)[][] = [];
  for (;;) {
    const count = content.readInt16BE(offset);
    offset += 2;
    if (count === -1) break;
    const fields: (bigint | undefined)[] = [];
    for (let k = 0; k < count; k += 1) {
      const length = content.readInt32BE(offset);
      offset += 4;
      const bytes = content.subarray(offset, offset + Math.max(0, length));
      fields.push(length < 0 ? undefined : BigInt.asIntN(64, BigInt(`0x${bytes.toString('hex')}`)));
      offset += bytes.length;
    }
    rows.push(fields);
  }
  expect(offset).toBe(content.length);
  return rows;
}

test('rows in quanta and rows with their value, in one copy', () => {
  const batch = createReadingBatch(2);
  batch.length = 2;
  batch.channelId.set([7, 8]);
  batch.tsUs.fill(Date.UTC(2000, 0, 1) * 1000 + 5);
  batch.value.set([-12.5, 1e-300]);
  batch.flags.set([3, 0]);
  batch.receivedAtUs.fill(Date.UTC(2000, 0, 1) * 1000 + 2_999_999);
  const rows = Uint32Array.of(0, 1);
  const content = copyQuanta(batch, quantaColumns(batch, rows, createChannelDecimals()), rows);
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(1e-300);
  expect(fieldsOf(content)).toEqual([
    [7n, 5n, -125n, 1n, undefined, 3n, 2n],
    [8n, 5n, undefined, undefined, bits.readBigInt64BE(), 0n, 2n],
  ]);
});
