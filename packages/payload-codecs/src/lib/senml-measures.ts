import { findQuantity, normalizeUnit } from '@verimeter/telemetry';

/** Quantity a SenML measure stands for, and how its value becomes the canonical unit. */
export interface Measure {
  readonly quantity: string;
  readonly unit: string;
  readonly factor: number;
}

export type MeasureLookup =
  | { readonly ok: true; readonly measure: Measure }
  /** `unknown`: neither name nor unit says what it is; `bad_unit`: the unit cannot be that of the named quantity. */
  | { readonly ok: false; readonly reason: 'unknown' | 'bad_unit' };

/** Conversions that hold for one quantity only. Gases are absent: ratio and concentration are never mixed. */
const SPECIAL: Readonly<Record<string, Readonly<Record<string, Measure>>>> = {
  water_pressure: {
    Pa: { quantity: 'water_pressure', unit: 'bar', factor: 1e-5 },
    hPa: { quantity: 'water_pressure', unit: 'bar', factor: 1e-3 },
  },
  pm2_5: { 'mg/m3': { quantity: 'pm2_5', unit: 'ug/m3', factor: 1e3 } },
  pm10: { 'mg/m3': { quantity: 'pm10', unit: 'ug/m3', factor: 1e3 } },
  humidity: { '/': { quantity: 'humidity', unit: '%', factor: 100 } },
  battery: { '/': { quantity: 'battery', unit: '%', factor: 100 } },
  co2: { '/': { quantity: 'co2', unit: '[ppm]', factor: 1e6 } },
};

/** Quantity by canonical unit, for names outside the catalogue. */
const BY_UNIT: Readonly<Record<string, string>> = {
  m3: 'water_volume',
  'm3/h': 'water_flow',
  'kW.h': 'active_energy_import',
  kvarh: 'reactive_energy_import',
  W: 'active_power',
  V: 'voltage_l1',
  A: 'current_l1',
  Hz: 'frequency',
  Cel: 'temperature',
  hPa: 'pressure',
  dB: 'noise',
  dBm: 'rssi',
};

const has = (name: string, pattern: RegExp): boolean => pattern.test(name);

/** The quantity that a free measure name means together with its unit. */
function guessQuantity(name: string, unit: string): string | undefined {
  const lower = name.toLowerCase();
  const gas = /(?:^|[^a-z0-9])(no2|o3|co2|co|so2)(?:$|[^a-z0-9])/.exec(lower)?.[1];
  if (gas !== undefined) return gas;
  if (has(lower, /pm_?2[._]?5/)) return 'pm2_5';
  if (has(lower, /pm_?10/)) return 'pm10';
  if (unit === '%RH') return 'humidity';
  if (unit === '%EL') return 'battery';
  if (unit === '%') return has(lower, /hum/) ? 'humidity' : undefined;
  if (unit === '/') return has(lower, /power.?factor|^pf$/) ? 'power_factor' : undefined;
  const canonical = normalizeUnit(unit)?.unit;
  const quantity = canonical === undefined ? undefined : BY_UNIT[canonical];
  if (quantity === undefined) return undefined;
  const water = has(lower, /water|pipe/);
  const outward = has(lower, /export|reverse|backward/);
  const phase = /(?:^|[^a-z0-9])l?([123])$/.exec(lower)?.[1] ?? '1';
  switch (quantity) {
    case 'active_energy_import':
      if (has(lower, /heat|thermal/)) return 'heat_energy';
      return outward ? 'active_energy_export' : quantity;
    case 'reactive_energy_import':
      return outward ? 'reactive_energy_export' : quantity;
    case 'water_volume':
      return outward ? 'water_volume_reverse' : quantity;
    case 'voltage_l1':
      return `voltage_l${phase}`;
    case 'current_l1':
      return `current_l${phase}`;
    case 'temperature':
      return water ? 'water_temperature' : quantity;
    case 'pressure':
      return water ? 'water_pressure' : quantity;
    default:
      return quantity;
  }
}

/** What a measure of this name and unit is; an empty unit means the quantity's own. */
export function findMeasure(name: string, unit: string): MeasureLookup {
  const named = findQuantity(name);
  const quantity = named ?? findQuantity(guessQuantity(name, unit) ?? '');
  if (quantity === undefined) return { ok: false, reason: 'unknown' };
  if (unit === '') {
    // A gas without a unit may be either; anything else has one unit only.
    return quantity.alternativeUnits === undefined
      ? { ok: true, measure: { quantity: quantity.name, unit: quantity.unit, factor: 1 } }
      : { ok: false, reason: 'bad_unit' };
  }
  const special = SPECIAL[quantity.name];
  const exact = special !== undefined && Object.hasOwn(special, unit) ? special[unit] : undefined;
  if (exact !== undefined) return { ok: true, measure: exact };
  const conversion = normalizeUnit(unit);
  if (
    conversion !== undefined &&
    (conversion.unit === quantity.unit || quantity.alternativeUnits?.includes(conversion.unit))
  ) {
    const { unit: canonical, factor } = conversion;
    return { ok: true, measure: { quantity: quantity.name, unit: canonical, factor } };
  }
  return { ok: false, reason: 'bad_unit' };
}

/** SE-04: the integral of a measure over time is a register of another quantity. */
const SUMS: Readonly<Record<string, Measure>> = {
  W: { quantity: 'active_energy_import', unit: 'kW.h', factor: 1 / 3.6e6 },
  kW: { quantity: 'active_energy_import', unit: 'kW.h', factor: 1 / 3600 },
  'm3/s': { quantity: 'water_volume', unit: 'm3', factor: 1 },
  'l/s': { quantity: 'water_volume', unit: 'm3', factor: 1e-3 },
};

/** The register that `s` of a measure in this unit is, if it is one. */
export function findSum(unit: string): Measure | undefined {
  return Object.hasOwn(SUMS, unit) ? SUMS[unit] : undefined;
}

/**
 * value * factor, as a division where the factor is the inverse of a whole number: 318204 l become 318.204 m3, while
 * the product with 0.001 would be off in the last bit for many values.
 */
export function convert(value: number, factor: number): number {
  if (factor === 1) return value;
  const inverse = Math.round(1 / factor);
  return factor < 1 && Math.abs(inverse * factor - 1) < 1e-12 ? value / inverse : value * factor;
}
