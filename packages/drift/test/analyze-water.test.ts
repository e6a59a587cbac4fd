import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import type { DeviceResult } from '../src/lib/fleet-types.ts';
import { analyzeWater, answerWater } from '../src/lib/water/analyze-water.ts';
import { listedWaterMeters } from '../src/lib/water/conclude-water.ts';
import { districtResidual } from '../src/lib/water/district-residual.ts';
import { analyzeWaterFleet } from '../src/lib/water/water-fleet.ts';
import type { WaterFleetInput, WaterMeterSeries } from '../src/lib/water/water-types.ts';
import { healthyHomes, HOUR_US, homesWith, madeWater } from './made-district.ts';

const DAYS = 70;
const STOPPED = 3;
const STOPPED_FROM = 54;
const REVERSED = 5;

const isDay = (k: number): boolean => k % 24 >= 7 && k % 24 < 22;

/** A district in which one home's register stands still while people are at home, and another one runs backwards at night. */
function district(): WaterFleetInput {
  const made = madeWater(
    [{ groupId: 'W', homes: homesWith(20, 7, { error: () => -0.2 }), leak: 0.1 }],
    DAYS,
  );
  return {
    ...made,
    meters: made.meters.map((meter, i): WaterMeterSeries => {
      if (i === STOPPED) {
        const last = at(meter.register, 24 * STOPPED_FROM);
        return {
          ...meter,
          register: meter.register.map((value) => Math.min(value, last)),
          otherUse: meter.register.map((_, k) =>
            k === 0 ? NaN : isDay(k) ? 0.5 + 0.1 * (k % 5) : 0.06,
          ),
        };
      }
      if (i === REVERSED)
        return {
          ...meter,
          reverseRegister: meter.register.map((_, k) =>
            k < 24 * 40 ? 0 : Math.floor((k - 24 * 40) / 6) * 0.02,
          ),
        };
      return meter;
    }),
  };
}

/** The first reading of the value it kept is the last one that is known to be right. */
function untilItStood(register: Float64Array): Float64Array {
  const last = register.indexOf(register.at(-1) ?? NaN);
  return register.map((value, k) => (k > last ? NaN : value));
}

const input = district();
const balances = analyzeWaterFleet({
  ...input,
  meters: input.meters.map((meter, i) =>
    i === STOPPED
      ? {
          ...meter,
          register: untilItStood(meter.register),
        }
      : meter,
  ),
});
const whole = analyzeWater(input);
const said = (results: readonly DeviceResult[], i: number): DeviceResult | undefined =>
  results.find(({ deviceId }) => deviceId === input.meters[i]?.deviceId);

test('a meter that stands still while people are at home is stopped, and no error is stated', () => {
  const result = said(whole.devices, STOPPED);
  expect(result).toMatchObject({
    indication: 'stopped',
    recommendation: 'inspect',
    groupId: 'W',
    history: [],
  });
  expect(result).not.toHaveProperty('errorEstimate');
  expect(result).not.toHaveProperty('minimumDetectable');
  expect(result?.evidence.map(({ code }) => code)).toContain('water_stopped');
});

test('a meter that counts backwards is told so', () => {
  expect(said(whole.devices, REVERSED)).toMatchObject({
    indication: 'reverse',
    recommendation: 'inspect',
  });
});

test('of all others the answer is that of the balance without what the standing meter says, with what the meter itself shows', () => {
  for (const i of input.meters.keys()) {
    if (i === STOPPED || i === REVERSED) continue;
    const { evidence: own, ...result } = said(whole.devices, i) ?? { evidence: [] };
    const { evidence, ...balance } = said(balances.devices, i) ?? { evidence: [] };
    expect(result).toEqual({ ...balance, quantity: 'water_volume' });
    expect(own.slice(0, evidence.length)).toEqual(evidence);
  }
  expect(whole.areas).toEqual(balances.areas);
});

test('on the lists stand the meters whose probability is published, and no other', () => {
  const published = whole.devices.flatMap(({ deviceId, probabilityDrifted }) =>
    probabilityDrifted === undefined ? [] : deviceId,
  );
  // both have an estimate in the balance, and a fault is said of them
  for (const i of [STOPPED, REVERSED]) expect(published).not.toContain(input.meters[i]?.deviceId);
  expect(listedWaterMeters(answerWater(input)).map(({ deviceId }) => deviceId)).toEqual(published);
});

test('the residual is the leak, and NaN where a member was not read', () => {
  const gone = input.meters.map((meter, i) =>
    i === 0 ? { ...meter, register: meter.register.with(100, NaN) } : meter,
  );
  const [first] = input.districts;
  if (first === undefined) throw new Error('no district');
  const residual = districtResidual({ ...input, meters: gone }, first) ?? new Float64Array();
  expect([at(residual, 0), at(residual, 100), at(residual, 101)]).toEqual([NaN, NaN, NaN]);
  const supply = input.meters.at(-1)?.register ?? new Float64Array();
  const consumed = input.meters
    .slice(0, -1)
    .reduce((sum, { register }) => sum + at(register, 51) - at(register, 50), 0);
  expect(at(residual, 51)).toBeCloseTo(at(supply, 51) - at(supply, 50) - consumed, 9);
  const early = districtResidual(input, { ...first, asOfUs: 60 * HOUR_US });
  expect(at(early ?? new Float64Array(), 61)).toBeNaN();
});

