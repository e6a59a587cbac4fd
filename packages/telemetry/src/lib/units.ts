/** A unit as written by a sender, brought to a canonical unit: canonical value = value * factor. */
export interface UnitConversion {
  readonly unit: string;
  readonly factor: number;
}

/**
 * Spellings of one and the same unit, and decimal multiples of it, to the canonical unit of the catalogue.
 * Mixing ratios and mass concentrations of gases are different quantities: neither is converted to the other.
 */
const CONVERSIONS: Readonly<Record<string, UnitConversion>> = {
  'kW.h': { unit: 'kW.h', factor: 1 },
  kWh: { unit: 'kW.h', factor: 1 },
  'W.h': { unit: 'kW.h', factor: 1e-3 },
  Wh: { unit: 'kW.h', factor: 1e-3 },
  'MW.h': { unit: 'kW.h', factor: 1e3 },
  MWh: { unit: 'kW.h', factor: 1e3 },
  J: { unit: 'kW.h', factor: 1 / 3.6e6 },
  kvarh: { unit: 'kvarh', factor: 1 },
  varh: { unit: 'kvarh', factor: 1e-3 },
  vars: { unit: 'kvarh', factor: 1 / 3.6e6 },
  W: { unit: 'W', factor: 1 },
  kW: { unit: 'W', factor: 1e3 },
  V: { unit: 'V', factor: 1 },
  A: { unit: 'A', factor: 1 },
  Hz: { unit: 'Hz', factor: 1 },
  m3: { unit: 'm3', factor: 1 },
  l: { unit: 'm3', factor: 1e-3 },
  L: { unit: 'm3', factor: 1e-3 },
  'm3/h': { unit: 'm3/h', factor: 1 },
  'm3/s': { unit: 'm3/h', factor: 3600 },
  'l/s': { unit: 'm3/h', factor: 3.6 },
  Cel: { unit: 'Cel', factor: 1 },
  '°C': { unit: 'Cel', factor: 1 },
  bar: { unit: 'bar', factor: 1 },
  hPa: { unit: 'hPa', factor: 1 },
  Pa: { unit: 'hPa', factor: 1e-2 },
  '%': { unit: '%', factor: 1 },
  '%RH': { unit: '%', factor: 1 },
  '%EL': { unit: '%', factor: 1 },
  'ug/m3': { unit: 'ug/m3', factor: 1 },
  'µg/m3': { unit: 'ug/m3', factor: 1 },
  'mg/m3': { unit: 'mg/m3', factor: 1 },
  'kg/m3': { unit: 'ug/m3', factor: 1e9 },
  '[ppm]': { unit: '[ppm]', factor: 1 },
  ppm: { unit: '[ppm]', factor: 1 },
  '[ppb]': { unit: '[ppb]', factor: 1 },
  ppb: { unit: '[ppb]', factor: 1 },
  dB: { unit: 'dB', factor: 1 },
  Bspl: { unit: 'dB', factor: 10 },
  dBm: { unit: 'dBm', factor: 1 },
  '1': { unit: '1', factor: 1 },
  '/': { unit: '1', factor: 1 },
};

/** The canonical unit and factor of a unit as written, or undefined where the spelling is unknown. */
export function normalizeUnit(written: string): UnitConversion | undefined {
  return Object.hasOwn(CONVERSIONS, written) ? CONVERSIONS[written] : undefined;
}

/** Whether two spellings name the same unit with the same size (`kWh` and `kW.h`, but not `Wh`). */
export function sameUnit(left: string, right: string): boolean {
  if (left === right) return true;
  const a = normalizeUnit(left);
  const b = normalizeUnit(right);
  return a !== undefined && b !== undefined && a.unit === b.unit && a.factor === b.factor;
}
