const UNITS: Readonly<Record<string, string>> = {
  'kW.h': 'kWh',
  m3: 'm³',
  'm3/h': 'm³/h',
  Cel: '°C',
  'ug/m3': 'µg/m³',
  'mg/m3': 'mg/m³',
  '[ppm]': 'ppm',
  '[ppb]': 'ppb',
  '1': '',
};

/** A unit as people write it: `kWh` of `kW.h`. */
export function unitLabel(unit: string): string {
  return UNITS[unit] ?? unit;
}
