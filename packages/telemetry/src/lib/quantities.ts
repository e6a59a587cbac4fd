/** `register`: a cumulative counter whose differences carry the meaning; `instant`: a sample or interval mean. */
export type QuantityKind = 'register' | 'instant';

export interface Quantity {
  readonly name: string;
  /** UCUM, else the SenML name (`kvarh`, `dBm`). The default unit of a channel of this quantity. */
  readonly unit: string;
  readonly kind: QuantityKind;
  /** Units a channel may have instead of the default; values are never converted between them. */
  readonly alternativeUnits?: readonly string[];
  /** OBIS codes (IEC 62056-61) that are aliases of the quantity. */
  readonly obis?: readonly string[];
}

const register = (name: string, unit: string, obis?: readonly string[]): Quantity =>
  obis === undefined ? { name, unit, kind: 'register' } : { name, unit, kind: 'register', obis };
const instant = (name: string, unit: string, obis?: readonly string[]): Quantity =>
  obis === undefined ? { name, unit, kind: 'instant' } : { name, unit, kind: 'instant', obis };
/** Gases come as a mixing ratio or as a mass concentration; which one is the channel's own choice. */
const gas = (name: string): Quantity => ({
  name,
  unit: '[ppm]',
  kind: 'instant',
  alternativeUnits: ['[ppb]', 'ug/m3', 'mg/m3'],
});

/** The quantity catalogue. Channels exist only for these names. */
export const QUANTITIES: readonly Quantity[] = [
  register('active_energy_import', 'kW.h', ['1-0:1.8.0']),
  register('active_energy_export', 'kW.h', ['1-0:2.8.0']),
  register('reactive_energy_import', 'kvarh', ['1-0:3.8.0']),
  register('reactive_energy_export', 'kvarh', ['1-0:4.8.0']),
  instant('active_power', 'W', ['1-0:1.7.0']),
  instant('voltage_l1', 'V', ['1-0:32.7.0']),
  instant('voltage_l2', 'V', ['1-0:52.7.0']),
  instant('voltage_l3', 'V', ['1-0:72.7.0']),
  instant('current_l1', 'A', ['1-0:31.7.0']),
  instant('current_l2', 'A', ['1-0:51.7.0']),
  instant('current_l3', 'A', ['1-0:71.7.0']),
  instant('current_n', 'A', ['1-0:91.7.0']),
  instant('power_factor', '1', ['1-0:13.7.0']),
  instant('frequency', 'Hz', ['1-0:14.7.0']),
  register('water_volume', 'm3', ['8-0:1.0.0']),
  register('water_volume_reverse', 'm3'),
  instant('water_flow', 'm3/h'),
  instant('water_temperature', 'Cel'),
  instant('temperature', 'Cel'),
  instant('water_pressure', 'bar'),
  register('heat_energy', 'kW.h', ['6-0:1.0.0']),
  instant('pressure', 'hPa'),
  instant('humidity', '%'),
  instant('pm2_5', 'ug/m3'),
  instant('pm10', 'ug/m3'),
  gas('no2'),
  gas('o3'),
  gas('co'),
  gas('so2'),
  gas('co2'),
  instant('noise', 'dB'),
  instant('battery', '%'),
  instant('rssi', 'dBm'),
];

const byName = new Map(QUANTITIES.map((quantity) => [quantity.name, quantity]));
const byObis = new Map(
  QUANTITIES.flatMap((quantity) => (quantity.obis ?? []).map((code) => [code, quantity] as const)),
);

/** The catalogue entry of a quantity name, or undefined. */
export function findQuantity(name: string): Quantity | undefined {
  return byName.get(name);
}

/** The catalogue entry of an OBIS code such as `1-0:1.8.0` or `1-0:1.8.0*255`, or undefined. */
export function quantityOfObis(code: string): Quantity | undefined {
  return byObis.get(code.replace(/\*255$/, ''));
}
