import type { Channel } from '@verimeter/registry';
import { expect, test } from 'vitest';
import { asOfInstants } from '../src/lib/as-of.ts';
import type { FleetRecords } from '../src/lib/fleet-records.ts';

const member = (
  groupId: string,
  deviceId: string,
  role: 'supply' | 'consumer' | 'sensor',
): FleetRecords['members'][number] => ({
  groupId,
  deviceId,
  role,
  fromUs: -Infinity,
  toUs: Infinity,
  feeder: null,
});

const channel = (deviceId: string, channelId: number): [string, Map<string, Channel>] => [
  deviceId,
  new Map([['q', { tenant: 't', deviceId, quantity: 'q', unit: '1', channelId }]]),
];

const fleet: FleetRecords = {
  devices: [],
  groups: [
    { groupId: 'A', kind: 'electricity_area', name: null, technicalLoss: null },
    { groupId: 'N', kind: 'sensor_network', name: null, technicalLoss: null },
    { groupId: 'Z', kind: 'electricity_area', name: null, technicalLoss: null },
  ],
  members: [
    member('A', 'supply', 'supply'),
    member('A', 'late', 'consumer'),
    member('N', 's1', 'sensor'),
    member('N', 's2', 'sensor'),
    member('Z', 'silent', 'supply'),
  ],
  verifications: new Map(),
  registerEvents: new Map(),
  legalEvents: new Map(),
  cycleRules: [],
  channels: new Map([channel('supply', 1), channel('late', 2), channel('s1', 3), channel('s2', 4)]),
};
const last = new Map([
  [1, 100],
  [2, 140],
  [3, 70],
  [4, 90],
]);

test('of an area it is the supply that counts, of a network the last of all, of a device its own', () => {
  const asOf = asOfInstants(fleet, last, undefined);
  expect([...asOf.groups]).toEqual([
    ['A', 100],
    ['N', 90],
  ]);
  expect(asOf.devices.get('late')).toBe(140);
  expect(asOf.devices.has('silent')).toBe(false);
  expect(asOf.latest).toBe(140);
});

test('an instant that was asked for holds for all that have data', () => {
  const asOf = asOfInstants(fleet, last, 500);
  expect(asOf.groups.get('A')).toBe(500);
  expect(asOf.devices.get('late')).toBe(500);
  expect(asOf.latest).toBe(500);
});

test('without any reading there is no instant', () => {
  expect(asOfInstants(fleet, new Map(), undefined)).toEqual({
    groups: new Map(),
    devices: new Map(),
    latest: undefined,
  });
});
