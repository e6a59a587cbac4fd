import { describe, expect, it } from 'vitest';
import { drawCustomer } from '../src/lib/customer.ts';
import { type Residents, residentsOf } from '../src/lib/shared-homes.ts';
import { places } from '../src/lib/tables.ts';
import { buildWaterDistrict, type WaterDistrict } from '../src/lib/water-district.ts';
import { gainAt } from '../src/lib/water-meter.ts';
import { airRatio, waterError } from '../src/lib/water-truth.ts';

const START = Date.UTC(2026, 9, 19);
const HOURS = 24 * 91;
const street = (seed: number): ReturnType<typeof places> => places(seed, 2);
const residents = (seed: number): Map<number, Residents> =>
  residentsOf(
    seed,
    30,
    Array.from({ length: 45 }, (_, index) => ({
      customer: drawCustomer(seed, 3000 + index),
      spot: street(seed).at(index + 1),
      isCounted: index % 2 === 0,
    })),
  );
const build = (seed: number, days = 35): WaterDistrict =>
  buildWaterDistrict(
    { seed, startMs: START, days },
    { homes: 30, daysBefore: 56 },
    { historyDays: 35, street: street(seed), residents: residents(seed) },
  );

const ratioOf = ([part = 0, all = 0]: readonly number[]): number => part / all;
const numbers = (values: Float64Array): number[] => [...values].filter((v) => !Number.isNaN(v));

