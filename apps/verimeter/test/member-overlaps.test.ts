import { expect, test } from 'vitest';
import { findOverlaps } from '../src/lib/import/member-overlaps.ts';
import type { StoredMember } from '../src/lib/import/registry-statements.ts';

const member = (
  groupId: string,
  fromUs: number,
  toUs: number,
  role = 'consumer',
  groupKind = 'electricity_area',
): StoredMember => ({ groupId, groupKind, deviceId: 'm1', role, fromUs, toUs });

test('memberships that follow each other hold', () => {
  const wanted = [member('A', -Infinity, 10), member('B', 10, Infinity)];
  expect(findOverlaps([], wanted).size).toBe(0);
});

test('a meter moves when the open membership is ended in the same file, in any order of rows', () => {
  const stored = [member('A', -Infinity, Infinity)];
  const ended = member('A', -Infinity, 10);
  const moved = member('B', 10, Infinity);
  expect(findOverlaps(stored, [moved, ended]).size).toBe(0);
  expect(findOverlaps(stored, [ended, moved]).size).toBe(0);
});

test('a meter cannot be consumer of two areas at once: the earlier start stays', () => {
  const first = member('A', 0, Infinity);
  const second = member('B', 5, Infinity);
  expect([...findOverlaps([], [second, first])]).toEqual([[second, first]]);
  expect([...findOverlaps([first], [second])]).toEqual([[second, first]]);
});

test('a supply meter may be a consumer of the area above, and groups of other kinds do not matter', () => {
  const wanted = [
    member('A', -Infinity, Infinity, 'supply'),
    member('B', -Infinity, Infinity),
    member('W', -Infinity, Infinity, 'consumer', 'water_district'),
  ];
  expect(findOverlaps([], wanted).size).toBe(0);
});

test('two memberships in one group at once do not hold, whatever the roles', () => {
  const wanted = [member('A', 0, 10, 'supply'), member('A', 5, 20)];
  expect(findOverlaps([], wanted).size).toBe(1);
});
