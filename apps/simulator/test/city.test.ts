import { beforeAll, describe, expect, test } from 'vitest';

import { buildCity, type City, cityStartedAt, cityTables, originAt, truth } from '../src/index.ts';

const ORIGIN = '2026-10-19';
const tiny = (seed: number, days: number): City =>
  buildCity({ seed, size: 'tiny', origin: ORIGIN, days });

/** Values of two series that differ, NaN being equal to NaN. */
const differences = (short: ArrayLike<number>, long: ArrayLike<number>): number => {
  let count = 0;
  for (let k = 0; k < short.length; k += 1) if (!Object.is(short[k], long[k])) count += 1;
  return count;
};

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
const energy = (city: City): number =>
  city.truth.areas.reduce((sum, { supplyKwh }) => sum + total(supplyKwh), 0);

function seriesOf(city: City): Map<string, ArrayLike<number>> {
  const all = new Map<string, ArrayLike<number>>();
  for (const meter of city.electricity) {
    all.set(`${meter.deviceId} register`, meter.register);
    meter.voltages.forEach((series, phase) => all.set(`${meter.deviceId} v${phase}`, series));
  }
  for (const meter of city.water) {
    all.set(`${meter.deviceId} register`, meter.register);
    if (meter.pressure !== undefined) all.set(`${meter.deviceId} pressure`, meter.pressure);
    if (meter.reverseRegister !== undefined)
      all.set(`${meter.deviceId} reverse`, meter.reverseRegister);
  }
  for (const { deviceId, quantities } of city.air)
    for (const [name, series] of Object.entries(quantities)) all.set(`${deviceId} ${name}`, series);
  for (const area of city.truth.areas) all.set(`${area.groupId} loss`, area.lossKwh);
  return all;
}

describe('a city', () => {
  test('is the same for the same seed and another for another', () => {
    expect(seriesOf(tiny(5, 2))).toEqual(seriesOf(tiny(5, 2)));
    expect(cityTables(tiny(5, 1))).toEqual(cityTables(tiny(5, 1)));
    const other = seriesOf(tiny(6, 2)).get('E-A1-0001 register');
    expect(
      differences(seriesOf(tiny(5, 2)).get('E-A1-0001 register') ?? [], other ?? []),
    ).toBeGreaterThan(100);
  });

  test('does not change its past when more days are built', () => {
    const short = tiny(5, 2);
    const long = tiny(5, 5);
    const longer = seriesOf(long);
    let compared = 0;
    for (const [name, series] of seriesOf(short)) {
      expect({ name, changed: differences(series, longer.get(name) ?? []) }).toEqual({
        name,
        changed: 0,
      });
      compared += series.length;
    }
    expect(compared).toBeGreaterThan(5000);
    expect(cityTables(long)).toEqual(cityTables(short));
    const at = Date.parse('2026-10-21T00:00:00Z');
    const faults = (city: City): unknown =>
      [...truth(city, at).meters, ...truth(city, at).sensors].map(
        ({ deviceId, fault, trueError }) => [deviceId, fault, trueError],
      );
    expect(faults(long)).toEqual(faults(short));
  });

  test('that is started at an instant has its whole history before that day, and readings up to the instant', () => {
    const at = Date.parse('2026-10-22T02:42:29Z');
    expect(originAt('tiny', at)).toBe('2026-10-19');
    const started = cityStartedAt(5, 'tiny', at);
    expect(truth(started, at).asOf).toBe('2026-10-22T02:42:29.000Z');
    expect(started.startMs + started.days * 86_400_000).toBeGreaterThan(at + 86_400_000);
    const history = seriesOf(tiny(5, 3));
    const longer = seriesOf(started);
    for (const [name, series] of history)
      expect({ name, changed: differences(series, longer.get(name) ?? []) }).toEqual({
        name,
        changed: 0,
      });
  });

  test('has another week and season when its origin moves', () => {
    const spring = buildCity({ seed: 5, size: 'tiny', origin: '2026-04-15', days: 1 });
    const autumn = tiny(5, 1);
    expect(energy(spring)).not.toBeCloseTo(energy(autumn), 0);
    expect(() => buildCity({ seed: 5, size: 'tiny', origin: '15/04/2026' })).toThrow(RangeError);
  });
});

