import type { Aggregate, Resolution, StoredReading, Transaction } from './reading-store.ts';

/** A channel of a tenant and a span of its own times, microseconds since 1970: `fromUs` inclusive, `toUs` exclusive. */
export interface ReadingRange {
  readonly deviceId: string;
  readonly quantity: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/** The newest reading of a channel; null where there is none. A reading from the future counts once its time has come. */
export interface LatestReading {
  readonly deviceId: string;
  readonly quantity: string;
  readonly unit: string;
  readonly latest: { readonly tsUs: number; readonly value: number; readonly flags: number } | null;
}

/** Where a page of readings starts: after this row. */
export interface ReadingPosition {
  readonly tsUs: number;
  readonly current: boolean;
  readonly value: number;
}

/** A bucket as the store sums it up. */
export interface Bucket extends Aggregate {
  /** How often a register ran backwards in the bucket; 0 for other quantities. `sum` is null then. */
  readonly stepsBack: number;
  /** Largest rise from a reading to the next one; per hour, where that is longer. Null for what is no register. */
  readonly topRise: number | null;
}

/**
 * What the requests of a tenant read. `client` is the transaction of the request, in which the tenant is set: the database resolves
 * channels under its policies, so that no store is asked for a channel of another tenant. An unknown channel has no readings.
 */
export interface TenantReadings<C extends Transaction = Transaction> {
  /** All channels of the devices, by device and quantity. */
  latest(client: C, deviceIds: readonly string[]): Promise<LatestReading[]>;

  /**
   * At most `limit` readings after `after`, by time; with `conflicts`, values that were kept beside the current one follow it, by value.
   */
  page(
    client: C,
    range: ReadingRange,
    options: {
      readonly limit: number;
      readonly conflicts: boolean;
      readonly after: ReadingPosition | undefined;
    },
  ): Promise<StoredReading[]>;

  /**
   * At most `limit` buckets that hold a reading, by time, from the one of `fromUs` to the one before `toUs`, always whole. Days and months
   * are those of `zone` (IANA). Meaning of the columns: `Aggregate`; a step of a register belongs to the bucket that its later
   * reading closes, (start, end].
   */
  buckets(
    client: C,
    range: ReadingRange,
    options: {
      readonly register: boolean;
      readonly resolution: Resolution;
      readonly zone: string;
      readonly limit: number;
    },
  ): Promise<Bucket[]>;

  /**
   * Readings from `fromUs` to `toUs`, here both included, with up to `before` readings before and up to `after` behind them, by time.
   */
  series(
    client: C,
    range: ReadingRange,
    around: { readonly before: number; readonly after: number },
  ): Promise<{ tsUs: number; value: number }[]>;

  /** Throws where a request could not be answered now. */
  check(client: C): Promise<void>;
}
