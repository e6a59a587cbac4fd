import { expect, test } from 'vitest';
import { copyContent } from '../src/lib/binary-format.ts';
import { openRowCopyReader } from '../src/lib/row-copy.ts';

const BEFORE_2000 = Date.UTC(1999, 11, 31, 23, 59, 59, 999) * 1000 + 999;
const NOW = Date.UTC(2026, 10, 28, 7) * 1000;
const columns = {
  channelId: Int32Array.of(7, 7, 2 ** 31 - 1),
  tsUs: Float64Array.of(BEFORE_2000, NOW, NOW + 1),
  value: Float64Array.of(1.5, -0.25, Number.MAX_VALUE),
  flags: Int16Array.of(0, 5, -1),
  receivedAtUs: Float64Array.of(NOW, NOW + 1, NOW + 2),
};
/** What goes in by COPY comes out by COPY in the same form. */
const copy = copyContent(columns, Uint32Array.of(0, 1, 2));
const ROWS = [
  [7, BEFORE_2000, 1.5, 0, NOW],
  [7, NOW, -0.25, 5, NOW + 1],
  [2 ** 31 - 1, NOW + 1, Number.MAX_VALUE, -1, NOW + 2],
];

function read(chunks: readonly Buffer[]): number[][] {
  const reader = openRowCopyReader();
  const rows = chunks.flatMap((chunk) => {
    const { length, channelId, tsUs, value, flags, receivedAtUs } = reader.take(chunk);
    return Array.from({ length }, (_, k) =>
      [channelId, tsUs, value, flags, receivedAtUs].map((column) => column[k] ?? Number.NaN),
    );
  });
  reader.end();
  return rows;
}

test('rows are the same however the copy is cut to pieces', () => {
  for (let size = 1; size <= copy.length; size++) {
    const chunks = Array.from({ length: Math.ceil(copy.length / size) }, (_, k) =>
      copy.subarray(k * size, (k + 1) * size),
    );
    expect(read(chunks)).toEqual(ROWS);
  }
});

test('an empty copy has no rows', () => {
  expect(read([copyContent(columns, new Uint32Array(0))])).toEqual([]);
});

test('a copy that breaks off is none, wherever it does', () => {
  for (let length = 0; length < copy.length; length++)
    expect(() => read([copy.subarray(0, length)])).toThrow('ended in the middle of a row');
});

test('a row of another form is refused', () => {
  const other = Buffer.from(copy);
  other.writeInt16BE(4, 19); // behind the header: the number of fields
  expect(() => read([other])).toThrow('a row of another form');
});
