import { expect, test } from 'vitest';
import type { DeviceResult } from '../src/lib/fleet-types.ts';
import { analyzeWaterFleet } from '../src/lib/water/water-fleet.ts';
import type { WaterFleetInput, WaterFleetResult } from '../src/lib/water/water-types.ts';
import { healthyHomes, homesWith, HOUR_US, madeWater } from './made-district.ts';

const DAY_US = 24 * HOUR_US;

function deviceOf(result: WaterFleetResult, deviceId: string): DeviceResult {
  const found = result.devices.find((device) => device.deviceId === deviceId);
  if (found === undefined) throw new RangeError(`no device ${deviceId}`);
  return found;
}

function homesOf(result: WaterFleetResult, groupId: string): DeviceResult[] {
  return result.devices.filter(
    ({ deviceId }) => deviceId.startsWith(groupId) && !deviceId.endsWith('SUM'),
  );
}

const small = madeWater(
  [
    {
      groupId: 'W1',
      homes: homesWith(24, 5, { error: () => -0.1 }),
      bursts: [
        { from: 500, to: 540, flow: 300 },
        { from: 1200, to: 1201, flow: 9000 },
      ],
    },
  ],
  60,
);
const found = analyzeWaterFleet(small);

test('a meter that reads 10 % too little is found, its healthy neighbours are within their limits', () => {
  const drifted = deviceOf(found, 'W1-05');
  expect(drifted).toMatchObject({
    groupId: 'W1',
    groupStatus: 'ok',
    indication: 'drift_likely',
    recommendation: 'reverify',
  });
  expect(drifted.errorEstimate).toBeCloseTo(-0.1, 1);
  expect(drifted.intervalLow).toBeLessThan(-0.1);
  expect(drifted.intervalHigh).toBeGreaterThan(-0.1);
  const others = homesOf(found, 'W1').filter(({ deviceId }) => deviceId !== 'W1-05');
  expect(others.map(({ recommendation }) => recommendation)).toEqual(others.map(() => 'none'));
  for (const home of others) expect(home.minimumDetectable).toBeGreaterThan(0.05);
  const holding = others.filter(
    ({ intervalLow = NaN, intervalHigh = NaN }) => intervalLow < 0 && intervalHigh > 0,
  );
  // 95 % of 23
  expect(holding.length).toBeGreaterThanOrEqual(21);
});

test('every meter has one answer; the supply none about itself', () => {
  expect(found.devices.map(({ deviceId }) => deviceId)).toEqual(
    small.meters.map(({ deviceId }) => deviceId),
  );
  const supply = deviceOf(found, 'W1-SUM');
  expect(supply).toMatchObject({ indication: 'no_reference', recommendation: 'none' });
  expect(supply.errorEstimate).toBeUndefined();
});

test('the same input gives the same result, to the last bit', () => {
  expect(analyzeWaterFleet(small)).toEqual(found);
});

test('nothing after as-of is looked at', () => {
  const [district] = small.districts;
  const [meter] = small.meters;
  if (district === undefined || meter === undefined) throw new RangeError('no district');
  const asOfUs = 40 * DAY_US;
  const early: WaterFleetInput = { ...small, districts: [{ ...district, asOfUs }] };
  const changed: WaterFleetInput = {
    ...early,
    meters: small.meters.map((series) => ({
      ...series,
      register: series.register.map((value, k) => (k > 40 * 24 ? value * 3 : value)),
    })),
  };
  expect(analyzeWaterFleet(changed)).toEqual(analyzeWaterFleet(early));
  expect(deviceOf(analyzeWaterFleet(early), 'W1-05').recommendation).not.toBe('reverify');
});

test('history is stated by weeks and ends with the answer', () => {
  const { history, errorEstimate, intervalLow, asOfUs } = deviceOf(found, 'W1-05');
  expect(history.length).toBeGreaterThanOrEqual(5);
  expect(history.at(-1)).toMatchObject({ asOfUs, errorEstimate, intervalLow });
  const [first] = history;
  expect((first?.intervalHigh ?? 0) - (first?.intervalLow ?? 0)).toBeGreaterThan(
    (history.at(-1)?.intervalHigh ?? 0) - (history.at(-1)?.intervalLow ?? 0),
  );
});

test('meters read at instants of their own refuse the district and say what to change', () => {
  const apart = homesWith(24, 5, { error: () => -0.1 }).map((home) => ({ ...home, onGrid: 0.02 }));
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes: apart }], 60));
  expect(result.areas[0]).toMatchObject({ status: 'not_synchronous' });
  expect(result.areas[0]?.evidence[0]).toMatchObject({
    code: 'reads_not_synchronous',
    values: { meters: 24, of: 25, on_grid: 0.02, interval_minutes: 60, wanted: 60 },
  });
  for (const home of homesOf(result, 'W1')) {
    expect(home).toMatchObject({ indication: 'group_inconsistent', recommendation: 'none' });
    expect(home.errorEstimate).toBeUndefined();
  }
});

