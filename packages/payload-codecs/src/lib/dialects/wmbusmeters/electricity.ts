import { FLAG } from '@verimeter/telemetry';
import { decimalSum } from '../../foreign/decimals.ts';
import { numberOf } from '../../foreign/numbers.ts';
import { type Field, type FieldTable, KNOWN, type Slot } from './fields.ts';
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

const IMPORT = 0;
const EXPORT = 1;
const REACTIVE_IMPORT = 2;
const REACTIVE_EXPORT = 3;
const POWER = 4;
const PRODUCED = 5;
const POWER_FACTOR = 6;
const FIRST_OTHER = 7;

const phases = (quantity: string, unit: string, keys: readonly string[]): Slot[] =>
  ['1', '2', '3'].map((n) => ({
    quantity: `${quantity}_l${n}`,
    unit,
    keys: keys.map((key) => key.replace('#', n)),
  }));

const SLOTS: readonly Slot[] = [
  {
    quantity: 'active_energy_import',
    unit: 'kWh',
    keys: [
      'total_energy_consumption_kwh',
      'positive_total_active_energy_kwh',
      'total_active_positive_3phase_kwh',
      'total_kwh',
    ],
  },
  {
    quantity: 'active_energy_export',
    unit: 'kWh',
    keys: [
      'total_energy_production_kwh',
      'negative_total_active_energy_kwh',
      'total_active_negative_3phase_kwh',
    ],
  },
  // WE-03: kilovar-hours whatever the suffix says
  {
    quantity: 'reactive_energy_import',
    unit: 'kvarh',
    keys: [
      'total_reactive_energy_consumption_kvarh',
      'positive_total_reactive_energy_kvarh',
      'total_reactive_energy_consumption_kwh',
      'total_reactive_positive_3phase_kvarh',
      'total_reactive_positive_3phase_kwh',
    ],
  },
  {
    quantity: 'reactive_energy_export',
    unit: 'kvarh',
    keys: [
      'total_reactive_energy_production_kvarh',
      'negative_total_reactive_energy_kvarh',
      'total_reactive_energy_production_kwh',
      'total_reactive_negative_3phase_kvarh',
      'total_reactive_negative_3phase_kwh',
    ],
  },
  {
    quantity: 'active_power',
    unit: 'kW',
    keys: [
      'current_power_consumption_kw',
      'active_consumption_kw',
      'power_kw',
      'active_power_overall_kw',
      'active_positive_3phase_kw',
    ],
  },
  // only taken from the one before
  {
    quantity: 'active_power',
    unit: 'kW',
    keys: ['current_power_production_kw', 'active_negative_3phase_kw'],
  },
  {
    quantity: 'power_factor',
    unit: '1',
    keys: ['power_factor', 'three_phase_power_factor'],
  },
  { quantity: 'frequency', unit: 'Hz', keys: ['frequency_hz'] },
  ...phases('voltage', 'V', ['voltage_at_phase_#_v', 'voltage_l#_n_v', 'voltage_#_n_v']),
  ...phases('current', 'A', ['current_at_phase_#_a', 'amperage_at_phase_#_a', 'current_l#_a']),
];

/** A part of a register: the name of the whole, and whether the parts are tariffs or phases. */
const PART = /^([a-z_]+?)_(?:(tariff)_?|l|phase_?)\d_kwh$/;
const NO_TOTAL = /reactive|apparent|partial|target|histor|prev|last|month|day|year|average|max|min/;
const EXPORTED = /production|negative|export/;
const PHASE_POWER =
  /^((?:current_power_consumption|active_power|active_consumption|active_positive|power)_(?:at_)?(?:l|phase_?))[123]_kw$/;
/** Between phases, and means over them. */
const OTHER_VOLTAGE = /^voltage_(?:l\d_l\d|average_l[ln])_v$/;

