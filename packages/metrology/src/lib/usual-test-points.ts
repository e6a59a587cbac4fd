import type { DeviceKind } from '@verimeter/telemetry';
import { canonicalClass } from './error-limits.ts';

/** A point at which meters of a class are usually tested, and what it allows there. */
export interface UsualTestPoint {
  readonly testPoint: string;
  /** Maximum permissible error at reference conditions, a ratio; undefined: the class is not known. */
  readonly limit?: number;
  /** Ratio of the base or rated current. */
  readonly load?: number;
  readonly powerFactor?: number;
}

export interface UsualTestPoints {
  readonly points: readonly UsualTestPoint[];
  /** Where the limits are from; undefined: there are none. */
  readonly source?: string;
}

type Shape = readonly (readonly [name: string, load: number | undefined, powerFactor: number])[];

// I of IEC 62053-21 meters is a multiple of Ib, of 62053-22 of In, of OIML R 46 of Itr (Ib = 10 Itr on own terminals).
const DIRECT: Shape = [
  ['0.05 Ib, cosφ 1', 0.05, 1],
  ['0.1 Ib, cosφ 1', 0.1, 1],
  ['Ib, cosφ 1', 1, 1],
  ['Ib, cosφ 0.5 L', 1, 0.5],
  ['Imax, cosφ 1', undefined, 1],
];
const TRANSFORMER: Shape = [
  ['0.01 In, cosφ 1', 0.01, 1],
  ['0.05 In, cosφ 1', 0.05, 1],
  ['In, cosφ 1', 1, 1],
  ['In, cosφ 0.5 L', 1, 0.5],
  ['Imax, cosφ 1', undefined, 1],
];
const R46: Shape = [
  ['Imin, cosφ 1', undefined, 1],
  ['Itr, cosφ 1', 0.1, 1],
  ['10 Itr, cosφ 1', 1, 1],
  ['10 Itr, cosφ 0.5 L', 1, 0.5],
  ['Imax, cosφ 1', undefined, 1],
];

interface ElectricityClass {
  readonly shape: Shape;
  /** Percent, point by point of the shape. */
  readonly percent: readonly number[];
  readonly source: string;
}

const ELECTRICITY: Readonly<Record<string, ElectricityClass>> = {
  '2': { shape: DIRECT, percent: [2.5, 2, 2, 2, 2], source: 'IEC 62053-21 class 2' },
  '1': { shape: DIRECT, percent: [1.5, 1, 1, 1, 1], source: 'IEC 62053-21 class 1' },
  '0.5S': {
    shape: TRANSFORMER,
    percent: [1, 0.5, 0.5, 0.6, 0.5],
    source: 'IEC 62053-22 class 0.5S',
  },
  '0.2S': {
    shape: TRANSFORMER,
    percent: [0.4, 0.2, 0.2, 0.3, 0.2],
    source: 'IEC 62053-22 class 0.2S',
  },
  A: { shape: R46, percent: [2.5, 2, 2, 2.5, 2], source: 'OIML R 46 class A' },
  B: { shape: R46, percent: [1.5, 1, 1, 1.5, 1], source: 'OIML R 46 class B' },
  C: { shape: R46, percent: [1, 0.5, 0.5, 0.6, 0.5], source: 'OIML R 46 class C' },
  D: { shape: R46, percent: [0.4, 0.2, 0.2, 0.3, 0.2], source: 'OIML R 46 class D' },
};

interface WaterClass {
  readonly names: readonly string[];
  readonly percent: readonly number[];
  readonly source: string;
}

// Q2 belongs to the upper zone: Q2 <= Q <= Q4, water of at most 30 degrees Celsius.
const FLOWS = ['Q1', 'Q2', '0.9 Q3'];
const OLD_FLOWS = ['Qmin', 'Qt', 'Qn'];
const OLD: WaterClass = { names: OLD_FLOWS, percent: [5, 2, 2], source: 'ISO 4064:1993' };
const WATER: Readonly<Record<string, WaterClass>> = {
  '2': { names: FLOWS, percent: [5, 2, 2], source: 'OIML R 49-1 class 2' },
  '1': { names: FLOWS, percent: [3, 1, 1], source: 'OIML R 49-1 class 1' },
  A: OLD,
  B: OLD,
  C: OLD,
  D: OLD,
};

const ratio = (percent: number): number => Number((percent / 100).toPrecision(6));
const limitAt = (percent: readonly number[] | undefined, index: number): { limit?: number } => {
  const value = percent?.[index];
  return value === undefined ? {} : { limit: ratio(value) };
};

function electricity(name: string): UsualTestPoints {
  const known = Object.hasOwn(ELECTRICITY, name) ? ELECTRICITY[name] : undefined;
  return {
    points: (known?.shape ?? DIRECT).map(([testPoint, load, powerFactor], index) => ({
      testPoint,
      powerFactor,
      ...(load === undefined ? {} : { load }),
      ...limitAt(known?.percent, index),
    })),
    ...(known === undefined ? {} : { source: known.source }),
  };
}

function water(name: string): UsualTestPoints {
  const known = Object.hasOwn(WATER, name) ? WATER[name] : undefined;
  return {
    points: (known?.names ?? FLOWS).map((testPoint, index) => ({
      testPoint,
      ...limitAt(known?.percent, index),
    })),
    ...(known === undefined ? {} : { source: known.source }),
  };
}

/** The points at which a meter of a kind and class is usually tested; none for other devices. A proposal: the procedure decides. */
export function usualTestPoints(
  kind: DeviceKind,
  accuracyClass: string | undefined,
): UsualTestPoints {
  const name = canonicalClass(accuracyClass ?? '');
  if (kind === 'electricity_meter') return electricity(name);
  if (kind === 'water_meter') return water(name);
  return { points: [] };
}
