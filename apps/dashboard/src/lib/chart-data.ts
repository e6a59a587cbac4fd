import type { ReadingAggregate } from '@verimeter/api-schema';

/** Columns of a chart: x in seconds since 1970, then one column per series; null is a gap. */
export type ChartColumns = [x: number[], ...series: (number | null)[][]];

export const seconds = (iso: string): number => Date.parse(iso) / 1000;

/**
 * Buckets as columns. Buckets without readings are not in the answer: an empty point is put where one or more are
 * missing, so that the line breaks instead of bridging the gap.
 */
export function bucketColumns(
  buckets: readonly ReadingAggregate[],
  series: readonly ((bucket: ReadingAggregate) => number | null)[],
): ChartColumns {
  const x: number[] = [];
  const columns: (number | null)[][] = series.map(() => []);
  let previousEnd: number | undefined;
  for (const bucket of buckets) {
    const start = seconds(bucket.start);
    const end = seconds(bucket.end);
    if (previousEnd !== undefined && start - previousEnd > (end - start) / 2) {
      x.push((previousEnd + start) / 2);
      for (const column of columns) column.push(null);
    }
    x.push((start + end) / 2);
    for (const [index, of] of series.entries()) columns[index]?.push(of(bucket));
    previousEnd = end;
  }
  return [x, ...columns];
}

/** `older` with `newer` in place of all that starts at or after the first of `newer`. */
export function mergeBuckets(
  older: readonly ReadingAggregate[],
  newer: readonly ReadingAggregate[],
): readonly ReadingAggregate[] {
  const first = newer[0];
  if (first === undefined) return older;
  const cut = Date.parse(first.start);
  return [...older.filter((bucket) => Date.parse(bucket.start) < cut), ...newer];
}

export type RangeName = '24h' | '7d' | '30d' | 'all';
export const RANGE_NAMES: readonly RangeName[] = ['24h', '7d', '30d', 'all'];

const HOUR_MS = 3_600_000;
const RANGES = {
  '24h': { milliseconds: 24 * HOUR_MS, resolution: '15m' },
  '7d': { milliseconds: 7 * 24 * HOUR_MS, resolution: '1h' },
  '30d': { milliseconds: 30 * 24 * HOUR_MS, resolution: '1h' },
  all: { milliseconds: undefined, resolution: '1d' },
} as const;

export interface Window {
  readonly from: string | undefined;
  readonly to: string;
  readonly resolution: '15m' | '1h' | '1d';
}

/**
 * The window of a range. It ends at the newest reading, not now: a meter that fell silent in spring still shows its
 * last day. Registers of 30 days are shown per day, since 720 bars are no bars.
 */
export function windowOf(range: RangeName, latest: string, register: boolean): Window {
  const { milliseconds, resolution } = RANGES[range];
  const end = Date.parse(latest);
  return {
    from: milliseconds === undefined ? undefined : new Date(end - milliseconds).toISOString(),
    // `to` is exclusive; the newest reading belongs to the window.
    to: new Date(end + 1).toISOString(),
    resolution: range === '30d' && register ? '1d' : resolution,
  };
}