test('daily readings refuse the district', () => {
  const result = analyzeWaterFleet(
    madeWater([{ groupId: 'W1', homes: healthyHomes(12), every: 24 }], 60),
  );
  expect(result.areas[0]).toMatchObject({ status: 'not_synchronous' });
  expect(result.areas[0]?.evidence[0]?.values).toMatchObject({ interval_minutes: 1440 });
});

test('a single meter read at other instants is left out, and the rest estimated', () => {
  const homes = homesWith(40, 3, { onGrid: 0 });
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes }], 40));
  expect(result.areas[0]?.status).toBe('ok');
  expect(result.areas[0]?.evidence).toContainEqual({
    code: 'left_out',
    values: { device_id: 'W1-03' },
  });
  expect(deviceOf(result, 'W1-03').errorEstimate).toBeUndefined();
  expect(deviceOf(result, 'W1-04').errorEstimate).toBeDefined();
});

/** 24 homes of which some send nothing after 25 days of 50. */
function silent(which: readonly number[]): WaterFleetInput {
  const fleet = madeWater([{ groupId: 'W1', homes: healthyHomes(24) }], 50);
  return {
    ...fleet,
    meters: fleet.meters.map((meter, i) =>
      which.includes(i)
        ? { ...meter, register: meter.register.map((value, k) => (k > 600 ? NaN : value)) }
        : meter,
    ),
  };
}

test('a meter that falls silent is left out, many of them leave no balance', () => {
  const one = analyzeWaterFleet(silent([3]));
  expect(one.areas[0]?.status).toBe('ok');
  expect(deviceOf(one, 'W1-03').errorEstimate).toBeUndefined();
  expect(homesOf(one, 'W1').every(({ recommendation }) => recommendation === 'none')).toBe(true);
  expect(deviceOf(one, 'W1-04').indication).toBe('within_limits');
  expect(analyzeWaterFleet(silent([3, 4, 5])).areas[0]?.status).toBe('incomplete');
});

test('readings that carry the full hour but were taken apart refuse the district', () => {
  const apart = healthyHomes(24).map((home, i) => ({ ...home, late: ((i * 0.618) % 1) - 0.2 }));
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes: apart }], 45));
  expect(result.areas[0]?.status).toBe('not_synchronous');
  const item = result.areas[0]?.evidence.find(({ code }) => code === 'reads_apart');
  expect(item?.values['of']).toBe(24);
  expect(Number(item?.values['minutes'])).toBeGreaterThan(15);
  expect(Number(item?.values['minutes'])).toBeLessThan(60);
});

test('one clock that is wrong is told as such and costs the others nothing', () => {
  const homes = homesWith(24, 5, { late: 0.5, daily: 400 });
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes }], 45));
  expect(result.areas[0]?.status).toBe('ok');
  const device = deviceOf(result, 'W1-05');
  expect(device).toMatchObject({ indication: 'clock_fault', recommendation: 'inspect' });
  const minutes = Number(device.evidence[0]?.values['minutes']);
  expect(minutes).toBeGreaterThan(20);
  expect(minutes).toBeLessThan(45);
  const others = homesOf(result, 'W1').filter(({ deviceId }) => deviceId !== 'W1-05');
  expect(others.every(({ recommendation }) => recommendation === 'none')).toBe(true);
});

test('too many homes behind one sum meter are refused with what would do', () => {
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes: healthyHomes(150) }], 30));
  expect(result.areas[0]).toMatchObject({
    status: 'too_large',
    evidence: [{ code: 'too_many_homes', values: { homes: 150, sum_meters: 4 } }],
  });
  expect(homesOf(result, 'W1').every(({ indication }) => indication === 'group_inconsistent')).toBe(
    true,
  );
});

test('a house of eight flats without a leak', () => {
  const homes = homesWith(8, 2, { error: () => -0.08 });
  const result = analyzeWaterFleet(
    madeWater([{ groupId: 'H1', homes, leak: 0, pressure: false, supplyQuantum: 0.001 }], 60),
  );
  expect(result.areas[0]?.status).toBe('ok');
  expect(deviceOf(result, 'H1-02').recommendation).toBe('reverify');
  expect(
    homesOf(result, 'H1').filter(({ recommendation }) => recommendation !== 'none'),
  ).toHaveLength(1);
});

