import { QUANTITIES, type Quantity, normalizeUnit } from '@verimeter/telemetry';

/** (value - subtract) * multiply / divide, or the decimal point moved to the right. */
interface Conversion {
  readonly multiply: number;
  readonly divide: number;
  readonly subtract: number;
  readonly places: number;
}

const by = (multiply: number, divide = 1, subtract = 0): Conversion => ({
  multiply,
  divide,
  subtract,
  places: 0,
});
const point = (places: number): Conversion => ({ multiply: 1, divide: 1, subtract: 0, places });

const ENERGY = {
  Wh: point(-3),
  'W.h': point(-3),
  kWh: by(1),
  'kW.h': by(1),
  MWh: point(3),
  'MW.h': point(3),
  GWh: point(6),
  J: by(1, 3.6e6),
  kJ: by(1, 3600),
  MJ: by(1, 3.6),
  GJ: by(1000, 3.6),
};
const VOLUME = {
  m3: by(1),
  'm³': by(1),
  L: point(-3),
  l: point(-3),
  LTR: point(-3),
  mL: point(-6),
  ml: point(-6),
  // definitions: 1 ft = 0.3048 m; US gallon = 231 in3
  ft3: by(0.028316846592),
  'ft³': by(0.028316846592),
  cf: by(0.028316846592),
  CCF: by(2.8316846592),
  gal: by(0.003785411784),
};
const FLOW = {
  'm3/h': by(1),
  'm³/h': by(1),
  'L/h': point(-3),
  'l/h': point(-3),
  lph: point(-3),
  'L/min': by(0.06),
  'l/min': by(0.06),
  lpm: by(0.06),
  'L/s': by(3.6),
  'l/s': by(3.6),
  'm3/s': by(3600),
  'm³/s': by(3600),
  'gal/min': by(0.22712470704),
  gpm: by(0.22712470704),
};
const TEMPERATURE = {
  Cel: by(1),
  C: by(1),
  '°C': by(1),
  F: by(5, 9, 32),
  '°F': by(5, 9, 32),
  K: by(1, 1, 273.15),
};
const AIR_PRESSURE = {
  hPa: by(1),
  mbar: by(1),
  Pa: point(-2),
  kPa: point(1),
  bar: point(3),
  mmHg: by(1.33322),
  inHg: by(33.8639),
};
const WATER_PRESSURE = {
  bar: by(1),
  mbar: point(-3),
  hPa: point(-3),
  kPa: point(-2),
  MPa: point(1),
  Pa: point(-5),
  psi: by(0.0689475729),
};
const VOLTAGE = { V: by(1), mV: point(-3), kV: point(3) };
const CURRENT = { A: by(1), mA: point(-3), kA: point(3) };
const POWER = { W: by(1), kW: point(3), MW: point(6), mW: point(-3) };
const REACTIVE = { kvarh: by(1), varh: point(-3), Mvarh: point(3), vars: by(1, 3.6e6) };
const DUST = {
  'ug/m3': by(1),
  'µg/m³': by(1),
  'µg/m3': by(1),
  'μg/m³': by(1),
  'μg/m3': by(1),
  'mg/m3': point(3),
  'mg/m³': point(3),
  'kg/m3': point(9),
};
const PERCENT = { '%': by(1), '%RH': by(1), '%rh': by(1), '%EL': by(1), '/': point(2) };

/** Conversions into the unit of the catalogue (payloads.md 0.2); exact where the units are defined by one another. */
const INTO: Readonly<Record<string, Readonly<Record<string, Conversion>>>> = {
  active_energy_import: ENERGY,
  active_energy_export: ENERGY,
  heat_energy: ENERGY,
  reactive_energy_import: REACTIVE,
  reactive_energy_export: REACTIVE,
  active_power: POWER,
  voltage_l1: VOLTAGE,
  voltage_l2: VOLTAGE,
  voltage_l3: VOLTAGE,
  current_l1: CURRENT,
  current_l2: CURRENT,
  current_l3: CURRENT,
  current_n: CURRENT,
  power_factor: { '1': by(1), '/': by(1), '%': point(-2) },
  frequency: { Hz: by(1), mHz: point(-3) },
  water_volume: VOLUME,
  water_volume_reverse: VOLUME,
  water_flow: FLOW,
  water_temperature: TEMPERATURE,
  temperature: TEMPERATURE,
  water_pressure: WATER_PRESSURE,
  pressure: AIR_PRESSURE,
  humidity: PERCENT,
  battery: PERCENT,
  pm2_5: DUST,
  pm10: DUST,
  co2: { '[ppm]': by(1), ppm: by(1), '/': point(6) },
  noise: { dB: by(1), dBA: by(1), 'dB(A)': by(1), Bspl: point(1) },
  rssi: { dBm: by(1) },
};

