import { numberOf } from '../../foreign/numbers.ts';
import { type PointTime, textTime } from '../../foreign/times.ts';
import type { JsonValue } from '../../json.ts';
import { type Field, type FieldTable, KNOWN, isNoValue } from './fields.ts';
import type { Telegram } from './telegram.ts';

/*
 * field                                                        quantity
 * total_m3, alone total_forward_m3                             water_volume
 * total_backward_m3, backflow_m3, …                            water_volume_reverse
 * flow_m3h, volume_flow_m3h, current_flow_m3h                  water_flow; below 0 backwards (WW-03)
 * flow_temperature_c, temperature_c                            water_temperature
 * external_temperature_c                                       temperature, around the meter
 * battery_pct                                                  battery; years and volts are not (WW-06)
 * target_m3 … historic_m3 with their dates                     water_volume at that date, if it is one (WW-05)
 * min_…, max_…, volume_delta_N_m3, <Month>_total_m3            -
 */

/** Smallest numbers of one, two and four bytes in stored volumes (WW-02). */
const NO_STORED_VOLUME = [-0.001, -32.768, -2147483.648];
/** WW-06: volts are the battery's; the others are months, and how long something lasted. */
const NO_READING = /^(?:voltage_v|volume_delta_\d+_m3|[A-Z][a-z]+_total_m3)$/;
const SET_DATE = /^consumption_at_set_date(_\d{1,2})?_m3$/;
const HISTORY = /^consumption_at_history_(\d{1,2})_m3$/;

/** Names under which the date of a stored volume may stand; undefined: the field is none. */
function datesOf(key: string): readonly string[] | undefined {
  if (key === 'target_m3') return ['target_date', 'target_datetime'];
  if (key === 'historic_m3') return ['historic_datetime', 'historic_date'];
  const set = SET_DATE.exec(key);
  if (set !== null) return [`set_date${set[1] ?? ''}`, `set_date${set[1] ?? ''}_date`];
  const history = HISTORY.exec(key);
  return history === null ? undefined : [`history_${history[1]}_date`];
}

function byForm(key: string): Field | undefined {
  const dates = datesOf(key);
  if (dates !== undefined) return { is: 'stored', dates };
  return NO_READING.test(key) ? KNOWN : undefined;
}

export const WATER: FieldTable = {
  slots: [
    { quantity: 'water_volume', unit: 'm3', keys: ['total_m3', 'total_forward_m3'] },
    {
      quantity: 'water_volume_reverse',
      unit: 'm3',
      keys: ['total_backward_m3', 'total_backwards_m3', 'total_backward_flow_m3', 'backflow_m3'],
    },
    {
      quantity: 'water_flow',
      unit: 'm3/h',
      keys: ['flow_m3h', 'volume_flow_m3h', 'current_flow_m3h'],
    },
    {
      quantity: 'water_temperature',
      unit: 'Cel',
      keys: ['flow_temperature_c', 'temperature_c'],
      noValue: { flow_temperature_c: [-100, 127] }, // WW-02
    },
    { quantity: 'temperature', unit: 'Cel', keys: ['external_temperature_c'] },
    { quantity: 'battery', unit: '%', keys: ['battery_pct'] },
  ],
  byForm,
};

/** Registers of the past that the meter keeps: readings of their own at their dates, nothing without one. */
export function readStored(telegram: Telegram, known: StoredDates): void {
  for (const [key, { dates }] of telegram.stored ?? []) {
    const { payload, device } = telegram;
    const name = dates.find((date) => Object.hasOwn(payload, date));
    const time = name === undefined ? undefined : storedTime(telegram, payload[name], known);
    const raw = payload[key];
    if (time === undefined || isNoValue(numberOf(raw) ?? raw, NO_STORED_VOLUME))
      device.hasMissing = true;
    else device.point('water_volume', raw, 'm3', time, key);
  }
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** A meter's dates come with every telegram of a month or a year. */
const MOST_DATES = 2000;

/** Dates of stored values, each read once. */
export class StoredDates {
  readonly #times = new Map<string, PointTime>();

  /** Local midnight at which a date begins, or a local time. */
  timeOf(raw: string, telegram: Telegram): PointTime {
    const known = this.#times.get(raw);
    if (known !== undefined) return known;
    const isDate = DATE.test(raw);
    const time = textTime(isDate ? `${raw}T00:00` : raw, telegram.findings.times);
    // one that is no date yet, or just about, is looked at again
    if (isDate && time.tsSource === 'device' && time.flags === 0 && this.#times.size < MOST_DATES)
      this.#times.set(raw, time);
    return time;
  }
}

/** The time of a stored value; undefined: no date that was (WW-05). */
function storedTime(
  telegram: Telegram,
  raw: JsonValue | undefined,
  dates: StoredDates,
): PointTime | undefined {
  if (typeof raw !== 'string') return undefined;
  const time = dates.timeOf(raw, telegram);
  return time.tsSource === 'device' && time.tsUs <= telegram.time.tsUs ? time : undefined;
}
