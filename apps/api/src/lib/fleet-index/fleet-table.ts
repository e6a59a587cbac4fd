import type { FleetRow } from './fleet-rows.ts';
import { lowerBound, reorder } from './ordering.ts';
import {
  type TextHeap,
  compareText,
  compareTexts,
  createTextHeap,
  putText,
  textOf,
} from './text-heap.ts';
import { type WordIndex, createWordIndex, fold, putWords } from './words.ts';

/** Columns of which a row has one of a limited number of values. */
export const CODED = [
  'kind',
  'indication',
  'recommendation',
  'legal_status',
  'finding_status',
  'online',
  'accuracy_class',
  'group',
  'manufacturer',
  'model',
] as const;
export type CodedColumn = (typeof CODED)[number];

/** Columns of numbers; null is NaN. Days and microseconds since 1970 are numbers as well. */
const NUMERIC = [
  'due_day',
  'error',
  'of_limit',
  'over_limit',
  'drifted',
  'exit_day',
  'minimum_detectable',
  'last_seen_us',
] as const;
export type NumericColumn = (typeof NUMERIC)[number];

/** Values of a column by code. Code 0 is null. */
class Dictionary {
  readonly values: (string | null)[] = [null];
  readonly #codes = new Map<string, number>();

  codeOf(value: string | null): number {
    if (value === null) return 0;
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    const code = this.values.push(value) - 1;
    this.#codes.set(value, code);
    return code;
  }

  find(value: string): number | undefined {
    return this.#codes.get(value);
  }
}

export interface CodedValues {
  readonly dictionary: Dictionary;
  codes: Uint16Array | Uint32Array;
}

const IN_16_BITS = 65_536;
const QUANTITIES = 256;

function codedText(row: FleetRow, column: CodedColumn): string | null {
  switch (column) {
    case 'kind':
      return row.kind;
    case 'indication':
      return row.indication;
    case 'recommendation':
      return row.recommendation;
    case 'legal_status':
      return row.legalStatus;
    case 'finding_status':
      return row.findingStatus;
    case 'online':
      return row.online === null ? null : String(row.online);
    case 'accuracy_class':
      return row.accuracyClass;
    case 'group':
      return row.groupId;
    case 'manufacturer':
      return row.manufacturer;
    case 'model':
      return row.model;
  }
}

function numberOf(row: FleetRow, column: NumericColumn): number {
  switch (column) {
    case 'due_day':
      return row.dueDay ?? Number.NaN;
    case 'error':
      return row.error ?? Number.NaN;
    case 'of_limit':
      return row.ofLimit ?? Number.NaN;
    case 'over_limit':
      return row.overLimit ?? Number.NaN;
    case 'drifted':
      return row.drifted ?? Number.NaN;
    case 'exit_day':
      return row.exitDay ?? Number.NaN;
    case 'minimum_detectable':
      return row.minimumDetectable ?? Number.NaN;
    case 'last_seen_us':
      return row.lastSeenUs ?? Number.NaN;
  }
}

/** Copy with room for more rows. */
function grown<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  make: new (length: number) => T,
  old: T,
  capacity: number,
): T {
  const larger = new make(capacity);
  larger.set(old);
  return larger;
}

/** What one change of a row moved. */
export interface Changes {
  /** Rows that are new, gone, or have another value, with the numeric and coded columns in which they have. */
  readonly rows: Map<number, Set<string>>;
}

/**
 * The fleet of one tenant by columns: a row for each device and judged quantity. Rows keep their number; one that is gone is not alive any more, and
 * its number is not given again.
 */
export class FleetTable {
  rows = 0;
  dead = 0;
  /** Counts the changes: what was derived under another version is stale. */
  version = 0;
  /** Counts the changes of ids, serial numbers and addresses. */
  textVersion = 0;
  alive: Uint8Array;
  quantity: Uint8Array;
  readonly quantities = new Dictionary();
  readonly ids: TextHeap;
  readonly serials: TextHeap;
  readonly words: WordIndex;
  readonly coded = new Map<CodedColumn, CodedValues>();
  readonly numeric = new Map<NumericColumn, Float64Array>();
  /** Living rows by device id and quantity, bytewise. */
  byId: Uint32Array = new Uint32Array(0);
  #capacity: number;