function byForm(key: string): Field | undefined {
  const part = PART.exec(key);
  if (part !== null && !NO_TOTAL.test(key)) {
    const [, whole = '', kind = ''] = part;
    const slot = EXPORTED.test(whole) ? EXPORT : IMPORT;
    return { is: 'part', slot, whole: `${kind} ${whole}` };
  }
  const phase = PHASE_POWER.exec(key);
  if (phase !== null) return { is: 'part', slot: POWER, whole: phase[1] ?? '' };
  return OTHER_VOLTAGE.test(key) ? KNOWN : undefined;
}

export const ELECTRICITY: FieldTable = { slots: SLOTS, byForm };

/** @param isFaulty the status tells of a fault */
export function readElectricity(telegram: Telegram, isFaulty: boolean): void {
  const flags = isFaulty && hasOnlyZeros(telegram) ? FLAG.suspect : 0; // WE-08
  addRegister(telegram, IMPORT, flags);
  addRegister(telegram, EXPORT, flags);
  telegram.add(REACTIVE_IMPORT, flags);
  telegram.add(REACTIVE_EXPORT, flags);
  addPower(telegram);
  addPowerFactor(telegram);
  for (let slot = FIRST_OTHER; slot <= SLOTS.length; slot += 1) telegram.add(slot); // and rssi
}

function hasOnlyZeros(telegram: Telegram): boolean {
  let registers = 0;
  for (const slot of [IMPORT, EXPORT, REACTIVE_IMPORT, REACTIVE_EXPORT]) {
    const value = telegram.number(slot);
    if (value === undefined) continue;
    if (value !== 0) return false;
    registers += 1;
  }
  return registers > 0;
}

function addRegister(telegram: Telegram, slot: number, flags: number): void {
  // WE-01: parts are not added to a total
  if (telegram.keyOf(slot) === undefined) addSum(telegram, slot);
  else telegram.add(slot, flags);
}

/** The sum of parts, tariffs rather than phases; nothing where one has no value. A part that is no number is rejected as such. */
function addSum(telegram: Telegram, slot: number): void {
  const { parts } = telegram;
  if (parts === undefined) return;
  let whole: string | undefined;
  for (const [, field] of parts)
    if (field.slot === slot && (whole === undefined || isBetter(field.whole, whole)))
      ({ whole } = field);
  const values: number[] = [];
  let first = '';
  for (const [key, field] of parts) {
    if (field.slot !== slot || field.whole !== whole) continue;
    const raw = telegram.payload[key];
    const value = numberOf(raw);
    if (value === undefined) {
      telegram.addComputed(slot, raw, key);
      return;
    }
    first ||= key;
    values.push(value);
  }
  if (whole !== undefined) telegram.addComputed(slot, decimalSum(values), first);
}

const isBetter = (whole: string, than: string): boolean =>
  whole.startsWith('tariff ') && !than.startsWith('tariff ');

function addPower(telegram: Telegram): void {
  const key = telegram.keyOf(POWER);
  const consumed = telegram.number(POWER);
  const produced = telegram.number(PRODUCED);
  if (key === undefined) addSum(telegram, POWER); // WE-06
  else if (consumed === undefined || produced === undefined) telegram.add(POWER);
  else telegram.addComputed(POWER, decimalSum([consumed, -produced]), key);
}

/** Drivers that give the quadrant by adding 1 to a power factor: 1 < p < 2 stands for 2 - p (WE-02). */
const QUADRANT_CODED: readonly unknown[] = ['iem3000'];

function addPowerFactor(telegram: Telegram): void {
  const key = telegram.keyOf(POWER_FACTOR);
  const value = telegram.number(POWER_FACTOR);
  const isCoded =
    value !== undefined &&
    value > 1 &&
    value < 2 &&
    QUADRANT_CODED.includes(telegram.payload['meter']);
  if (isCoded && key !== undefined)
    telegram.addComputed(POWER_FACTOR, decimalSum([2, -value]), key);
  else telegram.add(POWER_FACTOR);
}
