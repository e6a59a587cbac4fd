import { expect, test } from 'vitest';
import { parseEventId } from '../src/lib/routes/events.ts';
import { medianSpacing } from '../src/lib/reading-buckets.ts';

test.each([
  ['12', { after: 12 }],
  ['12.3', { after: 11, partial: { row: 12, events: 3 } }],
  ['', undefined],
  ['12.', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['99999999999999999999', undefined],
  [undefined, undefined],
])('event id %s', (text, position) => {
  expect(parseEventId(text)).toEqual(position);
});

test.each([
  [[], undefined],
  [[0, 10], undefined],
  [[0, 10, 20], 10],
  [[0, 10, 20, 500], 10], // a gap is not the usual spacing
  [[0, 10, 40], 10], // of two, the shorter: rather expect too much than too little
])('spacing of readings at %j', (instants, spacing) => {
  expect(medianSpacing(instants)).toBe(spacing);
});
