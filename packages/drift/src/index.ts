export {
  balanceRegression,
  textbookEstimates,
  type TextbookEstimate,
} from './lib/textbook-baselines.ts';
export { linearEstimates, type LinearEstimate } from './lib/linear-estimates.ts';
export { adaptiveEstimates, type AdaptiveEstimate } from './lib/adaptive-baselines.ts';
export { prototypeEstimates, type PrototypeEstimate } from './lib/prototype-baseline.ts';
export { acceptedList, NO_LISTS, type TenantLists, tenantLists } from './lib/tenant-lists.ts';
export {
  analyzeAllKinds,
  concludeOthers,
  concludeAllKinds,
  listedOthers,
  type OtherAnswers,
} from './lib/analyze-all-kinds.ts';
export {
  analyzeElectricityFleet,
  answerElectricityFleet,
  MODEL_VERSION,
  answerOutside,
  outsideAsOf,
} from './lib/electricity-fleet.ts';
export { analyzeArea, type AnalyzedArea } from './lib/analyze-area.ts';
export { type CandidateSearch, openCandidateSearch } from './lib/candidate-search.ts';
export type { AreaAnswers } from './lib/area-answers.ts';
export type { JudgedArea } from './lib/area-state.ts';
export { decide, type Estimated } from './lib/health-decision.ts';
export { EM_ROUNDS, type FleetPart, nextPrior, openPart } from './lib/fleet-part.ts';
export { type FleetPrior, NO_FLEET } from './lib/fleet-prior.ts';
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
export {
  appendNight,
  type AppendedNight,
  CONTEXT_US,
  type NightRefusal,
} from './lib/append-night.ts';
export { type FrozenArea, membershipOf } from './lib/frozen-area.ts';
export { judgeNight, type JudgedNight, withoutBayesFactors } from './lib/judge-night.ts';
export { analyzeWater, answerWater } from './lib/water/analyze-water.ts';
export type { WaterAnswers } from './lib/water/conclude-water.ts';
export { analyzeWaterFleet, WATER_MODEL_VERSION } from './lib/water/water-fleet.ts';
export type {
  DistrictInput,
  DistrictMember,
  ReadPattern,
  WaterFleetInput,
  WaterFleetResult,
  WaterMeterSeries,
} from './lib/water/water-types.ts';
export { analyzeSensorFleet, answerSensors } from './lib/sensors/analyze-sensors.ts';
export type { SensorAnswers } from './lib/sensors/conclude-sensors.ts';
export { SENSOR_MODEL_VERSION } from './lib/sensors/sensor-model.ts';
export type {
  SensorCorrection,
  SensorFleetInput,
  SensorFleetResult,
  SensorNetworkInput,
  SensorSeries,
} from './lib/sensors/sensor-types.ts';
export {
  analyzeWaterCohorts,
  lotTrendEvidence,
  lotTrendExit,
  type LotTrend,
  type WaterCohorts,
} from './lib/water-meter/analyze-water-cohorts.ts';
export { type QuietNeighbour, quietNeighbours } from './lib/water-meter/quiet-neighbours.ts';
export { type BesideTheMeter, checkWaterMeter } from './lib/water-meter/check-water-meter.ts';
export { learnWaterFleet, type WaterFleetContext } from './lib/water-meter/water-fleet-context.ts';
export {
  type WaterMeterAnswer,
  type WaterMeterFinding,
} from './lib/water-meter/water-meter-findings.ts';
export { correctRegister, type KnownRegisterEvent } from './lib/register-corrections.ts';
export {
  changeBetween,
  type ConsumptionEnds,
  consumptionEnds,
  END_WEEKS,
  WEEK_US,
} from './lib/lots/consumption-ends.ts';
export { gradeLot } from './lib/lots/grade-lot.ts';
export {
  lotContrasts,
  type ConsumptionChange,
  type LotContrast,
} from './lib/lots/lot-contrasts.ts';
export type {
  LaboratoryResult,
  LotGrade,
  LotInput,
  LotMember,
  RemoteEstimate,
  SamplingPlan,
  ShareStatement,
} from './lib/lots/lot-types.ts';
export {
  type CheckedDevice,
  checkDevice,
  type OwnFinding,
  strongestOf,
  withOwnFinding,
} from './lib/self-consistency/check-device.ts';
export {
  type CheckOutcome,
  DEVICE_CHECKS,
  type DeviceCheck,
} from './lib/self-consistency/check-outcome.ts';
export type { DeviceEvent } from './lib/self-consistency/device-events.ts';
export type { DeviceSeries, GroupVoltage, PerPhase } from './lib/self-consistency/device-series.ts';
export { checkZeroRun } from './lib/self-consistency/zero-run.ts';
export {
  changeOfWeeks,
  consumptionChange,
  type ConsumptionVerdict,
} from './lib/self-consistency/consumption-change.ts';
export {
  type ConsumptionCohort,
  consumptionCohort,
} from './lib/self-consistency/consumption-cohort.ts';
export { type DayGrid, weeklyEnergy } from './lib/self-consistency/consumption-weeks.ts';
