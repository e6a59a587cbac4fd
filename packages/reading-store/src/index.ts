export {
  type Aggregate,
  type BatchShare,
  type GridMatrix,
  type LateArrival,
  type ReadingBatch,
  type ReadingStore,
  type Resolution,
  type StoredReading,
  type Transaction,
  type WriteOptions,
  type WriteOutcomes,
  OUTCOME,
  createReadingBatch,
} from './lib/reading-store.ts';
export {
  type Bucket,
  type LatestReading,
  type ReadingPosition,
  type ReadingRange,
  type TenantReadings,
} from './lib/tenant-readings.ts';
export { BUCKET_COLUMNS, type BucketRow, bucketOf } from './lib/bucket-row.ts';
export { type ReadingEngine } from './lib/reading-engine.ts';
export { type HourCount, type RowReader, type StoredRows } from './lib/stored-rows.ts';
export { type SnapshotWatch } from './lib/snapshot-watch.ts';
export { type PendingBatches } from './lib/pending-batches.ts';
export { type DirtyDay, type StoreSize, type StoreUpkeep } from './lib/upkeep.ts';
export { readIntervals } from './lib/register-intervals.ts';
export { type BulkStore, type FilledMonth, type RowLoader } from './lib/bulk.ts';
export {
  ADDED,
  RETIRED,
  RetentionRightsError,
  RetentionWaitsError,
  becomeOwner,
  forEachTenant,
  keepFrom,
} from './lib/retention-account.ts';
