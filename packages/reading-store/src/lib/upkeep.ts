/** How much a store holds. */
export interface StoreSize {
  /** By the engine's own statistics: exact for QuestDB, an estimate of the last ANALYZE for PostgreSQL. */
  readonly readings: number;
  /** Table and indexes on disk. */
  readonly bytes: number;
  /** Part of `bytes` in compressed chunks or Parquet. */
  readonly compressedBytes: number;
  /** Start of the oldest and end of the newest partition with readings, microseconds since 1970; null where there is none. */
  readonly fromUs: number | null;
  readonly untilUs: number | null;
}

/** A day (UTC) of a channel that changed. */
export interface DirtyDay {
  readonly channelId: number;
  /** 00:00 UTC, microseconds since 1970. */
  readonly dayUs: number;
}

/** What keeps a store in order; none of it in the transaction of a batch. */
export interface StoreUpkeep {
  /**
   * Makes partitions ahead, compresses or converts what is past the late window, brings rollups up to date. Safe to call at any time;
   * what is under way when `signal` is aborted fails, and the rest is left to the next call.
   */
  tend(nowUs: number, signal?: AbortSignal): Promise<void>;

  /**
   * Drops whole partitions that ended at or before `beforeUs`; returns how many. Readings in younger ones stay. Of receive hours that the ledger
   * check still compares it writes down what goes.
   */
  retain(beforeUs: number, signal?: AbortSignal): Promise<number>;

  /**
   * Days with readings that are shown since `notIn` (a name that `shown` gave), by channel and day: what has to be computed anew. None is
   * missing, whenever its readings had arrived; some may come twice, or although they were shown shortly before. Take the next name first.
   */
  dirtyDays(notIn: string): AsyncIterable<readonly DirtyDay[]>;

  size(): Promise<StoreSize>;
}
