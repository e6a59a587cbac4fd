import type { SnapshotWatch } from './snapshot-watch.ts';
import type { StoredRows } from './stored-rows.ts';
import type { Transaction } from './reading-store.ts';
import type { DirtyDay } from './upkeep.ts';

/** A month (UTC) that may hold readings. Microseconds since 1970, `untilUs` exclusive. */
export interface FilledMonth {
  readonly fromUs: number;
  readonly untilUs: number;
  /** By the engine's own statistics; undefined where it has none. */
  readonly readings: number | undefined;
}

/** Takes in rows that are stored elsewhere: past the account, without announcing them, and without conflicts. */
export interface RowLoader {
  /**
   * Rows that are there already change nothing, so that loading may be repeated. PostgreSQL leaves another value of a key as it is,
   * QuestDB puts the row beside it: whoever loads into a store that was not empty compares afterwards. Best in some ten thousand rows.
   */
  load(rows: StoredRows): Promise<void>;
  /** Resolves when everything that was loaded is committed and can be read. */
  shown(): Promise<void>;
  close(): Promise<void>;
}

/** What moving readings from store to store, backups and restores ask of an engine beside its rows. */
export interface BulkStore<T extends Transaction = Transaction> {
  /** In which order rows are loaded best: whole days of all channels, or whole months of some channels. */
  readonly loadsBy: 'day' | 'channel';
  /** The oldest first. */
  months(): Promise<FilledMonth[]>;
  /** As `StoreUpkeep.dirtyDays`. */
  dirtyDays(notIn: string): AsyncIterable<readonly DirtyDay[]>;
  openLoader(): RowLoader;
  /** Where the readings are beside PostgreSQL: for backups, whose snapshot is one of PostgreSQL. */
  watchSnapshot?(): Promise<SnapshotWatch<T>>;
  /** Where the readings are beside PostgreSQL: removes all of them. */
  clear?(): Promise<void>;
}
