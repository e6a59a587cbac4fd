import { expect, test } from 'vitest';
import { lastNightMs } from '../src/lib/schedule.ts';

const at = (text: string): number => Date.parse(text);

test.each([
  ['Asia/Ho_Chi_Minh', '2026-11-24T18:59:00Z', '2026-11-23T19:00:00Z'],
  ['Asia/Ho_Chi_Minh', '2026-11-24T19:00:00Z', '2026-11-24T19:00:00Z'],
  ['UTC', '2026-11-24T23:59:59Z', '2026-11-24T02:00:00Z'],
  ['Asia/Kathmandu', '2026-11-24T20:20:00Z', '2026-11-24T20:15:00Z'],
  // The clocks skip 02:00 to 03:00 in Berlin on 29 March 2026: the night is due at 03:00 summer time.
  ['Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29T01:00:00Z'],
])('in %s at %s the last night was due at %s', (zone, now, due) => {
  expect(new Date(lastNightMs(at(now), zone)).toISOString()).toBe(new Date(at(due)).toISOString());
});
