import type { PendingBatches } from './pending-batches.ts';
import type { RowReader } from './stored-rows.ts';

/** Rows to write, column by column. Only the first `length` entries count. */
export interface ReadingBatch {
  length: number;
  readonly channelId: Int32Array;
  /** Microseconds since 1970; integers. */
  readonly tsUs: Float64Array;
  readonly value: Float64Array;
  /** Bits of `FLAG` (telemetry). */
  readonly flags: Int16Array;
  /** Microseconds since 1970; when the message that brought the row arrived. */
  readonly receivedAtUs: Float64Array;
}

/** An empty batch with room for `capacity` rows. */
export function createReadingBatch(capacity: number): ReadingBatch {
  return {
    length: 0,
    channelId: new Int32Array(capacity),
    tsUs: new Float64Array(capacity),
    value: new Float64Array(capacity),
    flags: new Int16Array(capacity),
    receivedAtUs: new Float64Array(capacity),
  };
}

/** What happened to a row. `pending`: it is safe, and a store that cannot answer at once says later which of the three it is. */
export const OUTCOME = { stored: 0, duplicate: 1, conflicting: 2, pending: 3 } as const;

/** One `OUTCOME` per row of the batch, in the order of the batch. */
export type WriteOutcomes = Uint8Array;

/** A row as read back. `current` is false for a conflicting value that did not replace the first. */
export interface StoredReading {
  readonly tsUs: number;
  readonly value: number;
  readonly receivedAtUs: number;
  readonly flags: number;
  readonly current: boolean;
}

export type Resolution = '15m' | '1h' | '1d' | '1mo';

/** One bucket. `sum` is the interval energy or volume (difference of registers) for register quantities. */
export interface Aggregate {
  readonly startUs: number;
  readonly endUs: number;
  readonly first: number;
  readonly last: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly sum: number | null;
  readonly count: number;
  /** Share of the bucket's expected readings that are present, 0 to 1; null where the cadence is unknown. */
  readonly coverage: number | null;
}

/** Values on a regular grid, one row per channel: `values[row * count + column]`, NaN where there is no reading. */
export interface GridMatrix {
  readonly channelIds: readonly number[];
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
  readonly values: Float64Array;
}

/** Readings of a channel that came late. Microseconds since 1970. */
export interface LateArrival {
  /** The first instant that one of them belongs to. */
  readonly earliestUs: number;
  /** When the last of them arrived. */
  readonly receivedUs: number;
  /** Of the instants that they belong to: another one where there is one more or less. */
  readonly fingerprint: string;
}

/** The store's transaction handle: for SQL stores the client on which the caller has begun a transaction. */
export interface Transaction {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>;
}

/** Whom rows of a batch are accounted to: those from the share before this one up to `end`, exclusive. */
export interface BatchShare {
  readonly tenant: string;
  readonly deviceId: string;
  /** Column `source` of the ledger. */
  readonly source: string;
  readonly end: number;
  /** What is new of it is announced to the live stream. */
  readonly live: boolean;
}

/** What a store that does not answer at once must know to settle the account later. Others make no use of it. */
export interface WriteOptions {
  /** In the order of the rows, to the last one; without shares the batch is not accounted. */
  readonly shares?: readonly BatchShare[];
  /** `settled` will be asked for the outcomes. */
  readonly awaited?: boolean;
}

/** Time series of readings. Key (channel, ts); the first value stays, a different later one is a recorded conflict. */
export interface ReadingStore<T extends Transaction = Transaction> extends RowReader {
  readonly kind: 'postgres' | 'timescale' | 'questdb';

  /** What `write` answers for a row that is new: `stored`, or `pending` where the store answers later. */
  readonly answer: typeof OUTCOME.stored | typeof OUTCOME.pending;

  /** Where the answer is `pending`: what becomes of awaited batches, also for another process. */
  readonly pendingBatches?: PendingBatches<T>;

  /** Does ahead what `write` needs no transaction for. The batch may not change afterwards. */
  prepare(batch: ReadingBatch): void;

  /**
   * Writes the rows inside the caller's transaction and says what happened to each. Equal rows within the batch are
   * duplicates of the first; a different value for one key, in the batch or the store, is conflicting and recorded
   * in `reading_conflicts` (a conflicting value already recorded there is a duplicate).
   */
  write(transaction: T, batch: ReadingBatch, options?: WriteOptions): Promise<WriteOutcomes>;

  /**
   * What became of the rows of a batch for which `write` answered `pending`, in the same order: waits until it is known. The batch was
   * written as awaited, and its transaction has committed. Other outcomes come back as they are.
   */
  settled(outcomes: WriteOutcomes): Promise<WriteOutcomes>;

  /**
   * Values of whole channels on a grid, for the analytics: the reading AT each grid instant (tolerance 0), NaN where none.
   * Readings with ts > asOfUs are not seen.
   */
  matrix(
    channelIds: readonly number[],
    grid: { startUs: number; stepUs: number; count: number; asOfUs: number },
  ): Promise<GridMatrix>;

  /**
   * Readings of whole channels from `fromUs` to `untilUs`, both included: channel by channel in the order of their times. `take` must not
   * keep the other end waiting.
   */
  series(
    channelIds: readonly number[],
    fromUs: number,
    untilUs: number,
    take: (channelId: number, tsUs: number, value: number) => void,
  ): Promise<void>;

  /**
   * Of some registers those that did not simply count up since an instant each, until `untilUs`: that fell, or that rose by more than
   * `mostPerHour` within an hour or on average over a longer time.
   */
  unsteadyRegisters(
    since: ReadonlyMap<number, number>,
    untilUs: number,
    mostPerHour: number,
  ): Promise<Set<number>>;

  /** Last instant not flagged `future` per channel, at or before `untilUs`; channels without one are absent. */
  lastInstants(channelIds: readonly number[], untilUs?: number): Promise<Map<number, number>>;

  /** A name of what the store shows by now, to ask `lateArrivals` for what it shows since. */
  shown(): Promise<string>;

  /**
   * Channels of a tenant with readings that are shown since `notIn`, arrived after `receivedAfterUs` and belong to instants from
   * `fromUs` to `untilUs`, both included: what came late. Current values only; a conflicting value changes nothing. A reading that was
   * shown shortly before may be among them, none that is shown since is missing.
   */
  lateArrivals(
    tenant: string,
    window: { notIn: string; receivedAfterUs: number; fromUs: number; untilUs: number },
  ): Promise<Map<number, LateArrival>>;

  /** Rows per second aside, the store's readiness: throws where a write could not succeed now. */
  check(): Promise<void>;
}
