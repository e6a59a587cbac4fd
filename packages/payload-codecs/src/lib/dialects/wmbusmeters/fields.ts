import type { JsonValue } from '../../json.ts';

/** A quantity and the fields that tell it, the best first: one telegram may have several in other words. */
export interface Slot {
  readonly quantity: string;
  readonly unit: string;
  readonly keys: readonly string[];
  /** Numbers in a field that stand for no value. */
  readonly noValue?: Readonly<Record<string, readonly number[]>>;
  /** Values below are in doubt. */
  readonly doubtBelow?: number;
}

/** What a field of a telegram is. */
export type Field =
  | { readonly is: 'value'; readonly slot: number; readonly rank: number; readonly no: NoValue }
  /** One of several that make up a whole of the slot together. */
  | { readonly is: 'part'; readonly slot: number; readonly whole: string }
  /** A register of the past with the names of its date. */
  | { readonly is: 'stored'; readonly dates: readonly string[] }
  | { readonly is: 'status' | 'pulse' | 'named' | 'header' | 'known' | 'unknown' | TimeField };
/** Fields that say when: reception, age of the values, the meter's clock. */
type TimeField = 'timestamp' | 'age' | 'clock';
type NoValue = readonly number[] | undefined;

/** The fields of a medium. */
export interface FieldTable {
  readonly slots: readonly Slot[];
  /** A field by the form of its name; undefined: by none that the medium has. */
  readonly byForm?: (key: string) => Field | undefined;
}

export const KNOWN: Field = { is: 'known' };
const UNKNOWN: Field = { is: 'unknown' };
const HEADER: Field = { is: 'header' };
const STATUS: Field = { is: 'status' };

/** WS-01: fields that may hold words of a status, now and in the past. */
export const STATUS_PAST = 'historic_status';
const STATUS_FIELDS = [
  'status',
  'current_status',
  'error_flags',
  'error',
  'frame_status',
  'alarm_flags',
  'warning_flags',
  STATUS_PAST,
];
/** No values of the meter. `contents` lists what a telegram has, and is no status (WW-07). */
const HEADER_FIELDS = [
  '_',
  'media',
  'meter',
  'name',
  'id',
  'timestamp_ut',
  'timestamp_lt',
  'timestamp_utc',
  'device',
  'telegram',
  'contents',
  'fabrication_no',
  'manufacturer',
  'version',
  'software_version',
  'model_version',
];
const TIME_FIELDS: Readonly<Record<string, TimeField>> = {
  timestamp: 'timestamp',
  actuality_duration_s: 'age',
  meter_datetime: 'clock',
  device_datetime: 'clock',
};
const PULSE_FIELDS = ['a_counter', 'b_counter'];

/**
 * Names that are known to be no reading: other windows of time, parts of a total, billing, electronics, texts such as `time_dry` "22-31 days"
 * (WW-08), volume by temperature (WH-01), units of heat cost allocators (WH-06).
 */
const NO_READING =
  /^(?:min|max|minimum|maximum|average|partial|target|prev|previous|historic|history|last|due|set|consumption_at|battery|reactive|apparent|nominal|time)_|^battery$|_(?:date|datetime|h|s|y|nr|counter|factor|month|hca|m3c|txt)$|_at_|_month_|_\d+(?:h|_hours?)_/;

/** Forms of names that are remembered; senders have some hundred. */
const MOST_NAMES = 5000;

/** Worse than that of any field. */
export const NO_RANK = 1000;

/** Says of each name what it is. A name is looked at once. */
export class FieldIndex {
  readonly slots: readonly Slot[];
  /** What a telegram begins with: no field for any slot. */
  readonly noKeys: readonly undefined[];
  readonly noRanks: readonly number[];
  readonly #byForm: FieldTable['byForm'];
  readonly #fields = new Map<string, Field>();
  readonly #all: Field | undefined;

  /** @param all what every field is that is not part of every telegram */
  constructor({ slots, byForm }: FieldTable, names: readonly string[], all?: Field) {
    this.slots = [...slots, { quantity: 'rssi', unit: 'dBm', keys: ['rssi_dbm'] }];
    this.noKeys = this.slots.map(() => undefined);
    this.noRanks = this.slots.map(() => NO_RANK);
    this.#byForm = byForm;
    this.#all = all;
    for (const [slot, { keys, noValue }] of this.slots.entries())
      for (const [rank, key] of keys.entries())
        this.#fields.set(key, { is: 'value', slot, rank, no: noValue?.[key] });
    for (const key of names) this.#fields.set(key, { is: 'named' });
    for (const key of PULSE_FIELDS) this.#fields.set(key, { is: 'pulse' });
    for (const [key, is] of Object.entries(TIME_FIELDS)) this.#fields.set(key, { is });
    for (const key of STATUS_FIELDS) this.#fields.set(key, STATUS);
    for (const key of HEADER_FIELDS) this.#fields.set(key, HEADER);
  }

  of(key: string): Field {
    const known = this.#fields.get(key);
    if (known !== undefined) return known;
    const field = this.#all ?? this.#byForm?.(key) ?? (NO_READING.test(key) ? KNOWN : UNKNOWN);
    if (this.#fields.size < MOST_NAMES) this.#fields.set(key, field);
    return field;
  }
}

/** Whether a field says nothing: null, empty, text that is no number, a number that stands for none. */
export function isNoValue(raw: JsonValue | undefined, no: NoValue): boolean {
  if (typeof raw === 'number') return no !== undefined && no.includes(raw);
  return raw === undefined || raw === null || raw === '';
}
