import { createReadingBatch } from '@verimeter/reading-store';
import { expect, test } from 'vitest';
import { encodeBatch } from './batch-content.ts';
import { OwnBatches } from './own-batches.ts';

function content(rows: number): Buffer {
  const batch = createReadingBatch(rows);
  batch.length = rows;
  return encodeBatch(batch);
}
const shares = [{ tenant: 'demo', deviceId: 'a', source: 'mqtt', end: 1, live: true }];

test('a process keeps what it wrote while it settles, until it was taken or passed over', () => {
  const own = new OwnBatches();
  own.add(1, content(1), shares);
  expect([...own.ids()]).toEqual([]);
  own.keep();
  for (const id of [2, 3, 5]) own.add(id, content(1), shares);
  expect(own.take(3)).toMatchObject({ batch: { length: 1 }, shares });
  expect(own.take(3)).toBeUndefined();
  own.forgetUpTo(3);
  expect([...own.ids()]).toEqual([5]);
  own.forget();
  own.add(6, content(1), shares);
  expect([...own.ids()]).toEqual([]);
});

test('no more is kept than eight mebibytes; what was taken makes room', () => {
  const own = new OwnBatches();
  own.keep();
  const large = content(100_000); // 3 MB
  for (const id of [1, 2, 3]) own.add(id, large, []);
  expect([...own.ids()]).toEqual([1, 2]);
  own.take(1);
  own.add(4, large, []);
  expect([...own.ids()]).toEqual([2, 4]);
});
