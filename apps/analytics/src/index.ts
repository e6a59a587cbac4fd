export {
  type AnalysisOptions,
  type AnalysisStep,
  type AnalysisSummary,
  UnknownGroupError,
  UnknownTenantError,
  runAnalysis,
} from './lib/run-analysis.ts';
export { type AnalyticsService, SchemaError, startAnalytics } from './lib/start-analytics.ts';
export { keepScanned } from './lib/registers/keep-scanned.ts';
export { scanRegisters } from './lib/registers/scan-registers.ts';
export { ANALYZE_CHANNEL } from './lib/requests.ts';
export { type AnalyticsConfig, ANALYTICS_VARIABLES, readAnalyticsConfig } from './config.ts';
export { keepLateMarks } from './lib/keep-late-marks.ts';
export { markLateReadings } from './lib/late-marks.ts';
export { keepFrozen } from './lib/night/keep-frozen.ts';
export { type KeptFiles, openKeptFiles } from './lib/night/kept-files.ts';
export type { KeptArea } from './lib/night/kept-area.ts';
export { type NightSummary, runNight } from './lib/night/night.ts';
export { keepIntervals } from './lib/intervals/keep-intervals.ts';
export { lookForDays } from './lib/intervals/look-for-days.ts';
export { keepValidated } from './lib/validation/keep-validated.ts';
export { lookForValidation } from './lib/validation/look-for-validation.ts';
export { runValidation, type ValidationRun } from './lib/validation/run-validation.ts';