test('a meter whose water is not in the supply is told as such where it is listed and where it is fed', () => {
  const result = analyzeWaterFleet(
    madeWater(
      [
        { groupId: 'W1', homes: homesWith(20, 4, { daily: 500, fedBy: 'W2' }) },
        { groupId: 'W2', homes: healthyHomes(20) },
      ],
      45,
    ),
  );
  expect(result.areas.map(({ status }) => status)).toEqual([
    'archive_error',
    'unregistered_consumer',
  ]);
  expect(deviceOf(result, 'W1-04')).toMatchObject({
    indication: 'not_in_group',
    recommendation: 'inspect',
  });
  expect(result.areas[1]?.candidates.map(({ deviceId }) => deviceId)).toEqual(['W1-04']);
  expect(deviceOf(result, 'W1-05').errorEstimate).toBeDefined();
});

test('a meter in no list that the supply feeds is named', () => {
  const homes = homesWith(21, 20, { daily: 450, unlisted: true });
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes }], 45));
  expect(result.areas[0]?.status).toBe('unregistered_consumer');
  expect(result.areas[0]?.candidates.map(({ deviceId }) => deviceId)).toEqual(['W1-20']);
  expect(deviceOf(result, 'W1-20')).toMatchObject({
    indication: 'no_reference',
    recommendation: 'inspect',
  });
});

test('more loss than is possible, and steps of the supply that hide it, refuse the district', () => {
  const lossy = analyzeWaterFleet(
    madeWater([{ groupId: 'W1', homes: healthyHomes(12), leak: 2.5 }], 30),
  );
  expect(lossy.areas[0]?.status).toBe('loss_out_of_range');
  const coarse = analyzeWaterFleet(
    madeWater([{ groupId: 'W1', homes: healthyHomes(12), supplyQuantum: 1 }], 30),
  );
  expect(coarse.areas[0]?.status).toBe('supply_resolution');
});

test('a home that nobody lives in any more is on no list, and nothing is claimed of it', () => {
  const homes = homesWith(20, 7, { emptyFrom: 40 });
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes }], 60));
  const empty = deviceOf(result, 'W1-07');
  expect(empty).toMatchObject({ indication: 'not_resolvable', recommendation: 'none' });
  expect(empty.errorEstimate).toBeUndefined();
  expect(empty.probabilityDrifted).toBeUndefined();
});

test('a meter that stops leaves a home unmetered, and its neighbours do not pay for it', () => {
  const homes = homesWith(16, 7, { daily: 900, stops: 60 });
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes, alike: true }], 85));
  expect(result.areas[0]?.status).toBe('ok');
  const listed = homesOf(result, 'W1').filter(({ recommendation }) => recommendation !== 'none');
  expect(listed.map(({ deviceId }) => deviceId)).toEqual([]);
  expect(deviceOf(result, 'W1-07').indication).toBe('not_resolvable');
});

test('a register that is set costs an hour, and a pressure sensor that tells nothing is not believed', () => {
  const fleet = madeWater([{ groupId: 'W1', homes: homesWith(16, 5, { error: () => -0.12 }) }], 60);
  const changed: WaterFleetInput = {
    ...fleet,
    meters: fleet.meters.map((meter) => ({
      ...meter,
      ...(meter.deviceId === 'W1-02'
        ? { permanentFlow: 2.5, register: meter.register.map((m3, k) => (k > 700 ? m3 + 248 : m3)) }
        : {}),
      ...(meter.pressure === undefined ? {} : { pressure: meter.pressure.map(() => 0) }),
    })),
  };
  const result = analyzeWaterFleet(changed);
  expect(result.areas[0]?.status).toBe('ok');
  const listed = homesOf(result, 'W1').filter(({ recommendation }) => recommendation !== 'none');
  expect(listed.map(({ deviceId }) => deviceId)).toEqual(['W1-05']);
});

test('a home whose pipe is shut tells nothing of the mains: its pressure does not count in these hours', () => {
  const { meters, ...rest } = madeWater(
    [{ groupId: 'W1', homes: homesWith(16, 5, { error: () => -0.12 }) }],
    60,
  );
  const inlet = meters.find(({ deviceId }) => deviceId === 'W1-SUM')?.pressure;
  if (inlet === undefined) throw new RangeError('no pressure at the inlet');
  const withShut = (shut: number): WaterFleetInput => ({
    ...rest,
    meters: meters.map((meter) => {
      if (!['W1-02', 'W1-03', 'W1-04'].includes(meter.deviceId)) return meter;
      const isShut = (k: number): boolean => meter.deviceId === 'W1-03' && k % 30 > 26;
      return { ...meter, pressure: inlet.map((bar, k) => (isShut(k) ? shut : bar - 0.2)) };
    }),
  });
  const empty = analyzeWaterFleet(withShut(0.04));
  expect(empty).toEqual(analyzeWaterFleet(withShut(NaN)));
  expect(empty).not.toEqual(analyzeWaterFleet(withShut(1.5)));
});

