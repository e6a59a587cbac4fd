import { type PointTime, textTime } from '../../foreign/times.ts';
import type { JsonValue } from '../../json.ts';
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
 * contents, time_dry, leak_date, …                             - (WW-07, WW-08)
 */

/** WW-02: no reading of a sensor, and the smallest numbers of two and four bytes in stored values. */
const NO_TEMPERATURE = new Set([-100, 127]);
const NO_STORED_VOLUME = new Set([-0.001, -32.768, -2147483.648]);

const OTHER_FIELDS = ['voltage_v', 'time_dry', 'time_reversed', 'time_leaking', 'time_bursting'];
const WATCHED = /^(?:volume_delta_\d+_m3|[A-Z][a-z]+_total_m3|transmission_period_s)$/;

export function readWater(telegram: Telegram): void {
  telegram.point('water_volume', 'm3', 'total_m3', 'total_forward_m3');
  telegram.point(
    'water_volume_reverse',
    'm3',
    'total_backward_m3',
    'total_backwards_m3',
    'total_backward_flow_m3',
    'backflow_m3',
  );
  telegram.point('water_flow', 'm3/h', 'flow_m3h', 'volume_flow_m3h', 'current_flow_m3h');
  if (isSentinel(telegram, 'flow_temperature_c', NO_TEMPERATURE)) {
    telegram.know('flow_temperature_c');
    telegram.point('water_temperature', 'Cel', 'temperature_c');
  } else telegram.point('water_temperature', 'Cel', 'flow_temperature_c', 'temperature_c');
  telegram.point('temperature', 'Cel', 'external_temperature_c');
  telegram.point('battery', '%', 'battery_pct');
  telegram.know(...OTHER_FIELDS);
  for (const key of Object.keys(telegram.payload)) {
    if (WATCHED.test(key)) telegram.know(key);
    else readStored(telegram, key);
  }
}

function isSentinel(telegram: Telegram, key: string, sentinels: ReadonlySet<number>): boolean {
  const value = telegram.number(key);
  return value !== undefined && sentinels.has(value);
}

const SET_DATE = /^consumption_at_set_date(_\d{1,2})?_m3$/;
const HISTORY = /^consumption_at_history_(\d{1,2})_m3$/;

/** Names under which the date of a stored volume may stand; undefined: the field is none. */
function datesOf(key: string): readonly string[] | undefined {
  if (key === 'target_m3') return ['target_date', 'target_datetime'];
  if (key === 'historic_m3') return ['historic_datetime', 'historic_date'];
  if (!key.startsWith('consumption_at_')) return undefined;
  const set = SET_DATE.exec(key);
  if (set !== null) return [`set_date${set[1] ?? ''}`, `set_date${set[1] ?? ''}_date`];
  const history = HISTORY.exec(key);
  return history === null ? undefined : [`history_${history[1]}_date`];
}

/** A register of the past that the meter keeps (0.2, H): a reading of its own at its date, nothing without one. */
function readStored(telegram: Telegram, key: string): void {
  const dates = datesOf(key);
  if (dates === undefined || Object.hasOwn(telegram.findings.settings.names, key)) return;
  telegram.know(key, ...dates);
  const name = dates.find((date) => typeof telegram.value(date) === 'string');
  const time = storedTime(telegram, name === undefined ? undefined : telegram.value(name));
  if (time === undefined || isSentinel(telegram, key, NO_STORED_VOLUME)) {
    telegram.device.hasMissing = true;
    return;
  }
  telegram.device.point('water_volume', telegram.value(key), 'm3', time, key);
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Local midnight at which a date begins, or a local time; undefined: no date that was (WW-05). */
function storedTime(telegram: Telegram, raw: JsonValue | undefined): PointTime | undefined {
  if (typeof raw !== 'string') return undefined;
  const time = textTime(DATE.test(raw) ? `${raw}T00:00` : raw, telegram.findings.times);
  return time.tsSource === 'device' && time.tsUs <= telegram.time.tsUs ? time : undefined;
}
