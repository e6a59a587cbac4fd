import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeWaterFleet } from '../src/lib/water/water-fleet.ts';
import type { WaterFleetInput, WaterMeterSeries } from '../src/lib/water/water-types.ts';
import { healthyHomes, madeWater } from './made-district.ts';

const DAYS = 30;
const SOUND = madeWater([{ groupId: 'S', homes: healthyHomes(8) }], DAYS);

/** What may be wrong with a register, each as a change of a sound one. */
const wrongs: Record<string, (register: Float64Array, k: number) => Float64Array> = {
  constant: (register) => register.map(() => 7),
  zero: (register) => register.map(() => 0),
  empty: (register) => register.map(() => Number.NaN),
  holes: (register, k) => register.map((value, t) => (t % (k + 2) === 0 ? Number.NaN : value)),
  ends: (register, k) => register.map((value, t) => (t > 240 + k ? Number.NaN : value)),
  begins: (register, k) => register.map((value, t) => (t < 240 + k ? Number.NaN : value)),
  huge: (register) => register.map((value) => value * 1e300),
  large: (register) => register.map((value) => value * 1e12),
  tiny: (register) => register.map((value) => value * 1e-300),
  backwards: (register) => register.map((value) => -value),
  jumps: (register, k) => register.map((value, t) => (t > 300 + k ? value + 1e9 : value)),
  infinite: (register, k) => register.map((value, t) => (t === 100 + k ? Infinity : value)),
  line: (register) => register.map((_, t) => t),
  one: (register, k) => register.map((_, t) => (t < 100 + k ? 0 : 1)),
};

const wrong = fc.record({
  kind: fc.constantFrom(...Object.keys(wrongs)),
  meter: fc.nat(),
  by: fc.nat(48),
});
const scene = fc.record({
  homes: fc.constantFrom(1, 2, 9, 9),
  leak: fc.constantFrom(0, 0.2, 3),
  days: fc.constantFrom(1, 11, DAYS, DAYS),
  wrongs: fc.array(wrong, { maxLength: 4 }),
  /** Every meter, the supply too, gets this on top. */
  all: fc.option(fc.constantFrom(...Object.keys(wrongs)), { nil: undefined, freq: 1 }),
  /** All homes show the register of the first. */
  identical: fc.boolean(),
  supplyIs: fc.constantFrom('own', 'own', 'sum', 'home', 'none'),
  pressure: fc.constantFrom('own', 'none', 'zero', 'nan', 'huge'),
  limit: fc.constantFrom(0.05, 0),
  verifiedAtEnd: fc.boolean(),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function registersOf(made: WaterFleetInput, of: Scene): Float64Array[] {
  const supply = made.meters.length - 1;
  let registers = made.meters.map(({ register }, i) =>
    of.identical && i !== supply ? (made.meters[0]?.register ?? register) : register,
  );
  if (of.supplyIs === 'sum')
    registers[supply] = (registers[0] ?? new Float64Array()).map((_, t) =>
      registers.slice(0, supply).reduce((sum, register) => sum + (register[t] ?? 0), 0),
    );
  if (of.supplyIs === 'home') registers[supply] = registers[0] ?? new Float64Array();
  for (const { kind, meter, by } of of.wrongs) {
    const i = meter % registers.length;
    registers[i] = wrongs[kind]?.(registers[i] ?? new Float64Array(), by) ?? new Float64Array();
  }
  const { all } = of;
  if (all !== undefined)
    registers = registers.map((register) => wrongs[all]?.(register, 3) ?? register);
  return registers;
}

function pressureOf({ pressure }: Scene, meter: WaterMeterSeries): Partial<WaterMeterSeries> {
  const { pressure: own } = meter;
  if (own === undefined || pressure === 'own') return {};
  const value = { none: Number.NaN, zero: 0, nan: Number.NaN, huge: 1e200 }[pressure];
  return { pressure: own.map(() => value) };
}

/** A district out of which anything may have become, beside one that is sound. */
function fleetOf(of: Scene): WaterFleetInput {
  const made = madeWater([{ groupId: 'D', homes: healthyHomes(of.homes), leak: of.leak }], of.days);
  const registers = registersOf(made, of);
  const { count } = SOUND.grid;
  const padded = (series: Float64Array): Float64Array => {
    const out = new Float64Array(count).fill(Number.NaN);
    out.set(series);
    return out;
  };
  const meters = made.meters.map((meter, i): WaterMeterSeries => {
    const series = { ...meter, ...pressureOf(of, meter), limit: of.limit };
    return {
      ...series,
      register: padded(registers[i] ?? meter.register),
      ...(series.pressure === undefined ? {} : { pressure: padded(series.pressure) }),
      ...(of.verifiedAtEnd ? { validFromUs: (of.days - 0.5) * 86_400e6 } : {}),
    };
  });
  return {
    ...SOUND,
    meters: [...meters, ...SOUND.meters],
    districts: [
      ...made.districts.map((district) => ({
        ...district,
        members:
          of.supplyIs === 'none'
            ? district.members.filter(({ role }) => role !== 'supply')
            : district.members,
      })),
      ...SOUND.districts.map((district) => ({
        ...district,
        members: district.members.map((member) => ({
          ...member,
          meter: member.meter + meters.length,
        })),
      })),
    ],
  };
}

/** Everything in a result that is a number, with where it stands. */
function numbersOf(value: unknown, path: string): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, own]) => numbersOf(own, `${path}.${key}`));
}

test('whatever a district is made of, every number that is said is one, and the others are judged', () => {
  fc.assert(
    fc.property(scene, (of) => {
      const { devices, areas } = analyzeWaterFleet(fleetOf(of));
      const wrongNumbers = numbersOf({ devices, areas }, '').filter(
        ([, value]) => !Number.isFinite(value),
      );
      expect(wrongNumbers).toEqual([]);
      expect(areas.map(({ groupId }) => groupId)).toEqual(['D', 'S']);
      expect(areas[1]?.status).toBe('ok');
      const sound = devices.find(({ deviceId }) => deviceId === 'S-05');
      expect(sound?.errorEstimate ?? sound?.minimumDetectable).toBeDefined();
    }),
    { seed: 168, numRuns: 60 },
  );
}, 120_000);
