import { FLAG } from '@verimeter/telemetry';
import { decimalSum } from '../../foreign/decimals.ts';
import type { Telegram } from './telegram.ts';

/*
 * field                                                        quantity
 * total_energy_consumption_kwh, …                              active_energy_import; without a total the sum of tariffs or of phases (WE-01)
 * total_energy_production_kwh, …                               active_energy_export, likewise
 * partial_…, target_…                                          - (reset by the customer; billing)
 * current_power_consumption_kw, … less …production_kw          active_power; without it the sum of the phases (WE-06)
 * voltage_at_phase_1_v, voltage_l1_n_v, voltage_1_n_v          voltage_l1..l3; between phases: -
 * current_at_phase_1_a, amperage_at_phase_1_a, current_l1_a    current_l1..l3
 * power_factor, three_phase_power_factor                       power_factor (WE-02)
 * frequency_hz                                                 frequency; nominal_frequency_hz: -
 * total_reactive_energy_consumption_kvarh, …                   reactive_energy_import, reactive_energy_export
 */

const IMPORT = [
  'total_energy_consumption_kwh',
  'positive_total_active_energy_kwh',
  'total_active_positive_3phase_kwh',
  'total_kwh',
];
const EXPORT = [
  'total_energy_production_kwh',
  'negative_total_active_energy_kwh',
  'total_active_negative_3phase_kwh',
];
/** WE-03: kilovolt-ampere-hours reactive, whatever the suffix says; nothing named reactive is active. */
const REACTIVE_IMPORT = [
  'total_reactive_energy_consumption_kvarh',
  'positive_total_reactive_energy_kvarh',
  'total_reactive_energy_consumption_kwh',
  'total_reactive_positive_3phase_kvarh',
  'total_reactive_positive_3phase_kwh',
];
const REACTIVE_EXPORT = [
  'total_reactive_energy_production_kvarh',
  'negative_total_reactive_energy_kvarh',
  'total_reactive_energy_production_kwh',
  'total_reactive_negative_3phase_kvarh',
  'total_reactive_negative_3phase_kwh',
];
const CONSUMED = [
  'current_power_consumption_kw',
  'active_consumption_kw',
  'power_kw',
  'active_power_overall_kw',
  'active_positive_3phase_kw',
];
const PRODUCED = ['current_power_production_kw', 'active_negative_3phase_kw'];
const ALL_PHASES = ['1', '2', '3'];
/** A part of a register: the name of the whole, and whether the parts are tariffs or phases. */
const PART = /^([a-z_]+?)_(?:(tariff)_?|l|phase_?)\d_kwh$/;
const NO_TOTAL = /reactive|apparent|partial|target|histor|prev|last|month|day|year|average|max|min/;
const EXPORTED = /production|negative|export/;
const PHASE_POWER =
  /^((?:current_power_consumption|active_power|active_consumption|active_positive|power)_(?:at_)?(?:l|phase_?))[123]_kw$/;
const OTHER_FIELDS = [
  'voltage_l1_l2_v',
  'voltage_l2_l3_v',
  'voltage_l3_l1_v',
  'voltage_average_ll_v',
  'voltage_average_ln_v',
  'nominal_frequency_hz',
];

export function readElectricity(telegram: Telegram): void {
  const flags = telegram.isFaulty && hasOnlyZeros(telegram) ? FLAG.suspect : 0; // WE-08
  const parts = partsOf(telegram);
  readRegister(telegram, 'active_energy_import', IMPORT, parts.imported, flags);
  readRegister(telegram, 'active_energy_export', EXPORT, parts.exported, flags);
  telegram.flaggedPoint(flags, 'reactive_energy_import', 'kvarh', REACTIVE_IMPORT);
  telegram.flaggedPoint(flags, 'reactive_energy_export', 'kvarh', REACTIVE_EXPORT);
  readPower(telegram, parts.powers);
  for (const n of ALL_PHASES) {
    telegram.point(
      `voltage_l${n}`,
      'V',
      `voltage_at_phase_${n}_v`,
      `voltage_l${n}_n_v`,
      `voltage_${n}_n_v`,
    );
    telegram.point(
      `current_l${n}`,
      'A',
      `current_at_phase_${n}_a`,
      `amperage_at_phase_${n}_a`,
      `current_l${n}_a`,
    );
  }
  telegram.point('frequency', 'Hz', 'frequency_hz');
  readPowerFactor(telegram);
  telegram.know(...OTHER_FIELDS);
}

