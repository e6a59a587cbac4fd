import type { WaterFleetInput } from '@verimeter/drift';
import { expect, test } from 'vitest';
import { asOfInstants } from '../../src/lib/as-of.ts';
import type { FleetRecords } from '../../src/lib/fleet-records.ts';
import { buildWaterInput } from '../../src/lib/water/water-input.ts';
import { deviceOf } from '../made-device.ts';

type Member = FleetRecords['members'][number];

const HOUR_US = 3600e6;
const DAY_US = 24 * HOUR_US;
const START_US = Date.UTC(2026, 8, 1) * 1000;
const after = (days: number): number => START_US + days * DAY_US;

interface Home {
  readonly deviceId: string;
  /** Days after the start that its last reading is taken. */
  readonly lastDay: number;
  readonly verifiedOn?: string;
  /** Day from which it is read four times an hour. */
  readonly oftenFrom?: number;
  /** What it reads beside its volume. */
  readonly beside?: readonly string[];
}

const member = (groupId: string, deviceId: string, more: Partial<Member> = {}): Member => ({
  groupId,
  deviceId,
  role: 'consumer',
  fromUs: -Infinity,
  toUs: Infinity,
  feeder: null,
  ...more,
});

/** What the estimators are given of meters that are read every hour. */
async function built(
  homes: readonly Home[],
  members: readonly Member[] = [],
  lookedSince: (us: number) => void = () => undefined,
): Promise<WaterFleetInput | undefined> {
  const instants = homes.map(({ lastDay, oftenFrom = Infinity }) => {
    const all: number[] = [];
    let tsUs = START_US;
    for (; tsUs <= after(lastDay); tsUs += tsUs < after(oftenFrom) ? HOUR_US : HOUR_US / 4)
      all.push(tsUs);
    return all;
  });
  const fleet: FleetRecords = {
    devices: homes.map(({ deviceId, verifiedOn = null }) =>
      deviceOf(deviceId, 'water_meter', { accuracyClass: '2', verifiedOn }),
    ),
    groups: [...new Set(members.map(({ groupId }) => groupId))].map((groupId) => ({
      groupId,
      kind: 'water_district',
      name: null,
      technicalLoss: null,
    })),
    members,
    verifications: new Map(),
    registerEvents: new Map(),
    legalEvents: new Map(),
    cycleRules: [],
    channels: new Map(
      homes.map(({ deviceId, beside = [] }, index) => [
        deviceId,
        new Map(
          ['water_volume', ...beside].map((quantity, q) => [
            quantity,
            { tenant: 't', deviceId, quantity, unit: '1', channelId: index + q * homes.length },
          ]),
        ),
      ]),
    ),
  };
  const lastInstants = new Map(instants.map((all, id) => [id, all.at(-1) ?? NaN]));
  return buildWaterInput({
    fleet,
    zone: 'UTC',
    lastInstants,
    asOf: asOfInstants(fleet, lastInstants, undefined),
    store: {
      firstInstants: (ids, sinceUs) => {
        lookedSince(sinceUs);
        return Promise.resolve(new Map(ids.map((id) => [id, START_US])));
      },
      series: (ids, fromUs, untilUs, take) => {
        for (const id of ids)
          for (const tsUs of instants[id] ?? [])
            if (tsUs >= fromUs && tsUs <= untilUs) take(id, tsUs, (tsUs - START_US) / DAY_US);
        return Promise.resolve();
      },
      matrix: () => Promise.reject(new Error('no meter shares its address')),
    },
  });
}

test('a district counts a meter once that is listed twice', async () => {
  const input = await built(
    [
      { deviceId: 'home', lastDay: 20 },
      { deviceId: 'sum', lastDay: 20 },
    ],
    [
      member('W', 'home'),
      member('W', 'home', { fromUs: after(5) }),
      member('W', 'sum', { role: 'supply' }),
    ],
  );
  expect(input?.districts[0]?.members).toEqual([
    { meter: 0, role: 'consumer', fromUs: -Infinity, toUs: Infinity },
    { meter: 1, role: 'supply', fromUs: -Infinity, toUs: Infinity },
  ]);
});

test('each meter carries its own as-of', async () => {
  const input = await built([
    { deviceId: 'early', lastDay: 20 },
    { deviceId: 'late', lastDay: 40 },
  ]);
  expect(input?.meters.map(({ asOfUs }) => asOfUs)).toEqual([after(20), after(40)]);
});

test('how a meter is read, and since when it counts, is told by what was known at its as-of', async () => {
  const home: Home = {
    deviceId: 'home',
    lastDay: 60,
    verifiedOn: '2026-10-10',
    oftenFrom: 25,
  };
  const homes = [home, { deviceId: 'late', lastDay: 60 }, { deviceId: 'sum', lastDay: 20 }];
  const members = [member('W', 'home'), member('W', 'sum', { role: 'supply' })];
  const within = (await built(homes, members))?.meters;
  expect(within?.map(({ reads }) => reads?.intervalUs)).toEqual([HOUR_US, HOUR_US, HOUR_US]);
  expect(within?.[0]).not.toHaveProperty('validFromUs');
  // in no district, or in it no longer, it goes by its own last reading
  for (const other of [[], [member('W', 'home', { toUs: after(10) }), ...members.slice(1)]]) {
    const alone = (await built(homes, other))?.meters[0];
    expect(alone?.reads?.intervalUs).toBe(HOUR_US / 4);
    expect(alone?.validFromUs).toBe(Date.UTC(2026, 9, 11) * 1000);
  }
});

test('how a meter in no district is read does not depend on when others are', async () => {
  const early = { deviceId: 'early', lastDay: 20 };
  const reads = async (others: readonly Home[]) =>
    (await built([early, ...others]))?.meters[0]?.reads;
  expect(await reads([])).toEqual({ intervalUs: HOUR_US, onGrid: 1 });
  expect(await reads([{ deviceId: 'late', lastDay: 60 }])).toEqual(await reads([]));
});

test('a tenant may have more meters than a function takes arguments', async () => {
  const silent = Array.from({ length: 200_000 }, (_, i) => ({ deviceId: `m${i}`, lastDay: 0 }));
  const input = await built(silent);
  // one reading each is no grid
  expect(input).toBeUndefined();
}, 60_000);

/** Days before the last reading from which on so many meters are looked at. */
async function daysLookedAt(meters: number, beside: readonly string[]): Promise<number> {
  let sinceUs = NaN;
  const homes = Array.from({ length: meters }, (_, i) => ({
    deviceId: `m${i}`,
    lastDay: 0,
    beside,
  }));
  await built(homes, [], (us) => {
    sinceUs = us;
  });
  return Math.floor((START_US - sinceUs) / DAY_US);
}

test('the more channels are read, reverse and pressure among them, the shorter is the time looked at', async () => {
  const all = ['water_volume_reverse', 'water_pressure'];
  expect(await daysLookedAt(10, all)).toBe(400);
  expect(await daysLookedAt(10_000, [])).toBe(400);
  expect(await daysLookedAt(10_000, all)).toBe(138);
  expect(await daysLookedAt(20_000, all)).toBe(120);
});
