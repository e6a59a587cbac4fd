import { expect, test } from 'vitest';
import { UnacknowledgedWindow } from '../src/lib/unacknowledged-window.ts';

test('the bounds hold to the message and the byte', () => {
  const window = new UnacknowledgedWindow(3, 100);
  window.add(1, 1, 60);
  expect(window.hasRoomFor(40)).toBe(true);
  expect(window.hasRoomFor(41)).toBe(false);
  window.add(2, 1, 20);
  window.add(3, 1, 10);
  expect(window.hasRoomFor(1)).toBe(false); // three messages
});

test('a message larger than the bound is let in alone', () => {
  const window = new UnacknowledgedWindow(3, 100);
  expect(window.hasRoomFor(1000)).toBe(true);
  window.add(1, 1, 1000);
  expect(window.hasRoomFor(0)).toBe(false);
});

test('messages leave in the order of receipt, and make room only then', () => {
  const window = new UnacknowledgedWindow(2, 100);
  const first = window.add(1, 1, 10);
  const second = window.add(2, 1, 10);
  second.settled = true;
  expect(window.takeSettled()).toEqual([]);
  expect(window.hasRoomFor(1)).toBe(false);
  first.settled = true;
  expect(window.takeSettled().map(({ messageId }) => messageId)).toEqual([1, 2]);
  expect([window.size, window.bytes, window.oldest]).toEqual([0, 0, undefined]);
});

test('all who wait hear of a change, or that the slice is over', async () => {
  const window = new UnacknowledgedWindow(1, 100);
  const entry = window.add(1, 1, 10);
  const waiting = Promise.all([window.change(60_000), window.change(60_000)]);
  entry.settled = true;
  window.takeSettled();
  expect(await waiting).toHaveLength(2);
  await expect(window.change(1)).resolves.toBeUndefined();
});