test('a meter in no district is looked at until its own as-of, whatever that of a district', () => {
  const endUs = 24 * DAYS * HOUR_US;
  const meters = input.meters.map((meter) => ({ ...meter, asOfUs: endUs }));
  const alone = analyzeWater({ ...input, meters, districts: [] });
  expect(said(alone.devices, STOPPED)).toMatchObject({
    indication: 'stopped',
    recommendation: 'inspect',
    asOfUs: endUs,
  });
  const stale = madeWater([{ groupId: 'A', homes: healthyHomes(3) }], DAYS);
  const beside = analyzeWater({
    ...input,
    meters: [...meters, ...stale.meters],
    districts: stale.districts.map(({ groupId, members }) => ({
      groupId,
      asOfUs: 24 * 30 * HOUR_US,
      members: members.map((member) => ({ ...member, meter: member.meter + meters.length })),
    })),
  });
  expect(said(beside.devices, STOPPED)).toMatchObject({ indication: 'stopped', asOfUs: endUs });
  const early = meters.map((meter) => ({ ...meter, asOfUs: 24 * 50 * HOUR_US }));
  expect(
    said(analyzeWater({ ...input, meters: early, districts: [] }).devices, STOPPED),
  ).toMatchObject({
    indication: 'no_reference',
    recommendation: 'none',
    asOfUs: 24 * 50 * HOUR_US,
  });
});

test('a stopped meter says of its district what is said of it without what the standing meters say', () => {
  const from = 24 * 40;
  const standing = input.meters.map((meter, i): WaterMeterSeries => {
    if (i > 2) return meter;
    const last = at(meter.register, from);
    return {
      ...meter,
      register: meter.register.map((value) => Math.min(value, last)),
      otherUse: meter.register.map((_, k) =>
        k === 0 ? NaN : isDay(k) ? 0.5 + 0.1 * (k % 5) : 0.06,
      ),
    };
  });
  const { devices, areas } = analyzeWater({ ...input, meters: standing });
  expect(areas[0]?.status).toBe('incomplete');
  for (const i of [0, 1, 2])
    expect(said(devices, i)).toMatchObject({ indication: 'stopped', groupStatus: 'incomplete' });
});

/** Home `A-07` is a member of A until day 30, of B since then, and drinks B's water all the time; its people use electricity as ever. */
function moved(): WaterFleetInput {
  const made = madeWater(
    [
      { groupId: 'A', homes: homesWith(20, 7, { fedBy: 'B', daily: 500, stops: 50 }), leak: 0.1 },
      { groupId: 'B', homes: healthyHomes(20), leak: 0.1 },
    ],
    DAYS,
  );
  const sinceUs = 24 * 30 * HOUR_US;
  return {
    ...made,
    meters: made.meters.map((meter, i) =>
      i === 7 ? { ...meter, otherUse: meter.register.map((_, k) => 0.3 + 0.1 * (k % 5)) } : meter,
    ),
    districts: made.districts.map((listed) => ({
      ...listed,
      members:
        listed.groupId === 'A'
          ? listed.members.map((member) =>
              member.meter === 7 ? { ...member, toUs: sinceUs } : member,
            )
          : [
              ...listed.members,
              { meter: 7, role: 'consumer' as const, fromUs: sinceUs, toUs: Infinity },
            ],
    })),
  };
}

test('a home that was moved is judged by what is left over where it is now', () => {
  expect(analyzeWater(moved()).devices.find(({ deviceId }) => deviceId === 'A-07')).toMatchObject({
    indication: 'stopped',
    recommendation: 'inspect',
    groupId: 'B',
  });
});

test('a consumer of one district that is the supply of another one now is not judged as a home', () => {
  const sinceUs = 24 * 30 * HOUR_US;
  const [first] = input.districts;
  if (first === undefined) throw new Error('no district');
  const { devices } = analyzeWater({
    ...input,
    districts: [
      {
        ...first,
        members: first.members.map((member) =>
          member.meter === REVERSED ? { ...member, toUs: sinceUs } : member,
        ),
      },
      {
        groupId: 'Z',
        asOfUs: first.asOfUs,
        members: [{ meter: REVERSED, role: 'supply', fromUs: sinceUs, toUs: Infinity }],
      },
    ],
  });
  expect(said(devices, REVERSED)).toMatchObject({
    indication: 'no_reference',
    recommendation: 'none',
    groupId: 'Z',
  });
});