describe('a small city of 35 days', () => {
  let city: City;
  beforeAll(() => {
    city = buildCity({ seed: 3, size: 'small', origin: ORIGIN });
  }, 60_000);

  test('has six areas of 40 to 60 listed meters with a supply, a water district and nine air stations', () => {
    const { devices, groups, members } = cityTables(city);
    const areas = groups.filter(({ kind }) => kind === 'electricity_area');
    expect(areas).toHaveLength(6);
    for (const { group_id: groupId } of areas) {
      const listed = members.filter((member) => member.group_id === groupId);
      expect(listed.filter(({ role }) => role === 'supply')).toHaveLength(1);
      const consumers = listed.filter(({ role }) => role === 'consumer').length;
      expect(consumers).toBeGreaterThanOrEqual(40);
      expect(consumers).toBeLessThanOrEqual(60);
    }
    expect(city.water).toHaveLength(31);
    expect(city.air).toHaveLength(9);
    const ids = devices.map(({ device_id: id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(members.every(({ device_id: id }) => ids.includes(id))).toBe(true);
    const reporting = [...city.electricity, ...city.water, ...city.air];
    expect(reporting.every(({ deviceId }) => ids.includes(deviceId))).toBe(true);
  });

  test('lists its misfiled meter like any other of the area: on a feeder that the area has', () => {
    const { members } = cityTables(city);
    const wrong = truth(city).meters.find(({ listedIn, fedBy }) => listedIn !== fedBy);
    const row = members.find(({ device_id: id }) => id === wrong?.deviceId);
    expect(row?.group_id).toBe(wrong?.listedIn);
    expect(wrong?.deviceId.startsWith(`${wrong.listedIn}-`)).toBe(true);
    const others = members.filter((m) => m.group_id === row?.group_id && m !== row);
    expect(others.map(({ feeder }) => feeder)).toContain(row?.feeder);
  });

  test('loses between 1 and 4 % in each area, and keeps its voltages in a plausible band', () => {
    for (const { lossRatio } of city.truth.areas) {
      expect(lossRatio).toBeGreaterThan(0.01);
      expect(lossRatio).toBeLessThan(0.04);
    }
    for (const { deviceId, voltages } of city.electricity)
      for (const series of voltages)
        for (const value of series)
          if (!Number.isNaN(value) && (value < 160 || value > 250))
            expect.fail(`${deviceId} ${value} V`);
  });

  test('conserves energy: the supply is what the fed meters take plus the loss', () => {
    for (const area of city.truth.areas) {
      const fed = city.truth.meters.filter(({ fedBy }) => fedBy === area.groupId);
      const hours = area.supplyKwh.length / 4;
      const sold = fed.reduce((sum, { meanWatts }) => sum + (meanWatts * hours) / 1000, 0);
      const supplied = total(area.supplyKwh);
      expect(Math.abs(supplied - total(area.lossKwh) - sold)).toBeLessThan(1e-6 * supplied);
    }
  });

  test('has registers that never fall, and few readings missing', () => {
    let missing = 0;
    let all = 0;
    for (const { deviceId, register } of [...city.electricity, ...city.water]) {
      let last = 0;
      for (const value of register) {
        all += 1;
        if (Number.isNaN(value)) {
          missing += 1;
          continue;
        }
        if (value < last) expect.fail(`${deviceId} falls from ${last} to ${value}`);
        last = value;
      }
    }
    expect(missing / all).toBeGreaterThan(0.002);
    expect(missing / all).toBeLessThan(0.006);
  });

  test('puts its drifts on meters above 100 W and tells their true error at as-of', () => {
    const { meters } = truth(city);
    const drifted = meters.filter(({ fault }) => fault !== null && fault.kind !== 'stopped');
    expect(drifted.length).toBeGreaterThanOrEqual(12);
    for (const { fault, trueError, baseError, meanWatts } of drifted) {
      expect(meanWatts).toBeGreaterThan(100);
      if (fault !== null && fault.kind !== 'stopped')
        expect(trueError - baseError).toBeCloseTo(fault.size, 9);
    }
    const healthy = meters.filter(({ fault }) => fault === null).map(({ trueError }) => trueError);
    const mean = healthy.reduce((sum, e) => sum + e, 0) / healthy.length;
    const sd = Math.sqrt(healthy.reduce((sum, e) => sum + (e - mean) ** 2, 0) / healthy.length);
    expect(sd).toBeGreaterThan(0.002);
    expect(sd).toBeLessThan(0.0045);
    expect(meters.filter(({ listedIn, fedBy }) => listedIn !== fedBy)).toHaveLength(1);
    expect(meters.filter(({ fault }) => fault?.kind === 'stopped')).toHaveLength(1);
  });

  test('keeps its clocks within seconds, and a supply quantum below 2 % of a mean interval', () => {
    const clocks = truth(city).meters.map(({ clockError }) => clockError);
    const sd = Math.sqrt(clocks.reduce((sum, c) => sum + c * c, 0) / clocks.length);
    expect(sd).toBeGreaterThan(4);
    expect(sd).toBeLessThan(6);
    for (const { supplyId, supplyKwh } of city.truth.areas) {
      const meter = city.electricity.find(({ deviceId }) => deviceId === supplyId);
      const shown = [...(meter?.register ?? [])].filter((value) => !Number.isNaN(value));
      // The greatest step all differences are multiples of, in W.h.
      const increments = shown.slice(1).map((v, k) => Math.round(1000 * (v - (shown[k] ?? 0))));
      const quantum = increments.reduce(greatestCommonDivisor) / 1000;
      const mean = supplyKwh.reduce((sum, value) => sum + value, 0) / supplyKwh.length;
      expect(quantum).toBeGreaterThan(0.001);
      expect(quantum).toBeLessThan(0.02 * mean);
    }
  });
});

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);
}
