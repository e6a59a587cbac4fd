/*
 * A reading type is 18 numbers with points between them (IEC 61968-9:2013, annex C: 1 macro period, 2 aggregate, 3 measuring period,
 * 4 accumulation, 5 direction of flow, 6 commodity, 7 kind, 8-9 interharmonic, 10-11 argument, 12 time of use, 13 critical peak,
 * 14 tier of consumption, 15 phases, 16 multiplier, 17 unit, 18 currency).
 *
 * 4         5      6     7        15               17          quantity
 * 1 or 9    1      1, 2  12       all              72 Wh       active_energy_import
 * 1 or 9    19     1, 2  12       all              72 Wh       active_energy_export
 * 1 or 9    1      1, 2  12       all              73 varh     reactive_energy_import
 * 1 or 9    19     1, 2  12       all              73 varh     reactive_energy_export
 * 1 or 9    19     9     any      -                42 m3       water_volume_reverse
 * 1 or 9    other  9     any      -                42 m3       water_volume
 * 6 or 12   1, 19  1, 2  37       all              38 W        active_power = forward - reverse
 * 6 or 12   other  1, 2  37       all              38 W        active_power
 * 6 or 12   any    1, 2  any      L1, L2, L3       29 V, 5 A   voltage_l1..l3, current_l1..l3
 * 6 or 12   any    1, 2  any      any              33 Hz       frequency
 *
 * Registers of one tariff (12 to 14) are parts of one, single quadrants (flow 15 to 18) of reactive energy likewise; amounts of an interval
 * (accumulation 4), maxima and minima (aggregate 8, 9) and harmonics are no quantity.
 */

/** What the values of a reading type are. */
export interface ReadingMeaning {
  readonly quantity: string;
  readonly unit: string;
  /** The decimal point of values is to be moved by this. */
  readonly places: number;
  /** Of the two fields of a power that is not signed. */
  readonly side?: 'forward' | 'reverse';
  /** 1: electricity as the meter counts it behind transformers of current and voltage; 2: multiplied by their ratio (IE-04). */
  readonly commodity: number;
}

const PARTS = 18;
const TYPE = /^\d{1,5}(?:\.-?\d{1,5}){17}$/;

const ELECTRICITY = [1, 2];
const WATER = 9;
const REGISTER = [1, 9];
const INSTANT = [6, 12];
const FORWARD = 1;
const REVERSE = 19;
/** None, normal and sum: 2 is a mean, which an instantaneous value may be. */
const REGISTER_AGGREGATES = [0, 12, 26];
const INSTANT_AGGREGATES = [...REGISTER_AGGREGATES, 2];
/** None said, ABC, ABCN. */
const ALL_PHASES = [0, 224, 225];
/** A, AN, B, BN, C, CN; others are between lines or the neutral one. */
const PHASE: ReadonlyMap<number, string> = new Map([
  [128, 'l1'],
  [129, 'l1'],
  [64, 'l2'],
  [65, 'l2'],
  [32, 'l3'],
  [33, 'l3'],
]);

/** Units by code and power of ten; of another power the point is moved. */
const UNITS: ReadonlyMap<number, ReadonlyMap<number, string>> = new Map([
  [
    72,
    new Map([
      [0, 'Wh'],
      [3, 'kWh'],
      [6, 'MWh'],
      [9, 'GWh'],
    ]),
  ],
  [
    73,
    new Map([
      [0, 'varh'],
      [3, 'kvarh'],
      [6, 'Mvarh'],
    ]),
  ],
  [
    38,
    new Map([
      [0, 'W'],
      [3, 'kW'],
      [6, 'MW'],
    ]),
  ],
  [
    42,
    new Map([
      [0, 'm3'],
      [-3, 'L'],
    ]),
  ],
  [
    29,
    new Map([
      [0, 'V'],
      [-3, 'mV'],
      [3, 'kV'],
    ]),
  ],
  [
    5,
    new Map([
      [0, 'A'],
      [-3, 'mA'],
      [3, 'kA'],
    ]),
  ],
  [
    33,
    new Map([
      [0, 'Hz'],
      [-3, 'mHz'],
    ]),
  ],
]);
/** The powers of ten of the standard. */
const MOST_PLACES = 12;

/**
 * The meaning of a reading type; undefined: none that is kept.
 *
 * @param phases of the meters of the source: with several, a voltage that names no phase is nobody's
 */
export function readingMeaning(type: string, phases?: 1 | 3): ReadingMeaning | undefined {
  if (!TYPE.test(type)) return undefined;
  const parts = type.split('.').map(Number);
  const [, aggregate = 0, , accumulation = 0, flow = 0, commodity = 0, kind = 0] = parts;
  const [interharmonic = 0, , , , use = 0, peak = 0, tier = 0, phase = 0] = parts.slice(7);
  const [multiplier = 0, code = 0] = parts.slice(PARTS - 3);
  const units = UNITS.get(code);
  if (units === undefined || Math.abs(multiplier) > MOST_PLACES) return undefined;
  if (interharmonic !== 0 || use !== 0 || peak !== 0 || tier !== 0) return undefined;
  const unit = units.get(multiplier);
  const scaled = {
    unit: unit ?? units.get(0) ?? '',
    places: unit === undefined ? multiplier : 0,
    commodity,
  };
  if (REGISTER.includes(accumulation) && REGISTER_AGGREGATES.includes(aggregate)) {
    if (!ALL_PHASES.includes(phase)) return undefined;
    const quantity = registerOf(code, kind, commodity, flow);
    return quantity === undefined ? undefined : { quantity, ...scaled };
  }
  const isInstant = INSTANT.includes(accumulation) && INSTANT_AGGREGATES.includes(aggregate);
  if (!isInstant || !ELECTRICITY.includes(commodity)) return undefined;
  if (code === 38) {
    if (kind !== 37 || !ALL_PHASES.includes(phase)) return undefined;
    const side = flow === FORWARD ? 'forward' : flow === REVERSE ? 'reverse' : undefined;
    return { quantity: 'active_power', ...scaled, ...(side === undefined ? {} : { side }) };
  }
  if (code === 33) return { quantity: 'frequency', ...scaled };
  const line = phase === 0 && phases !== 3 ? 'l1' : PHASE.get(phase);
  const stem = code === 29 ? 'voltage' : code === 5 ? 'current' : undefined;
  return line === undefined || stem === undefined
    ? undefined
    : { quantity: `${stem}_${line}`, ...scaled };
}

function registerOf(
  code: number,
  kind: number,
  commodity: number,
  flow: number,
): string | undefined {
  if (code === 42) {
    // A register of potable water in m3 is its volume, also where the sender leaves out the kind (58).
    if (commodity !== WATER) return undefined;
    return flow === REVERSE ? 'water_volume_reverse' : 'water_volume';
  }
  const stem = code === 72 ? 'active_energy' : code === 73 ? 'reactive_energy' : undefined;
  if (stem === undefined || kind !== 12 || !ELECTRICITY.includes(commodity)) return undefined;
  if (flow === FORWARD) return `${stem}_import`;
  return flow === REVERSE ? `${stem}_export` : undefined;
}
