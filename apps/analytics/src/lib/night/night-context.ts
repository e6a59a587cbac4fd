import type { Estimated, FleetPrior, JudgedArea, NightRefusal } from '@verimeter/drift';
import type { LateArrival, ReadingStore } from '@verimeter/reading-store';
import type { Pool } from '@verimeter/registry';
import type { Cadence } from '../electricity-input.ts';
import type { KeptFiles } from './kept-files.ts';

/** What all threads of a night are given. Microseconds since 1970. */
export interface NightFrame {
  readonly tenant: string;
  /** Of the night, under which all that it publishes is found. */
  readonly runId: number;
  readonly generation: string;
  readonly prior: FleetPrior;
  /** When it was looked for what came late: what arrives from then on is for the next night. */
  readonly markUs: number;
  /** As asked for; undefined: the last reading of each group's supply. */
  readonly askedUs: number | undefined;
  /** The latest as-of of all areas. */
  readonly latestUs: number;
  /** The latest as-of of the tenant, devices of other kinds and outside of all areas too: of devices and groups without a reading. */
  readonly tenantLatestUs: number;
  readonly cadence: Cadence;
  /** Whether customers in no list are looked for in every area that is analysed in full, not only in those that ask. */
  readonly looksInAll: boolean;
  /** Share of the areas that teach the fleet how many meters drift, and how; each area says the same every night. */
  readonly teachingShare: number;
  /** By channel: readings that came after the last nights were made. */
  readonly late: ReadonlyMap<number, LateArrival>;
}

export interface NightContext {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly files: KeptFiles;
  readonly frame: NightFrame;
  /** Runs one work after the other: a transaction that publishes is not left open while an area is analysed in full. */
  readonly alone: <T>(work: () => T | Promise<T>) => Promise<T>;
  /** Threads have none: they are ended as they are. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Why an area is analysed in full: it was refused (`NightRefusal`), it has no file, its day has come, readings came late, what is
 * registered of its devices has changed, its balance cannot go on, or a customer in no list was found.
 */
export type FullReason =
  | NightRefusal
  | 'new'
  | 'anchor'
  | 'late'
  | 'registry'
  | 'not_frozen'
  | 'candidate';

/** What became of an area: it went on, was analysed in full, had been done before, or has no readings. */
export type AreaOutcome = 'went_on' | FullReason | 'already' | 'silent';

export interface AreaReport {
  readonly groupId: string;
  readonly outcome: AreaOutcome;
  /** Devices that are estimated. */
  readonly meters: number;
  readonly waiting: readonly Estimated[];
  readonly learned: JudgedArea | null;
  readonly asks: boolean;
}

export const silentReport = (groupId: string): AreaReport => ({
  groupId,
  outcome: 'silent',
  meters: 0,
  waiting: [],
  learned: null,
  asks: false,
});
