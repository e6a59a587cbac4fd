import { setImmediate } from 'node:timers/promises';
import { type FleetSort, FLEET_SORTS } from '@verimeter/api-schema';
import {
  type FleetFilter,
  countValues,
  failures,
  findText,
  mostFrequent,
  rowsThatCount,
} from './fleet-filter.ts';
import type { FleetRow } from './fleet-rows.ts';
import { type CodedColumn, type FleetTable, type NumericColumn, CODED } from './fleet-table.ts';
import { isSameText } from './text-heap.ts';
import { lowerBound, reorder, sortByKey } from './ordering.ts';

/** Where a page ended: the keys of its last row (null: no value), device id and quantity. */
export interface FleetPosition {
  readonly keys: readonly (number | null)[];
  readonly deviceId: string;
  readonly quantity: string;
}

export interface FleetPage {
  readonly rows: readonly { readonly deviceId: string; readonly quantity: string }[];
  /** Rows that pass the filter, on all pages. */
  readonly total: number;
  /** undefined: this is the last page. */
  readonly end: FleetPosition | undefined;
}

interface FacetCounts {
  readonly values: readonly { readonly value: string | null; readonly count: number }[];
  /** Further values. */
  readonly more: number;
}
export type FleetFacets = ReadonlyMap<CodedColumn, FacetCounts>;

/** Values of a filter that are told: a fleet may have tens of thousands of groups. */
const VALUES_AT_MOST = 100;

interface SortRule {
  /** Columns whose change moves a row. */
  readonly of: readonly string[];
  /** Keys from the most important on; the last one may be NaN, which comes last whichever the direction. */
  readonly keys: readonly ((row: number) => number)[];
}

interface Order {
  rows: Uint32Array;
  /** Rows that may be elsewhere by now. */
  readonly moved: Set<number>;
}

interface Passing {
  readonly version: number;
  readonly failed: Uint16Array;
  readonly total: number;
  facets: FleetFacets | undefined;
}

/** Filters of which it is remembered which rows pass: those somebody is looking at. Two bytes a row each. */
const REMEMBERED = 8;
/** A share of rows beyond which sorting anew is faster than moving single ones. */
const MOVED_AT_MOST = 1 / 50;

/** First what is to be done, then the others; the index has no row number of it, so it is by value. */
const RISK_RANK: Readonly<Record<string, number>> = { reverify: 0, inspect: 1, watch: 2, none: 3 };
const NO_ANSWER = 4;

function rulesOf(table: FleetTable): Readonly<Record<FleetSort, SortRule>> {
  const by = (column: NumericColumn): SortRule => ({
    of: [column],
    keys: [(row) => table.numbers(column)[row] ?? Number.NaN],
  });
  const rankOf = (row: number): number => {
    const { codes, dictionary } = table.codes('recommendation');
    const value = dictionary.values[codes[row] ?? 0] ?? null;
    return value === null ? NO_ANSWER : (RISK_RANK[value] ?? 3);
  };
  return {
    // Devices without a probability come last of their kind, as in GET /health.
    risk: {
      of: ['recommendation', 'drifted'],
      keys: [
        rankOf,
        (row) => {
          const drifted = table.numbers('drifted')[row] ?? Number.NaN;
          return Number.isNaN(drifted) ? 1 : -drifted;
        },
      ],
    },
    device_id: { of: [], keys: [] },
    error: by('error'),
    error_of_limit: by('of_limit'),
    probability_over_limit: by('over_limit'),
    probability_drifted: by('drifted'),
    minimum_detectable: by('minimum_detectable'),
    exit_date: by('exit_day'),
    due_on: by('due_day'),
    last_seen: by('last_seen_us'),
  };
}

/** NaN after all numbers. */
function compareNumbers(left: number, right: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1;
  if (Number.isNaN(right)) return -1;
  return left - right;
}

/** Filters, sorts and counts the fleet of one tenant. */
export class FleetIndex {
  readonly table: FleetTable;
  readonly #rules: Readonly<Record<FleetSort, SortRule>>;
  readonly #orders = new Map<FleetSort, Order>();
  readonly #passing = new Map<string, Passing>();
  readonly #found = new Map<
    string,
    { readonly version: number; readonly rows: Uint8Array | undefined }
  >();
  #devices: { readonly version: number; readonly counts: ReadonlyMap<string, number> } | undefined;

  constructor(table: FleetTable) {
    this.table = table;
    this.#rules = rulesOf(table);
  }

  /** Takes over how some devices are now. */
  replace(deviceIds: readonly string[], rows: readonly FleetRow[]): void {
    const changes = this.table.replace(deviceIds, rows);
    for (const [row, columns] of changes.rows) this.#moved(row, columns);
  }

