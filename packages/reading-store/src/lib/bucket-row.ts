import type { Bucket } from './tenant-readings.ts';

/** A bucket as the functions of PostgreSQL give it; instants in microseconds since 1970. */
export interface BucketRow {
  readonly start_at: number;
  readonly end_at: number;
  readonly first: number;
  readonly last: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly sum: number | null;
  readonly count: number;
  readonly coverage: number | null;
  readonly steps_back: number;
  readonly top_rise: number | null;
}

/** In the order in which `bucketOf` reads them. */
export const BUCKET_COLUMNS =
  'start_at, end_at, first, last, min, max, mean, sum, count, coverage, steps_back, top_rise';

export const bucketOf = (row: BucketRow): Bucket => ({
  startUs: row.start_at,
  endUs: row.end_at,
  first: row.first,
  last: row.last,
  min: row.min,
  max: row.max,
  mean: row.mean,
  sum: row.sum,
  count: row.count,
  coverage: row.coverage,
  stepsBack: row.steps_back,
  topRise: row.top_rise,
});