const TOTALS = [...IMPORT, ...EXPORT, ...REACTIVE_IMPORT, ...REACTIVE_EXPORT];

function hasOnlyZeros(telegram: Telegram): boolean {
  let registers = 0;
  for (const key of TOTALS) {
    const value = telegram.number(key);
    if (value === undefined) continue;
    if (value !== 0) return false;
    registers += 1;
  }
  return registers > 0;
}

/** Names of fields that make up a whole together, by the name of the whole. */
type Parts = Map<string, string[]>;

function partsOf(telegram: Telegram): {
  readonly imported: Parts;
  readonly exported: Parts;
  readonly powers: Parts;
} {
  const parts = { imported: new Map(), exported: new Map(), powers: new Map() };
  for (const key of Object.keys(telegram.payload)) {
    if (key.endsWith('_kwh')) {
      const match = PART.exec(key);
      if (match === null || NO_TOTAL.test(key)) continue;
      const [, whole = '', kind = ''] = match;
      note(EXPORTED.test(whole) ? parts.exported : parts.imported, `${kind} ${whole}`, key);
    } else if (key.endsWith('_kw')) {
      const whole = PHASE_POWER.exec(key)?.[1];
      if (whole !== undefined) note(parts.powers, whole, key);
    }
  }
  return parts;
}

function note(parts: Parts, whole: string, key: string): void {
  const own = parts.get(whole);
  if (own === undefined) parts.set(whole, [key]);
  else own.push(key);
}

function readRegister(
  telegram: Telegram,
  quantity: string,
  totals: readonly string[],
  parts: Parts,
  flags: number,
): void {
  const hasTotal = telegram.flaggedPoint(flags, quantity, 'kWh', totals);
  for (const keys of parts.values()) telegram.know(...keys);
  if (hasTotal || parts.size === 0) return; // WE-01: not added again
  const wholes = [...parts.keys()];
  const whole = wholes.find((name) => name.startsWith('tariff ')) ?? wholes[0];
  readSum(telegram, quantity, 'kWh', parts.get(whole ?? '') ?? []);
}

/** The sum of fields as one point; nothing where one of them has no value. A field that is no number is rejected as such. */
function readSum(
  telegram: Telegram,
  quantity: string,
  unit: string,
  keys: readonly string[],
): void {
  const values: number[] = [];
  for (const key of keys) {
    const value = telegram.number(key);
    if (value === undefined) {
      telegram.point(quantity, unit, key);
      return;
    }
    values.push(value);
  }
  telegram.computed(quantity, unit, decimalSum(values), keys[0] ?? '');
}

function readPower(telegram: Telegram, phases: Parts): void {
  const produced = PRODUCED.map((key) => telegram.number(key)).find((value) => value !== undefined);
  telegram.know(...PRODUCED);
  for (const keys of phases.values()) telegram.know(...keys);
  const field = CONSUMED.find((key) => telegram.number(key) !== undefined);
  const consumed = field === undefined ? undefined : telegram.number(field);
  if (field !== undefined && consumed !== undefined && produced !== undefined) {
    telegram.know(...CONSUMED);
    telegram.computed('active_power', 'kW', decimalSum([consumed, -produced]), field);
    return;
  }
  if (telegram.point('active_power', 'kW', ...CONSUMED)) return;
  const [first] = phases.values();
  if (first !== undefined) readSum(telegram, 'active_power', 'kW', first);
}

/** Drivers that give the quadrant by adding 1 to a power factor: 1 < p < 2 stands for 2 - p (WE-02). */
const QUADRANT_CODED = new Set(['iem3000']);

function readPowerFactor(telegram: Telegram): void {
  const keys = ['power_factor', 'three_phase_power_factor'];
  const field = keys.find((key) => telegram.number(key) !== undefined);
  const value = field === undefined ? undefined : telegram.number(field);
  const driver = telegram.value('meter');
  if (
    field !== undefined &&
    value !== undefined &&
    value > 1 &&
    value < 2 &&
    typeof driver === 'string' &&
    QUADRANT_CODED.has(driver)
  ) {
    telegram.know(...keys);
    telegram.computed('power_factor', '1', decimalSum([2, -value]), field);
  } else telegram.point('power_factor', '1', ...keys);
}
