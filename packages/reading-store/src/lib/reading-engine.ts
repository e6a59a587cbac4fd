import type { BulkStore } from './bulk.ts';
import type { ReadingStore, Transaction } from './reading-store.ts';
import type { TenantReadings } from './tenant-readings.ts';
import type { StoreUpkeep } from './upkeep.ts';

/** One engine, with all that is asked of it. */
export interface ReadingEngine<T extends Transaction = Transaction> {
  /** What it was found to be. */
  readonly kind: ReadingStore['kind'];
  /** For the services: all channels. */
  readonly store: ReadingStore<T>;
  /** For requests of a tenant. */
  readonly tenantReadings: TenantReadings<T>;
  /** What keeps it in order, beside who writes. */
  readonly upkeep: StoreUpkeep;
  /** For what moves readings as a whole. */
  readonly bulk: BulkStore<T>;
  /** What the commits of the engine survive, in a sentence, where that depends on how it is run. */
  durability?(): Promise<string>;
  /** Ends the connections that the engine has opened itself. */
  close(): Promise<void>;
}
