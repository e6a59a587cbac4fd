import { expect, test } from 'vitest';
import type { DeviceResult } from '../src/lib/fleet-types.ts';
import { analyzeWaterFleet } from '../src/lib/water/water-fleet.ts';
import type { WaterFleetInput } from '../src/lib/water/water-types.ts';
import { healthyHomes, HOUR_US, homesWith, madeWater } from './made-district.ts';

const DAYS = 80;
const DAY_US = 24 * HOUR_US;
const MOVED = 7;

/** Two districts of 14 homes; one home is fed by A, and by B from a day on. */
function city(day: number, error?: (day: number) => number): WaterFleetInput {
  const change = {
    daily: 450,
    moves: { groupId: 'B', day },
    ...(error === undefined ? {} : { error }),
  };
  return madeWater(
    [
      { groupId: 'A', homes: homesWith(14, MOVED, change), leak: 0.1 },
      { groupId: 'B', homes: healthyHomes(14), leak: 0.1 },
    ],
    DAYS,
  );
}

/** The same with the meter moved in the lists on a day. */
function listed(made: WaterFleetInput, day: number): WaterFleetInput {
  const atUs = day * DAY_US;
  return {
    ...made,
    districts: made.districts.map((district) => ({
      ...district,
      members:
        district.groupId === 'A'
          ? district.members.map((one) => (one.meter === MOVED ? { ...one, toUs: atUs } : one))
          : [
              ...district.members,
              { meter: MOVED, role: 'consumer' as const, fromUs: atUs, toUs: Infinity },
            ],
    })),
  };
}

const until = (input: WaterFleetInput, day: number): WaterFleetInput => ({
  ...input,
  districts: input.districts.map((district) => ({ ...district, asOfUs: day * DAY_US })),
});

const ofMoved = (devices: readonly DeviceResult[]): DeviceResult | undefined =>
  devices.find(({ deviceId }) => deviceId === 'A-07');

/** Three homes of A come to B on day 60; `off`: the supply of A is read once a day. */
const withComing = (input: WaterFleetInput, off: boolean): WaterFleetInput => ({
  ...input,
  meters: input.meters.map((meter) =>
    off && meter.deviceId === 'A-SUM'
      ? { ...meter, reads: { intervalUs: DAY_US, onGrid: 0 } }
      : meter,
  ),
  districts: input.districts.map((district) =>
    district.groupId === 'A'
      ? district
      : {
          ...district,
          members: [
            ...district.members,
            ...[1, 2, 3].map((meter) => ({
              meter,
              role: 'consumer' as const,
              fromUs: 60 * DAY_US,
              toUs: Infinity,
            })),
          ],
        },
  ),
});

test('a home that moves from one district to another counts in each for its own time', () => {
  const { devices, areas } = analyzeWaterFleet(
    listed(
      city(25, () => -0.15),
      25,
    ),
  );
  expect(areas.map(({ status }) => status)).toEqual(['ok', 'ok']);
  const moved = ofMoved(devices);
  expect(moved).toMatchObject({ groupId: 'B', evidenceDays: DAYS - 25 });
  expect(moved?.intervalLow).toBeLessThan(-0.15);
  expect(moved?.intervalHigh).toBeGreaterThan(-0.15);
  expect(moved?.intervalHigh).toBeLessThan(0);
  expect(
    devices.filter(
      ({ recommendation, deviceId }) => recommendation !== 'none' && deviceId !== 'A-07',
    ),
  ).toEqual([]);
});

test('what moved too late in the lists is not where they say', () => {
  // fed by A to the end, listed in B since day 25
  const { devices, areas } = analyzeWaterFleet(listed(city(Infinity), 25));
  expect(areas.map(({ status }) => status)).toEqual(['unregistered_consumer', 'archive_error']);
  expect(areas[0]?.candidates.map(({ deviceId }) => deviceId)).toEqual(['A-07']);
  expect(areas[0]?.evidence.map(({ code }) => code)).toContain('arrived_meter');
  expect(ofMoved(devices)).toMatchObject({ indication: 'not_in_group', recommendation: 'inspect' });
});

test('who will be a member after as-of changes nothing before', () => {
  const made = city(60);
  const now = until(made, 55);
  const later = until(listed(made, 60), 55);
  expect(analyzeWaterFleet(later)).toEqual(analyzeWaterFleet(now));

  for (const off of [false, true]) {
    const { devices, areas } = analyzeWaterFleet(withComing(now, off));
    expect(areas.map(({ status }) => status)).toEqual([off ? 'not_synchronous' : 'ok', 'ok']);
    expect(devices.find(({ deviceId }) => deviceId === 'A-02')).toMatchObject({ groupId: 'A' });
  }
});

test('a meter in no district has evidence since its own last verification', () => {
  const made = city(60);
  const meters = made.meters.map((meter) => ({ ...meter, validFromUs: 50 * DAY_US }));
  const { devices } = analyzeWaterFleet({ ...made, meters, districts: [] });
  expect(devices.map(({ evidenceDays }) => evidenceDays)).toEqual(meters.map(() => DAYS - 50));
});
