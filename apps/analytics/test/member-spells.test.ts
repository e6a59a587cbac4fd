import { expect, test } from 'vitest';
import { areasOf } from '../src/lib/electricity-input.ts';
import type { FleetRecords } from '../src/lib/fleet-records.ts';
import { uniteSpells } from '../src/lib/member-spells.ts';
import { deviceOf } from './made-device.ts';

type Member = FleetRecords['members'][number];

const member = (fromUs: number, toUs: number, more: Partial<Member> = {}): Member => ({
  groupId: 'A',
  deviceId: 'm1',
  role: 'consumer',
  fromUs,
  toUs,
  feeder: null,
  ...more,
});

test('memberships that overlap or touch are one', () => {
  expect(uniteSpells([member(-Infinity, 10), member(5, Infinity)])).toEqual([
    member(-Infinity, Infinity),
  ]);
  expect(uniteSpells([member(0, 10), member(10, 20), member(12, 15)])).toEqual([member(0, 20)]);
});

test('memberships apart, of another device, group or role stay as they are, in their order', () => {
  const members = [
    member(0, 10),
    member(11, 20),
    member(0, 20, { role: 'supply' }),
    member(0, 20, { deviceId: 'm2' }),
    member(0, 20, { groupId: 'B' }),
  ];
  expect(uniteSpells(members)).toEqual(members);
});

test('a device that hangs on another feeder is counted once, and on the later one from its beginning', () => {
  expect(uniteSpells([member(0, 20, { feeder: 'F1' }), member(10, 15, { feeder: 'F2' })])).toEqual([
    member(0, 10, { feeder: 'F1' }),
    member(10, 20, { feeder: 'F2' }),
  ]);
});

test('an area counts a meter once that is listed twice', () => {
  const fleet: FleetRecords = {
    devices: [deviceOf('m1', 'electricity_meter')],
    groups: [{ groupId: 'A', kind: 'electricity_area', name: null, technicalLoss: null }],
    members: [member(-Infinity, Infinity), member(5, Infinity)],
    verifications: new Map(),
    registerEvents: new Map(),
    legalEvents: new Map(),
    cycleRules: [],
    channels: new Map(),
  };
  const asOf = { groups: new Map([['A', 30]]), devices: new Map(), latest: 30 };
  expect(areasOf(fleet, asOf).map(({ members }) => members)).toEqual([
    [member(-Infinity, Infinity)],
  ]);
});
