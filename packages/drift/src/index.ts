export { textbookEstimates, type TextbookEstimate } from './lib/textbook-baselines.ts';
export { adaptiveEstimates, type AdaptiveEstimate } from './lib/adaptive-baselines.ts';
export { analyzeElectricityFleet, MODEL_VERSION } from './lib/electricity-fleet.ts';
export type {
  AreaInput,
  AreaMember,
  AreaResult,
  DeviceResult,
  EvidenceItem,
  FleetInput,
  FleetResult,
  HistoryPoint,
  MeterSeries,
} from './lib/fleet-types.ts';
