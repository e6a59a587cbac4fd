import type { ReadingStore, StoreUpkeep } from '@verimeter/reading-store';
import type { Pool, PoolClient, QuarantineLimits } from '@verimeter/registry';
import type { Logger } from '@verimeter/service-runtime';
import type { Registry } from 'prom-client';
import type { ClockRounds } from './clocks/clock-rounds.ts';
import type { SourceDirectory } from './sources/source-directory.ts';

export interface PipelineOptions {
  /** Connections that act as verimeter_service; one of them listens for as long as the pipeline lives. */
  readonly pool: Pool;
  readonly store: ReadingStore<PoolClient>;
  readonly log: Logger;
  readonly metrics: Registry;
  /** A batch is closed at this many readings; default 20,000. One message is never split. */
  readonly maxBatchReadings?: number;
  /** A batch is committed at the latest this long after its first message; default 20 ms. */
  readonly flushMs?: number;
  /** Tenant that sees what came for a tenant that does not exist; default `demo`, empty: nobody. */
  readonly defaultTenant?: string;
  /** How long and how much the quarantine keeps; default 90 days, 2 GiB. */
  readonly quarantine?: QuarantineLimits;
  /** Keeps the store in order; default: somebody else does. */
  readonly upkeep?: StoreUpkeep | undefined;
  /** Readings of days before that many are dropped; default: none ever is. */
  readonly retentionDays?: number | undefined;
  /** Loaded where messages on topics of sources may come at once; default: an empty one, which is soon what the registry says. */
  readonly sources?: SourceDirectory;
  /** Names this worker where it says what keeps it from a source; default `verimeter`. */
  readonly worker?: string;
  /** Another worker may get messages of the same devices; default: none does. */
  readonly sharesDevices?: boolean;
  /** Who observes the clocks of devices; default: rounds of its own. */
  readonly clocks?: ClockRounds;
}
