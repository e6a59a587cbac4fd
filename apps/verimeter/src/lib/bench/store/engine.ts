import type { ReadingBatch, ReadingEngine, StoreSize } from '@verimeter/reading-store';
import type { Pool, PoolClient } from '@verimeter/registry';
import type { DataSet } from './data-set.ts';
import type { OnDays } from './sum-up-days.ts';

export const ENGINES = ['postgres', 'timescale', 'questdb'] as const;
export type EngineName = (typeof ENGINES)[number];

/** An engine that is measured. */
export interface MeasuredEngine {
  readonly name: EngineName;
  /** Whether the server was started by this program, so that its processor time is known. */
  readonly isOurs: boolean;
  /** As the engine names itself. */
  readonly version: string;
  /** Of the registry, acting as verimeter_service and verimeter_app. */
  readonly pool: Pool;
  readonly appPool: Pool;
  readonly reading: ReadingEngine<PoolClient>;
  readonly devices: readonly BenchDevice[];
  /** Puts the data set in, or what is missing of it; `onReadings` is told how many are there. */
  fill(dataSet: DataSet, onReadings: (readings: number) => void): Promise<void>;
  /** Brings the store into the state of an installation that has run all the time; returns how many days of channels were summed up. */
  tend?(onDays: OnDays): Promise<number>;
  size(): Promise<StoreSize>;
  /** Parts of the data set that the engine holds in different forms; they are measured by themselves, too. */
  parts?(): Promise<readonly StorePart[]>;
  /** From here on is what is written for the measurement: where no other readings are, so that it can be dropped as a whole. */
  readonly writeFromUs?: number;
  /** Drops what was written from `writeFromUs` on, or before the data set begins where that is not given. */
  dropWritten(): Promise<void>;
  readonly own: OwnLimits;
  close(): Promise<void>;
}

export interface StorePart {
  readonly what: string;
  readonly readings: number;
  readonly bytes: number;
  /** Where it lies, microseconds since 1970. */
  readonly fromUs: number;
  readonly untilUs: number;
}

/** Registers of the data set are `active_energy_import` of these. */
export interface BenchDevice {
  readonly deviceId: string;
  readonly channelId: number;
}

/** What the engine takes and gives when nothing else is done: no outcomes, conflicts, tenants, objects. */
export interface OwnLimits {
  /** Writes a batch whose keys are new. */
  write(batch: ReadingBatch): Promise<void>;
  latest(channelId: number): Promise<void>;
  /** Readings of a channel from `fromUs` to before `toUs`. */
  raw(channelId: number, fromUs: number, toUs: number): Promise<void>;
  /** Count, minimum, maximum and sum by month (UTC). */
  months(channelId: number, fromUs: number, toUs: number): Promise<void>;
  /** Readings of many channels in the engine's fastest format, thrown away. */
  matrix(channelIds: readonly number[], fromUs: number, toUs: number): Promise<void>;
}