/** Units in which a gas is kept as it is stated: ratio and concentration are never converted to one another. */
const GAS: Readonly<Record<string, { readonly unit: string; readonly conversion: Conversion }>> = {
  '[ppm]': { unit: '[ppm]', conversion: by(1) },
  ppm: { unit: '[ppm]', conversion: by(1) },
  '[ppb]': { unit: '[ppb]', conversion: by(1) },
  ppb: { unit: '[ppb]', conversion: by(1) },
  'ug/m3': { unit: 'ug/m3', conversion: by(1) },
  'µg/m³': { unit: 'ug/m3', conversion: by(1) },
  'µg/m3': { unit: 'ug/m3', conversion: by(1) },
  'μg/m³': { unit: 'ug/m3', conversion: by(1) },
  'μg/m3': { unit: 'ug/m3', conversion: by(1) },
  'mg/m3': { unit: 'mg/m3', conversion: by(1) },
  'mg/m³': { unit: 'mg/m3', conversion: by(1) },
  'kg/m3': { unit: 'ug/m3', conversion: point(9) },
};

export interface Converted {
  readonly value: number;
  /** Canonical. */
  readonly unit: string;
}

/** A conversion and the canonical unit that it leads to. */
interface Known extends Conversion {
  readonly into: string;
}

/** What there is to know of a quantity with each of its values, in one place: it is looked up for every reading. */
export interface Target {
  /** That of the catalogue, from which nothing has to be converted. */
  readonly unit: string;
  /** By unit as written. */
  readonly known: ReadonlyMap<string, Known>;
  readonly alternativeUnits: readonly string[];
  /** Outside of these a value is no measurement (0.2). */
  readonly least: number;
  readonly most: number;
}

/** Values that are measurements, where not all are. */
const VALID: Readonly<Record<string, readonly [least: number, most: number]>> = {
  frequency: [45, 65],
  power_factor: [-1, 1],
};

const TARGETS: ReadonlyMap<string, Target> = new Map(
  QUANTITIES.map((quantity) => [quantity.name, targetFor(quantity)]),
);

function targetFor({ name, unit, alternativeUnits = [] }: Quantity): Target {
  const [least, most] = VALID[name] ?? [-Infinity, Infinity];
  const known = new Map<string, Known>();
  if (alternativeUnits.length > 0 && name !== 'co2') {
    for (const [written, { unit: into, conversion }] of Object.entries(GAS))
      known.set(written, { ...conversion, into });
  } else {
    for (const [written, conversion] of Object.entries(INTO[name] ?? {}))
      known.set(written, { ...conversion, into: unit });
    // a gas without a unit may be a ratio or a concentration (FN-05)
    known.set('', { ...by(1), into: unit });
  }
  return { unit, known, alternativeUnits, least, most };
}

/** Undefined: the catalogue has no such quantity. */
export const targetOf = (quantity: string): Target | undefined => TARGETS.get(quantity);

/**
 * A value in the unit of the quantity's channel; undefined where `unit` is none of the quantity. The empty unit is the quantity's own,
 * which a gas has not.
 */
export function convertInto(target: Target, value: number, unit: string): Converted | undefined {
  if (unit === target.unit) return { value, unit };
  const known = target.known.get(unit);
  if (known !== undefined) return { value: apply(value, known), unit: known.into };
  if (target.alternativeUnits.length === 0) return undefined;
  const kept = normalizeUnit(unit);
  return kept !== undefined && kept.factor === 1 && target.alternativeUnits.includes(kept.unit)
    ? { value, unit: kept.unit }
    : undefined;
}

/** As {@link convertInto}, of a quantity of the catalogue. */
export function convertTo(quantity: Quantity, value: number, unit: string): Converted | undefined {
  const target = targetOf(quantity.name);
  return target === undefined ? undefined : convertInto(target, value, unit);
}

function apply(value: number, { multiply, divide, subtract, places }: Conversion): number {
  return places === 0 ? ((value - subtract) * multiply) / divide : moved(value, places);
}

/**
 * The decimal number a double stands for with its point moved: 0.07 kW are 70 W, while the product with 1000 is 70.00000000000001. A whole
 * number over a power of ten is rounded once and right.
 */
export function moved(value: number, places: number): number {
  if (places < 0 && Number.isSafeInteger(value)) return value / 10 ** -places;
  for (let behind = 0; behind < POWERS.length; behind += 1) {
    const power = POWERS[behind] ?? 1;
    const digits = Math.round(value * power);
    if (digits / power !== value) continue;
    if (Math.abs(digits) >= DECIMAL) break;
    const left = places - behind;
    return left < 0 ? digits / 10 ** -left : digits * 10 ** left + 0; // no -0
  }
  const exact = Number(`${value}e${places}`);
  return Number.isNaN(exact) ? value * 10 ** places : exact; // a text such as 1e-7 has an exponent already
}

/** A meter has few digits behind the point; with more the way is over the text. */
const POWERS: readonly number[] = [1, 10, 100, 1000, 10_000];
/** Two decimal numbers of fewer than 16 digits are never the same double: the digits found are those that the double stands for. */
const DECIMAL = 1e15;
