import type { ReadingResolution } from '@verimeter/api-schema';
import type { Bucket, ReadingRange, TenantReadings } from '@verimeter/reading-store';
import { type PoolClient, readRegisterEventsOf } from '@verimeter/registry';
import { findQuantity, type JudgedRegisterEvent } from '@verimeter/telemetry';
import {
  eventsOf,
  isTouched,
  looksOdd,
  oddAmong,
  type RegisterBucket,
  withEvents,
} from './register-sums.ts';

export interface AggregateRow extends RegisterBucket {
  first: number;
  last: number;
  min: number;
  max: number;
  mean: number;
}

export interface Range extends ReadingRange {
  readonly tenant: string;
}

/** The readings of a request, in its transaction. */
export interface Source {
  readonly client: PoolClient;
  readonly readings: TenantReadings<PoolClient>;
}

/** Widest bucket, microseconds. */
const WIDTH_US: Readonly<Record<ReadingResolution, number>> = {
  '15m': 900e6,
  '1h': 3600e6,
  '1d': 25 * 3600e6,
  '1mo': 31 * 24 * 3600e6 + 3600e6,
};
/** Readings at the start of the range whose spacing says how many are to be expected. */
const CADENCE_READINGS = 1000;

/** The usual spacing of readings, microseconds; undefined for fewer than three. */
export function medianSpacing(tsUs: readonly number[]): number | undefined {
  const spacings = tsUs.slice(1).map((ts, index) => ts - (tsUs[index] ?? ts));
  if (spacings.length < 2) return undefined;
  return spacings.toSorted((left, right) => left - right)[Math.floor((spacings.length - 1) / 2)];
}

/**
 * Buckets of the range after `afterUs`, `limit` at most. The function computes a whole range before it limits, so it is
 * given as much as the page needs, and more where the data has gaps. Coverage is counted against the spacing at the
 * start of the whole range: the function's own would depend on where pages end.
 */
export async function aggregatePage(
  { client, readings }: Source,
  range: Range,
  options: {
    readonly afterUs: number | undefined;
    readonly resolution: ReadingResolution;
    readonly zone: string;
    readonly limit: number;
  },
): Promise<AggregateRow[]> {
  const { afterUs, resolution, zone, limit } = options;
  const head = { limit: CADENCE_READINGS, conflicts: false, after: undefined };
  const beginning = (await readings.page(client, range, head)).map(({ tsUs }) => tsUs);
  const [firstUs] = beginning;
  if (firstUs === undefined) return [];
  const spacing = medianSpacing(beginning);
  const fromUs = Math.max(range.fromUs, afterUs ?? firstUs);
  let span = WIDTH_US[resolution] * limit;
  while (fromUs < range.toUs) {
    const toUs = Math.min(range.toUs, fromUs + span);
    // oxlint-disable-next-line no-await-in-loop
    const buckets = await readings.buckets(
      client,
      { ...range, fromUs, toUs },
      { register: findQuantity(range.quantity)?.kind === 'register', resolution, zone, limit },
    );
    if (buckets.length >= limit || toUs >= range.toUs)
      return buckets.map((bucket) => aggregateRow(bucket, spacing));
    span *= 4;
  }
  return [];
}

function aggregateRow(bucket: Bucket, spacing: number | undefined): AggregateRow {
  const { startUs, endUs, stepsBack, topRise, first, last, min, max, mean, sum, count } = bucket;
  return {
    start_at: startUs,
    end_at: endUs,
    first,
    last,
    min,
    max,
    mean,
    sum,
    count,
    steps_back: stepsBack,
    top_rise: topRise,
    coverage: spacing === undefined ? null : Math.min(1, (count * spacing) / (endUs - startUs)),
  };
}

/** Readings before and after a range from which it is told what is odd in it: more than a pace is remembered for, and a run is settled by. */
const READINGS_BEFORE = 1024;
const READINGS_AFTER = 40;
/** So few readings are looked through whatever they are. */
const FEW_READINGS = 1000;
/** So many are looked through at a time; of more than that only the buckets that may be odd, one by one. */
const MANY_READINGS = 100_000;

/** Sums that are consumption: without what resets, rollovers, swaps, glitches and runs backwards make of it. */
export async function consumptionOf(
  source: Source,
  range: Range,
  buckets: readonly AggregateRow[],
): Promise<readonly AggregateRow[]> {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return buckets;
  const known = await readRegisterEventsOf(source.client, range, first.start_at, last.end_at);
  const readings = buckets.reduce((sum, { count }) => sum + count, 0);
  if (readings > MANY_READINGS) {
    const isOdd = oddAmong(buckets);
    const counted: AggregateRow[] = [];
    for (const bucket of buckets) {
      if (isOdd(bucket) || isTouched(bucket, known))
        // oxlint-disable-next-line no-await-in-loop -- the readings of one bucket in memory at a time
        counted.push(...(await countedWithEvents(source, range, [bucket], known)));
      else counted.push(bucket);
    }
    return counted;
  }
  return known.length > 0 || readings <= FEW_READINGS || looksOdd(buckets)
    ? countedWithEvents(source, range, buckets, known)
    : buckets;
}

/** Buckets that follow each other, summed up from their readings where an event reaches into them. */
async function countedWithEvents(
  { client, readings }: Source,
  range: Range,
  buckets: readonly AggregateRow[],
  known: readonly JudgedRegisterEvent[],
): Promise<readonly AggregateRow[]> {
  const series = await readings.series(
    client,
    {
      ...range,
      fromUs: buckets[0]?.start_at ?? Infinity,
      toUs: buckets.at(-1)?.end_at ?? -Infinity,
    },
    { before: READINGS_BEFORE, after: READINGS_AFTER },
  );
  return withEvents(buckets, series, eventsOf(series, known));
}
