import { expect, test } from 'vitest';
import { analyzeWaterFleet } from '../src/lib/water/water-fleet.ts';
import type { WaterFleetInput } from '../src/lib/water/water-types.ts';
import { counterAt } from '../src/lib/water/read-phase.ts';
import { healthyHomes, homesWith, madeWater } from './made-district.ts';

const HALF_US = 1800e6;

/** The same fleet with some districts, and the meters whose ids begin with one of `ids`, half an hour later. */
function halfPast(fleet: WaterFleetInput, ids: readonly string[]): WaterFleetInput {
  const isLate = (id: string): boolean => ids.some((start) => id.startsWith(start));
  return {
    ...fleet,
    meters: fleet.meters.map((meter) =>
      isLate(meter.deviceId) ? { ...meter, phaseUs: HALF_US } : meter,
    ),
    districts: fleet.districts.map((district) =>
      isLate(district.groupId)
        ? { ...district, phaseUs: HALF_US, asOfUs: district.asOfUs + HALF_US }
        : district,
    ),
  };
}

test('a district that is read at another minute is judged as any other', () => {
  const fleet = madeWater(
    [
      { groupId: 'W1', homes: homesWith(12, 5, { error: () => -0.12 }) },
      { groupId: 'W2', homes: homesWith(12, 3, { error: () => -0.12 }) },
    ],
    50,
  );
  const whole = analyzeWaterFleet(fleet);
  const half = analyzeWaterFleet(halfPast(fleet, ['W2']));
  expect(half.areas.map(({ status }) => status)).toEqual(['ok', 'ok']);
  expect(half.areas[1]?.asOfUs).toBe((whole.areas[1]?.asOfUs ?? 0) + HALF_US);
  const said = ({ devices }: typeof whole) =>
    devices.map(({ deviceId, recommendation, errorEstimate, evidenceDays }) => [
      deviceId,
      recommendation,
      errorEstimate,
      evidenceDays,
    ]);
  expect(said(half)).toEqual(said(whole));
  expect(half.devices.find(({ deviceId }) => deviceId === 'W2-03')?.recommendation).toBe(
    'reverify',
  );
});

test('one member that is read at another minute is left out, many of them refuse the district', () => {
  const fleet = madeWater([{ groupId: 'W1', homes: healthyHomes(12) }], 30);
  const one = analyzeWaterFleet(halfPast(fleet, ['W1-03']));
  expect(one.areas[0]?.status).toBe('ok');
  expect(one.areas[0]?.evidence).toContainEqual({
    code: 'left_out',
    values: { device_id: 'W1-03' },
  });
  const two = analyzeWaterFleet(halfPast(fleet, ['W1-03', 'W1-04']));
  expect(two.areas[0]?.status).toBe('not_synchronous');
  const supply = analyzeWaterFleet(halfPast(fleet, ['W1-SUM']));
  expect(supply.areas[0]?.status).toBe('not_synchronous');
});

test('who was a member at another minute takes the time of the membership with it, no more', () => {
  const fleet = madeWater([{ groupId: 'W1', homes: healthyHomes(12) }], 40);
  const [district] = fleet.districts;
  if (district === undefined) throw new RangeError('no district');
  const members = district.members.map((member) =>
    member.meter === 3 ? { ...member, toUs: 15 * 86_400e6 } : member,
  );
  const moved: WaterFleetInput = {
    ...halfPast(fleet, ['W1-03']),
    districts: [{ ...district, members }],
  };
  const { areas } = analyzeWaterFleet(moved);
  expect(areas[0]?.evidence[0]?.values['share']).toBeCloseTo(25 / 40, 2);
});

test('a meter that is read at another minute is named where it is fed, and joins no balance', () => {
  // read half an hour later, and says so
  const homes = homesWith(21, 20, { daily: 450, unlisted: true, late: 0.5 });
  const fleet = madeWater([{ groupId: 'W1', homes }], 45);
  const result = analyzeWaterFleet(halfPast(fleet, ['W1-20']));
  expect(result.areas[0]?.status).toBe('unregistered_consumer');
  expect(result.areas[0]?.candidates.map(({ deviceId }) => deviceId)).toEqual(['W1-20']);
  expect(result.areas[0]?.evidence).toContainEqual({
    code: 'candidate_other_minute',
    values: { device_id: 'W1-20', minutes: 30 },
  });
  const byId = new Map(result.devices.map((device) => [device.deviceId, device]));
  expect(byId.get('W1-20')).toMatchObject({
    indication: 'no_reference',
    recommendation: 'inspect',
  });
  expect(byId.get('W1-04')?.errorEstimate).toBeUndefined();
  expect(byId.get('W1-04')?.indication).toBe('group_inconsistent');
});

test('a counter between its readings goes on evenly; what is not known on either side is not', () => {
  const counter = Float64Array.of(0, 4, Number.NaN, 10, 12);
  expect([...counterAt(counter, 0.25)]).toEqual([1, Number.NaN, Number.NaN, 10.5, Number.NaN]);
  expect([...counterAt(counter, -0.25)]).toEqual([Number.NaN, 3, Number.NaN, Number.NaN, 11.5]);
  expect(counterAt(counter, 0)).toBe(counter);
});
