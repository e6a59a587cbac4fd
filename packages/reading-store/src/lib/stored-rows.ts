/** Rows as they are stored, column by column; the first `length` entries count. Of one channel after the other. */
export interface StoredRows {
  readonly length: number;
  readonly channelId: Int32Array;
  readonly tsUs: Float64Array;
  readonly value: Float64Array;
  readonly flags: Int16Array;
  /** As finely as the store keeps it: microseconds in PostgreSQL, seconds in QuestDB. */
  readonly receivedAtUs: Float64Array;
}

/** Readings that arrived in a receive hour (UTC) on a channel. */
export interface HourCount {
  readonly channelId: number;
  readonly hourUs: number;
  readonly readings: number;
}

/** What exports, the ledger check, copies and the analytics read of whole channels. Current values only. */
export interface RowReader {
  /**
   * Rows with times from `fromUs` to `untilUs`, both included and possibly infinite, in pieces of bounded size: channels in the order
   * given, each by time. Everything comes from one moment, not before the first piece is asked for, where the engine has snapshots
   * (PostgreSQL), else each channel does. Whoever stops before the end returns the iterator (`for await` does).
   */
  rows(channelIds: readonly number[], fromUs: number, untilUs: number): AsyncIterable<StoredRows>;

  /** First instant per channel at or after `fromUs`; channels without one are absent. */
  firstInstants(channelIds: readonly number[], fromUs: number): Promise<Map<number, number>>;

  /** Readings by channel and receive hour, of those that arrived from `fromUs` to `toUs` (exclusive; whole hours, or infinite). */
  arrivalsByHour(channelIds: readonly number[], fromUs: number, toUs: number): Promise<HourCount[]>;
}