  /** Takes over when some devices were last heard of. */
  seen(times: readonly { readonly deviceId: string; readonly us: number }[]): void {
    const columns = new Set(['last_seen_us']);
    for (const { deviceId, us } of times)
      for (const row of this.table.rowsOf(deviceId))
        if (this.table.setLastSeen(row, us)) this.#moved(row, columns);
  }

  #moved(row: number, columns: ReadonlySet<string>): void {
    for (const [sort, order] of this.#orders)
      if (columns.has('*') || this.#rules[sort].of.some((column) => columns.has(column)))
        order.moved.add(row);
  }

  page(
    filter: FleetFilter,
    by: { readonly sort: FleetSort; readonly descending: boolean },
    limit: number,
    after?: FleetPosition,
  ): FleetPage {
    const { table } = this;
    const { failed, total } = this.#pass(filter);
    const order = this.order(by.sort);
    const rule = this.#rules[by.sort];
    const rows = new Uint32Array(limit + 1);
    const found = collect(order, this.#places(order, rule, by.descending, after), failed, rows);
    const kept = rows.subarray(0, Math.min(found, limit));
    const last = kept.at(-1);
    return {
      rows: Array.from(kept, (row) => ({
        deviceId: table.deviceId(row),
        quantity: table.quantityOf(row),
      })),
      total,
      end: found > limit && last !== undefined ? this.#position(rule, last) : undefined,
    };
  }

  /** Numbers of all rows that pass, sorted. */
  all(
    filter: FleetFilter,
    by: { readonly sort: FleetSort; readonly descending: boolean },
  ): Uint32Array {
    const { failed, total } = this.#pass(filter);
    const order = this.order(by.sort);
    const rows = new Uint32Array(total);
    collect(order, this.#places(order, this.#rules[by.sort], by.descending), failed, rows);
    return rows;
  }

  /** For each value how many rows it would show with the other filters as they are; the most frequent first. */
  facets(filter: FleetFilter): FleetFacets {
    const passing = this.#pass(filter);
    passing.facets ??= this.#count(passing.failed);
    return passing.facets;
  }

  #count(failed: Uint16Array): FleetFacets {
    const some = rowsThatCount(failed);
    return new Map(
      CODED.map((column) => {
        const counts = countValues(this.table, failed, some, column);
        const { values } = this.table.codes(column).dictionary;
        const found = mostFrequent(counts, VALUES_AT_MOST).map((code) => ({
          value: values[code] ?? null,
          count: counts[code] ?? 0,
        }));
        found.sort(
          (left, right) =>
            right.count - left.count || ((left.value ?? '') < (right.value ?? '') ? -1 : 1),
        );
        let distinct = 0;
        for (const count of counts) if (count > 0) distinct++;
        return [column, { values: found, more: distinct - found.length }] as const;
      }),
    );
  }

  /** Devices with an answer by their most urgent recommendation. */
  devicesByRecommendation(): ReadonlyMap<string, number> {
    const { table } = this;
    if (this.#devices?.version === table.version) return this.#devices.counts;
    const counts = new Map<string, number>();
    const { codes, dictionary } = table.codes('recommendation');
    const ranks = dictionary.values.map((value) => RISK_RANK[value ?? ''] ?? NO_ANSWER);
    const perRank = new Uint32Array(NO_ANSWER + 1);
    const { byId } = table;
    let most = NO_ANSWER;
    for (let at = 0; at < byId.length; at++) {
      const row = byId[at] ?? 0;
      most = Math.min(most, ranks[codes[row] ?? 0] ?? NO_ANSWER);
      // Rows of one device stand together.
      const isLast = at + 1 === byId.length || !isSameText(table.ids, row, byId[at + 1] ?? 0);
      if (!isLast) continue;
      perRank[most] = (perRank[most] ?? 0) + 1;
      most = NO_ANSWER;
    }
    for (const [value, rank] of Object.entries(RISK_RANK)) counts.set(value, perRank[rank] ?? 0);
    this.#devices = { version: table.version, counts };
    return counts;
  }

  total(filter: FleetFilter): number {
    return this.#pass(filter).total;
  }

  /** Sorts by everything there is to sort by, so that nobody waits for it later; lets others work in between. */
  async sortAll(): Promise<void> {
    for (const sort of FLEET_SORTS) {
      this.order(sort);
      // oxlint-disable-next-line no-await-in-loop
      await setImmediate();
    }
  }

  /** All living rows in ascending order. */
  order(sort: FleetSort): Uint32Array {
    if (sort === 'device_id') return this.table.byId;
    const known = this.#orders.get(sort);
    const isFew = known !== undefined && known.moved.size <= known.rows.length * MOVED_AT_MOST;
    const order = isFew ? known : { rows: this.#sorted(sort), moved: new Set<number>() };
    if (order.moved.size > 0) {
      order.rows = reorder(
        order.rows,
        order.moved,
        (row) => this.table.alive[row] === 1,
        (left, right) => this.#compare(this.#rules[sort], left, right),
      );
      order.moved.clear();
    }
    this.#orders.set(sort, order);
    return order.rows;
  }

  #sorted(sort: FleetSort): Uint32Array {
    // By the least important key first: sorting by the next one leaves rows that are alike there as they are.
    return this.#rules[sort].keys.toReversed().reduce<Uint32Array>(sortByKey, this.table.byId);
  }

  #compare(rule: SortRule, left: number, right: number): number {
    for (const key of rule.keys) {
      const order = compareNumbers(key(left), key(right));
      if (order !== 0) return order;
    }
    return this.table.compareIds(left, right);
  }

  #position(rule: SortRule, row: number): FleetPosition {
    return {
      keys: rule.keys.map((key) => {
        const value = key(row);
        return Number.isNaN(value) ? null : value;
      }),
      deviceId: this.table.deviceId(row),
      quantity: this.table.quantityOf(row),
    };
  }

  /**
   * The stretches of the order to walk, after a position. Descending is ascending backwards, ids too; but rows without a value come last both ways.
   */
  #places(
    order: Uint32Array,
    rule: SortRule,
    descending: boolean,
    after?: FleetPosition,
  ): Stretch[] {
    const lastKey = rule.keys.at(-1);
    const without =
      lastKey === undefined
        ? order.length
        : lowerBound(order, (row) => (Number.isNaN(lastKey(row)) ? 1 : -1));
    const stretches: Stretch[] = descending
      ? [
          { from: without - 1, to: -1, step: -1 },
          { from: order.length - 1, to: without - 1, step: -1 },
        ]
      : [{ from: 0, to: order.length, step: 1 }];
    if (after === undefined) return stretches;
    const deviceId = Buffer.from(after.deviceId);
    const keys = after.keys.map((key) => key ?? Number.NaN);
    const compare = (row: number): number => {
      for (const [at, key] of rule.keys.entries()) {
        const difference = compareNumbers(key(row), keys[at] ?? Number.NaN);
        if (difference !== 0) return difference;
      }
      return this.table.compareWith(row, deviceId, after.quantity);
    };
    if (!descending) {
      const from = lowerBound(order, (row) => (compare(row) <= 0 ? -1 : 1));
      return [{ from, to: order.length, step: 1 }];
    }
    const before = lowerBound(order, compare) - 1;
    const isWithout = keys.length > 0 && Number.isNaN(keys.at(-1));
    return isWithout
      ? [{ from: before, to: without - 1, step: -1 }]
      : [{ from: before, to: -1, step: -1 }, ...stretches.slice(1)];
  }

