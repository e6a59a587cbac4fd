import type { DeviceKind } from '@verimeter/telemetry';

/** Limits of error that a device is held against. */
export interface ErrorLimit {
  /** Maximum permissible error at verification: a ratio, or in `unit` where the limit is one of the offset. */
  readonly limit: number;
  /** The in-use value, same unit. */
  readonly inServiceLimit: number;
  readonly of: 'relative_error' | 'offset';
  /** Only for limits of the offset. */
  readonly unit?: string;
  /** The device states no class that is known: the widest usual one was taken. */
  readonly assumed: boolean;
  readonly source: string;
}

/**
 * In use a meter may err by twice the limit at verification. National law decides (OIML R 46 leaves it to the state);
 * twice the limit is the German in-service limit (Verkehrsfehlergrenze) and the practice for water meters.
 */
export const IN_SERVICE_FACTOR = 2;

interface ClassLimit {
  readonly limit: number;
  readonly source: string;
}

// Limits at reference conditions and normal load, power factor 1.
const ELECTRICITY: Readonly<Record<string, ClassLimit>> = {
  '2': { limit: 0.02, source: 'IEC 62053-21 class 2' },
  A: { limit: 0.02, source: 'OIML R 46 class A' },
  '1': { limit: 0.01, source: 'IEC 62053-21 class 1' },
  B: { limit: 0.01, source: 'OIML R 46 class B' },
  '0.5': { limit: 0.005, source: 'IEC 62053-11 class 0.5' },
  '0.5S': { limit: 0.005, source: 'IEC 62053-22 class 0.5S' },
  C: { limit: 0.005, source: 'OIML R 46 class C' },
  '0.2S': { limit: 0.002, source: 'IEC 62053-22 class 0.2S' },
  D: { limit: 0.002, source: 'OIML R 46 class D' },
};

// The error of a balance is weighted over all flows, so the limit of the lower flow zone (Q1 to Q2) applies.
const WATER: Readonly<Record<string, ClassLimit>> = {
  '2': { limit: 0.05, source: 'OIML R 49-1 class 2, Q1 <= Q < Q2' },
  '1': { limit: 0.03, source: 'OIML R 49-1 class 1, Q1 <= Q < Q2' },
};

// Sensors whose zero is arbitrary for a relative error (degrees Celsius) or far from the readings (air pressure).
const SENSOR_OFFSETS: Readonly<Record<string, { readonly limit: number; readonly unit: string }>> =
  {
    temperature: { limit: 0.5, unit: 'Cel' },
    pressure: { limit: 1, unit: 'hPa' },
  };
const SENSOR_RELATIVE_LIMIT = 0.2;
/** EN 1434-1 allows class 3 sub-assemblies 5 % for the flow sensor; no class column exists for heat meters yet. */
const HEAT_LIMIT = 0.05;

/** A class as written on name plates (`cl. 1.0`, ` 0.5s`) in the spelling of the tables. */
export function canonicalClass(written: string): string {
  const text = written
    .trim()
    .toUpperCase()
    .replace(/^(?:CLASS|CL\.?)\s*/, '')
    .replace(',', '.');
  const number = /^(\d+)\.0+$/.exec(text);
  return number?.[1] ?? text;
}

const relative = ({ limit, source }: ClassLimit, assumed: boolean): ErrorLimit => ({
  limit,
  inServiceLimit: limit * IN_SERVICE_FACTOR,
  of: 'relative_error',
  assumed,
  source,
});

function ofClass(
  table: Readonly<Record<string, ClassLimit>>,
  written: string | undefined,
  widest: string,
): ErrorLimit | undefined {
  const name = canonicalClass(written ?? '');
  const known = Object.hasOwn(table, name) ? table[name] : undefined;
  if (known !== undefined) return relative(known, false);
  const assumed = table[widest];
  return assumed === undefined ? undefined : relative(assumed, true);
}

/**
 * The limits of a device for one quantity; undefined where none applies (gateways, instruments). A ratio, except for
 * sensors of temperature and pressure, which are held against a limit of the offset.
 */
export function errorLimit(
  kind: DeviceKind,
  accuracyClass: string | undefined,
  quantity: string | undefined,
): ErrorLimit | undefined {
  switch (kind) {
    case 'electricity_meter':
      return ofClass(ELECTRICITY, accuracyClass, '2');
    case 'water_meter':
      return ofClass(WATER, accuracyClass, '2');
    case 'heat_meter':
      return relative({ limit: HEAT_LIMIT, source: 'EN 1434-1, assumed' }, true);
    case 'environment_sensor':
      return quantity === undefined ? undefined : sensorLimit(quantity);
    case 'gateway':
    case 'instrument':
      return undefined;
    default:
      return kind satisfies never;
  }
}

function sensorLimit(quantity: string): ErrorLimit {
  const offset = Object.hasOwn(SENSOR_OFFSETS, quantity) ? SENSOR_OFFSETS[quantity] : undefined;
  if (offset === undefined)
    return relative({ limit: SENSOR_RELATIVE_LIMIT, source: 'default for sensors' }, false);
  return {
    limit: offset.limit,
    inServiceLimit: offset.limit * IN_SERVICE_FACTOR,
    of: 'offset',
    unit: offset.unit,
    assumed: false,
    source: 'default for sensors',
  };
}