  constructor(expected: number) {
    const capacity = Math.max(64, Math.ceil(expected * 1.02));
    this.#capacity = capacity;
    this.alive = new Uint8Array(capacity);
    this.quantity = new Uint8Array(capacity);
    this.ids = createTextHeap(capacity);
    this.serials = createTextHeap(capacity);
    this.words = createWordIndex(capacity);
    for (const column of CODED)
      this.coded.set(column, { dictionary: new Dictionary(), codes: new Uint16Array(capacity) });
    for (const column of NUMERIC) this.numeric.set(column, new Float64Array(capacity));
  }

  numbers(column: NumericColumn): Float64Array {
    const found = this.numeric.get(column);
    if (found === undefined) throw new Error(`no column ${column}`);
    return found;
  }

  codes(column: CodedColumn): CodedValues {
    const found = this.coded.get(column);
    if (found === undefined) throw new Error(`no column ${column}`);
    return found;
  }

  /** Adds a row of a fleet that is read in the order of its ids, each once. */
  load(row: FleetRow): void {
    this.#put(this.#append(row), row, undefined);
  }

  /** After the last `load`. */
  loaded(): void {
    const { rows } = this;
    this.byId = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) this.byId[row] = row;
    // Ids come in order; the quantities of one device may not.
    let isSorted = true;
    for (let row = 1; row < rows && isSorted; row++) isSorted = this.compareIds(row - 1, row) < 0;
    if (!isSorted) this.byId.sort((left, right) => this.compareIds(left, right));
    this.version++;
  }

  deviceId(row: number): string {
    return textOf(this.ids, row);
  }

  quantityOf(row: number): string {
    return this.quantities.values[this.quantity[row] ?? 0] ?? '';
  }

  /** By device id, then quantity, bytewise. */
  compareIds(left: number, right: number): number {
    const order = compareTexts(this.ids, left, right);
    if (order !== 0) return order;
    const a = this.quantityOf(left);
    const b = this.quantityOf(right);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** Compares a row with a device id and quantity. */
  compareWith(row: number, deviceId: Buffer, quantity: string): number {
    const order = compareText(this.ids, row, deviceId);
    if (order !== 0) return order;
    const own = this.quantityOf(row);
    return own < quantity ? -1 : own > quantity ? 1 : 0;
  }

  /** The living rows of a device. */
  rowsOf(deviceId: string): number[] {
    const bytes = Buffer.from(deviceId);
    const found: number[] = [];
    let at = lowerBound(this.byId, (row) => compareText(this.ids, row, bytes));
    for (; at < this.byId.length; at++) {
      const row = this.byId[at] ?? 0;
      if (compareText(this.ids, row, bytes) !== 0) break;
      found.push(row);
    }
    return found;
  }

  /** Replaces all that is known of some devices. Returns which rows changed in which columns. */
  replace(deviceIds: Iterable<string>, rows: readonly FleetRow[]): Changes {
    const changes: Changes = { rows: new Map() };
    const byDevice = Map.groupBy(rows, (row) => row.deviceId);
    const moved = new Set<number>();
    for (const deviceId of new Set(deviceIds)) {
      const known = new Map(this.rowsOf(deviceId).map((row) => [this.quantityOf(row), row]));
      for (const row of byDevice.get(deviceId) ?? []) {
        const place = known.get(row.quantity);
        known.delete(row.quantity);
        const at = place ?? this.#append(row);
        const columns = new Set<string>();
        this.#put(at, row, columns);
        if (place === undefined) {
          columns.add('*');
          moved.add(at);
        }
        if (columns.size > 0) changes.rows.set(at, columns);
      }
      for (const gone of known.values()) {
        this.alive[gone] = 0;
        this.dead++;
        moved.add(gone);
        changes.rows.set(gone, new Set(['*']));
      }
    }
    if (moved.size > 0)
      this.byId = reorder(
        this.byId,
        moved,
        (row) => this.alive[row] === 1,
        (left, right) => this.compareIds(left, right),
      );
    if (changes.rows.size > 0) this.version++;
    for (const columns of changes.rows.values())
      if (columns.has('*') || columns.has('text')) {
        this.textVersion++;
        break;
      }
    return changes;
  }

  setLastSeen(row: number, us: number): boolean {
    const column = this.numbers('last_seen_us');
    const before = column[row] ?? Number.NaN;
    if (before >= us) return false;
    column[row] = us;
    return true;
  }

  #append(row: FleetRow): number {
    if (this.rows === this.#capacity) this.#grow();
    const at = this.rows++;
    this.alive[at] = 1;
    putText(this.ids, at, row.deviceId);
    const quantity = this.quantities.codeOf(row.quantity);
    if (quantity >= QUANTITIES)
      throw new Error(`more than ${QUANTITIES - 1} quantities in one fleet`);
    this.quantity[at] = quantity;
    return at;
  }

  /** `changed` undefined: the row is new and nothing is compared. */
  #put(at: number, row: FleetRow, changed: Set<string> | undefined): void {
    for (const [column, values] of this.coded) {
      const code = values.dictionary.codeOf(codedText(row, column));
      if (code >= IN_16_BITS && values.codes instanceof Uint16Array)
        values.codes = Uint32Array.from(values.codes);
      if (changed !== undefined && values.codes[at] !== code) changed.add(column);
      values.codes[at] = code;
    }
    for (const [column, values] of this.numeric) {
      const value = numberOf(row, column);
      if (changed !== undefined && !Object.is(values[at], value)) changed.add(column);
      values[at] = value;
    }
    const serial = row.serial === null ? '' : fold(row.serial);
    if (textOf(this.serials, at) !== serial) {
      putText(this.serials, at, serial);
      changed?.add('text');
    }
    // Words that were there stay in the block: addresses hardly ever change.
    if (changed === undefined || !this.#hasWords(at, row.address)) {
      putWords(this.words, at, row.address);
      changed?.add('text');
    }
  }

  #hasWords(at: number, address: string | null): boolean {
    const probe = createWordIndex(1);
    putWords(probe, 0, address);
    const count = probe.count[0] ?? 0;
    if (count !== this.words.count[at]) return false;
    const start = this.words.start[at] ?? 0;
    for (let n = 0; n < count; n++)
      if (this.words.words[this.words.list[start + n] ?? 0] !== probe.words[probe.list[n] ?? 0])
        return false;
    return true;
  }

  #grow(): void {
    const capacity = Math.ceil(this.#capacity * 1.25) + 64;
    this.#capacity = capacity;
    this.alive = grown(Uint8Array, this.alive, capacity);
    this.quantity = grown(Uint8Array, this.quantity, capacity);
    for (const heap of [this.ids, this.serials]) {
      heap.start = grown(Uint32Array, heap.start, capacity);
      heap.length = grown(Uint16Array, heap.length, capacity);
      heap.head = grown(Uint32Array, heap.head, capacity);
    }
    this.words.start = grown(Uint32Array, this.words.start, capacity);
    this.words.count = grown(Uint8Array, this.words.count, capacity);
    for (const values of this.coded.values())
      values.codes =
        values.codes instanceof Uint16Array
          ? grown(Uint16Array, values.codes, capacity)
          : grown(Uint32Array, values.codes, capacity);
    for (const [column, values] of this.numeric)
      this.numeric.set(column, grown(Float64Array, values, capacity));
  }

  /** Memory of the columns, texts and words, without what is derived from them. */
  get bytes(): number {
    let sum = this.alive.byteLength + this.quantity.byteLength + this.byId.byteLength;
    for (const heap of [this.ids, this.serials])
      sum +=
        heap.bytes.length + heap.start.byteLength + heap.length.byteLength + heap.head.byteLength;
    const { list, start, count, words } = this.words;
    // A word of the dictionary is an object and an entry of a map: about 100 bytes.
    sum += list.byteLength + start.byteLength + count.byteLength + words.length * 100;
    for (const values of this.coded.values()) sum += values.codes.byteLength;
    for (const values of this.numeric.values()) sum += values.byteLength;
    return sum;
  }
}
