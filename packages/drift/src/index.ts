export {
  type AreaInput,
  type AreaMember,
  type AreaResult,
  type DeviceResult,
  type EvidenceItem,
  type FleetInput,
  type FleetResult,
  type HistoryPoint,
  type MeterSeries,
  MODEL_VERSION,
  analyzeElectricityFleet,
} from './lib/electricity-fleet.ts';