describe('the water district of a small city', () => {
  it('has thirteen weeks of hours, and hides six faults in homes that use water', () => {
    for (const seed of [101, 102, 103]) {
      const { histories, meters } = build(seed);
      const faults = histories.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
      expect(faults.map(({ kind }) => kind).toSorted()).toEqual([
        'air',
        'backflow',
        'customer-leak',
        'drift',
        'drift',
        'stopped',
      ]);
      const sizes = faults.flatMap((fault) => (fault.kind === 'drift' ? [fault.size] : []));
      expect(Math.max(...sizes)).toBeLessThan(-0.08);
      expect(Math.min(...sizes)).toBeGreaterThan(-0.25);
      expect(meters.map(({ register }) => register.length)).toEqual(
        Array.from({ length: 31 }, () => 24 * 91 + 1),
      );
      for (const { fault, actual } of histories)
        if (fault !== undefined)
          expect(actual.reduce((sum, volume) => sum + volume, 0) / 91).toBeGreaterThan(0.05);
    }
  });

  it('counts what the truth says: drift in the register, back in a register of its own, nothing once stopped', () => {
    const { histories, meters } = build(104);
    histories.forEach(({ deviceId, fault, actual, healthy, air }, home) => {
      const meter = meters[home];
      expect(meter?.deviceId).toBe(deviceId);
      const register = numbers(meter?.register ?? new Float64Array());
      const back = numbers(meter?.reverseRegister ?? new Float64Array());
      const counted = (register.at(-1) ?? 0) - (register[0] ?? 0);
      const drawn = actual.subarray(1).reduce((sum, volume) => sum + volume, 0);
      const e = waterError({ actual, healthy }, gainAt(fault, 91), 24 * 91);
      expect((back.at(-1) ?? 0) > 0).toBe(fault?.kind === 'backflow' || fault?.kind === 'air');
      if (fault?.kind === 'stopped') {
        const still = meter?.register.subarray(Math.ceil(24 * fault.sinceDay) + 1) ?? [];
        expect(new Set(numbers(Float64Array.from(still))).size).toBe(1);
        expect(counted).toBeLessThan(0.9 * drawn);
      } else if (fault?.kind === 'air') {
        const share = airRatio({ actual, air }, 0, HOURS);
        expect(share).toBeGreaterThan(0.002);
        expect(Math.abs(counted / drawn - 1 - e - share)).toBeLessThan(0.01);
      } else if (fault?.kind === 'drift' && fault.sinceDay > 0)
        // Healthy until then: the window's mean lies between.
        expect(counted / drawn - 1).toBeGreaterThan(e);
      else expect(Math.abs(counted / drawn - 1 - e)).toBeLessThan(0.01);
    });
  });

  it('shuts the pipe of one home now and then: nothing flows, then air does, forward and back in one hour', () => {
    for (const seed of [101, 102, 103]) {
      const { histories, meters } = build(seed);
      const home = histories.findIndex(({ fault }) => fault?.kind === 'air');
      const { pressure, register, reverseRegister } = meters[home] ?? {};
      const air = histories[home]?.air ?? new Float64Array();
      const returns = [...air.keys()].filter((k) => (air[k] ?? 0) > 0);
      expect(returns.length).toBeGreaterThan(5);
      let alternations = 0;
      for (const k of returns) {
        // the hour before the return, between the readings of it, was shut from end to end
        if (Number.isFinite(pressure?.[k - 1])) expect(pressure?.[k - 1]).toBeLessThan(0.2);
        expect(histories[home]?.actual[k - 1]).toBe(0);
        expect(pressure?.[k]).not.toBeLessThan(1);
        const moved = (values: Float64Array | undefined): boolean =>
          (values?.[k] ?? 0) > (values?.[k - 1] ?? 0);
        if (moved(register) && moved(reverseRegister)) alternations += 1;
      }
      expect(alternations).toBeGreaterThan(0.8 * returns.length);
      for (const { fault, air: none } of histories)
        if (fault?.kind !== 'air') expect(none.every((volume) => volume === 0)).toBe(true);
    }
  });

  it('stops a meter where somebody else can tell: people with an electricity meter that counts, three weeks before and ten days since', () => {
    for (const seed of [101, 102, 103, 104, 105, 106]) {
      const { histories } = build(seed);
      const home = histories.findIndex(({ fault }) => fault?.kind === 'stopped');
      expect(residents(seed).get(home)?.isCounted).toBe(true);
      const since = histories[home]?.fault?.sinceDay ?? 0;
      expect(since - 56).toBeGreaterThan(18);
      expect(91 - since).toBeGreaterThan(10);
    }
  });

  it('has homes in which nobody draws water while the household is away, at the address of its electricity meter', () => {
    const { histories, devices } = build(107);
    const known = residents(107);
    expect(known.size).toBe(18);
    const row = new Map(devices.map((device) => [device.device_id, device]));
    const dry = { away: [0, 0], there: [0, 0] };
    for (const [home, { isAway, spot }] of known) {
      const { deviceId, actual, fault } = histories[home] ?? {};
      expect(row.get(deviceId ?? '')?.address).toBe(spot.address);
      if (fault !== undefined || actual === undefined) continue;
      for (let day = 1; day < 90; day += 1) {
        // local day of the city: seven hours ahead of UTC
        const hours = actual.subarray(24 * day - 7 + 1, 24 * (day + 1) - 7 + 1);
        const count = isAway(day - 56) ? dry.away : dry.there;
        count[0] = (count[0] ?? 0) + (hours.every((volume) => volume === 0) ? 1 : 0);
        count[1] = (count[1] ?? 0) + 1;
      }
    }
    expect(dry.away[1]).toBeGreaterThan(20);
    // a cistern may run, and a tap drip, in an empty home
    expect(ratioOf(dry.away)).toBeGreaterThan(0.85);
    expect(ratioOf(dry.there)).toBeLessThan(0.02);
    const addresses = devices.map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length - 1); // gateway and supply stand in one station
  });

  it('does not change its past when more days are built', () => {
    const short = build(105, 20);
    const long = build(105, 40);
    expect(long.devices).toEqual(short.devices);
    expect(long.histories.map(({ fault }) => fault)).toEqual(
      short.histories.map(({ fault }) => fault),
    );
    short.meters.forEach(({ register, reverseRegister, pressure }, index) => {
      const same = long.meters[index];
      expect(same?.register.subarray(0, register.length)).toEqual(register);
      if (reverseRegister !== undefined)
        expect(same?.reverseRegister?.subarray(0, register.length)).toEqual(reverseRegister);
      if (pressure !== undefined)
        expect(same?.pressure?.subarray(0, register.length)).toEqual(pressure);
    });
  });

  it('tells its meters apart by nothing but their role', () => {
    const { devices, meters } = build(106);
    const filled = devices
      .filter(({ kind }) => kind === 'water_meter')
      .map((row) =>
        Object.entries(row)
          .flatMap(([name, value]) => (value === '' ? [] : name))
          .join(),
      );
    expect(new Set(filled).size).toBe(1);
    for (const { deviceId, reverseRegister } of meters)
      expect(reverseRegister === undefined).toBe(deviceId.endsWith('SUM'));
  });
});