test('less than 45 days do not reach a work order', () => {
  const result = analyzeWaterFleet(
    madeWater([{ groupId: 'W1', homes: homesWith(16, 5, { error: () => -0.12 }) }], 40),
  );
  expect(deviceOf(result, 'W1-05')).toMatchObject({
    indication: 'drift_possible',
    recommendation: 'watch',
  });
});

test('an error that comes within the window is told with its time, and history was blind to it', () => {
  const homes = homesWith(20, 5, { daily: 500, error: (day) => (day < 45 ? 0 : -0.15) });
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes }], 90));
  const device = deviceOf(result, 'W1-05');
  expect(device.errorEstimate).toBeGreaterThan(-0.2);
  expect(device.errorEstimate).toBeLessThan(-0.1);
  const step = device.evidence.find(({ code }) => code === 'step');
  expect(Number(step?.values['start_day'])).toBeGreaterThanOrEqual(38);
  expect(Number(step?.values['start_day'])).toBeLessThanOrEqual(52);
  const before = device.history.filter(({ asOfUs }) => asOfUs <= 42 * DAY_US);
  expect(before.length).toBeGreaterThan(0);
  for (const point of before) expect(point.errorEstimate).toBeGreaterThan(-0.05);
});

const grows = (day: number): number => -0.14 * Math.min(1, Math.max(0, (day - 20) / 50));

test('what a meter was before its own verification says nothing of it', () => {
  const homes = homesWith(20, 5, { daily: 500, error: (day) => (day < 40 ? -0.2 : 0) });
  const fleet = madeWater([{ groupId: 'W1', homes }], 90);
  const verified: WaterFleetInput = {
    ...fleet,
    meters: fleet.meters.map((meter) =>
      meter.deviceId === 'W1-05' ? { ...meter, validFromUs: 40 * DAY_US } : meter,
    ),
  };
  const device = deviceOf(analyzeWaterFleet(verified), 'W1-05');
  expect(device).toMatchObject({ indication: 'within_limits', evidenceDays: 50 });
  expect(device.intervalLow).toBeGreaterThan(-0.05);
});

test('a home that hardly draws is on no list, and no error of it is stated', () => {
  const homes = homesWith(30, 5, { daily: 12, error: () => -0.1 });
  const device = deviceOf(analyzeWaterFleet(madeWater([{ groupId: 'W1', homes }], 60)), 'W1-05');
  expect(device).toMatchObject({ indication: 'not_resolvable', recommendation: 'none' });
  expect(device.minimumDetectable).toBeGreaterThan(0.15);
  expect(device.errorEstimate).toBeUndefined();
  expect(device.intervalLow).toBeUndefined();
});

test('errors that grow within the window do not put their neighbours on a list', () => {
  const homes = healthyHomes(24).map((home, i) =>
    i === 3 || i === 11 ? { daily: 700, error: grows } : home,
  );
  const result = analyzeWaterFleet(madeWater([{ groupId: 'W1', homes }], 90));
  const listed = homesOf(result, 'W1').filter(({ recommendation }) => recommendation !== 'none');
  expect(listed.map(({ deviceId }) => deviceId)).toEqual(['W1-03', 'W1-11']);
  for (const device of listed) {
    expect(device.intervalLow).toBeLessThan(-0.14);
    expect(device.intervalHigh).toBeGreaterThan(-0.14);
    expect(device.driftPerYear).toBeLessThan(0);
  }
});

test('where the leak would have to do what no leak does, nothing is stated of the homes', () => {
  const made = madeWater([{ groupId: 'W1', homes: healthyHomes(16), leak: 1 }], 60);
  // a sensor that shows four times the swings, upside down
  const meters = made.meters.map((meter) =>
    meter.pressure === undefined
      ? meter
      : { ...meter, pressure: meter.pressure.map((bar) => 3 - 4 * (bar - 3)) },
  );
  const { areas, devices } = analyzeWaterFleet({ ...made, meters });
  expect(areas[0]?.status).toBe('incomplete');
  const told = areas[0]?.evidence.find(({ code }) => code === 'leak_not_told');
  expect(told?.values['deviations']).toBeGreaterThan(5);
  for (const home of devices.filter(({ deviceId }) => !deviceId.endsWith('SUM'))) {
    expect(home).toMatchObject({ indication: 'group_inconsistent', recommendation: 'none' });
    expect(home.errorEstimate).toBeUndefined();
  }
  expect(analyzeWaterFleet(made).areas[0]?.status).toBe('ok');
});
