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