  /** Rows that a text finds. It stays while filters and order around it change, and while devices change that are no texts. */
  #find(text: string): Uint8Array | undefined {
    const { textVersion } = this.table;
    const known = this.#found.get(text);
    if (known?.version === textVersion) return known.rows;
    const rows = findText(this.table, text);
    this.#found.delete(text);
    this.#found.set(text, { version: textVersion, rows });
    forgetOldest(this.#found);
    return rows;
  }

  #pass(filter: FleetFilter): Passing {
    const name = JSON.stringify(filter);
    const known = this.#passing.get(name);
    this.#passing.delete(name);
    if (known?.version === this.table.version) {
      this.#passing.set(name, known);
      return known;
    }
    const failed = failures(this.table, filter, this.#find(filter.text ?? ''));
    let total = 0;
    for (let row = 0; row < failed.length; row++) if (failed[row] === 0) total++;
    const passing: Passing = { version: this.table.version, failed, total, facets: undefined };
    this.#passing.set(name, passing);
    forgetOldest(this.#passing);
    return passing;
  }

  /** Memory of all that is kept. */
  get bytes(): number {
    let sum = this.table.bytes;
    for (const order of this.#orders.values()) sum += order.rows.byteLength;
    for (const passing of this.#passing.values()) sum += passing.failed.byteLength;
    for (const { rows } of this.#found.values()) sum += rows?.byteLength ?? 0;
    return sum;
  }
}

function forgetOldest(known: Map<string, unknown>): void {
  for (const [oldest] of known) {
    if (known.size <= REMEMBERED) return;
    known.delete(oldest);
  }
}

interface Stretch {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly step: 1 | -1;
}

/** Fills `rows` with those that pass, as they come; returns how many there were. */
function collect(
  order: Uint32Array,
  stretches: readonly Stretch[],
  failed: Uint16Array,
  rows: Uint32Array,
): number {
  let found = 0;
  for (const { from, to, step } of stretches)
    for (let at = from; at !== to && found < rows.length; at += step) {
      const row = order[at] ?? 0;
      if (failed[row] === 0) rows[found++] = row;
    }
  return found;
}
