export {
  type Aggregate,
  type GridMatrix,
  type LateArrival,
  type ReadingBatch,
  type ReadingStore,
  type Resolution,
  type StoredReading,
  type Transaction,
  type WriteOutcomes,
  OUTCOME,
  createReadingBatch,
} from './lib/reading-store.ts';
