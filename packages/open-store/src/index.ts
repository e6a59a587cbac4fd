export {
  ReadingStoreError,
  engineText,
  openReadingStore,
  readingStoreOpener,
} from './lib/open-reading-store.ts';
export {
  AUTO,
  type ReadingStoreSettings,
  readReadingStoreSettings,
  readingStoreVariables,
} from './lib/settings.ts';
export {
  type CopyPhase,
  type CopyResult,
  CopyRefusedError,
  abandonCopy,
  copyReadings,
} from './lib/copy/copy-readings.ts';
export { gatheredRows } from './lib/copy/gathered-rows.ts';
export { type Comparison, type Difference, compareReadings } from './lib/copy/compare-readings.ts';
