export {
  buildCity,
  type City,
  type CityOptions,
  DEFAULT_ORIGIN,
  type ElectricityMeterSeries,
} from './lib/city.ts';
export {
  cityTables,
  type CityTables,
  type DeviceRow,
  type GroupRow,
  type MemberRow,
} from './lib/tables.ts';
export {
  type AreaTruth,
  type CityTruth,
  type MeterTruth,
  type SensorTruth,
  truth,
  type TruthFile,
  type WaterMeterTruth,
} from './lib/truth.ts';
export type { MeterFault } from './lib/meter.ts';
export type { CitySize } from './lib/sizes.ts';
export {
  type Simulator,
  type SimulatorOptions,
  type SimulatorProgress,
  startSimulator,
} from './lib/simulator.ts';
export { CITY_ZONE } from './lib/calendar.ts';
export { cityStartedAt, originAt } from './lib/shown-city.ts';
export { runSimulate } from './lib/run-simulate.ts';
export { StateFileError } from './lib/state-file.ts';
export { type SimulatorConfig, simulatorConfig } from './config.ts';
export { readTruth } from './lib/truth-file.ts';
export { dailyConsumption } from './lib/daily-consumption.ts';
export {
  simulateTrialArea,
  type TrialArea,
  trialError,
  type TrialMeter,
  TRIAL_ORIGIN,
} from './lib/trial-area.ts';
export type { TrialAreaOptions, TrialDrift, TrialLoads, TrialLot } from './lib/trial-options.ts';
export { type DeviceFault, type DeviceReadings, readDevice } from './lib/trial-device.ts';
export type { StampShift } from './lib/trial-stamps.ts';
export type { UnmeteredLoad } from './lib/trial-unmetered.ts';
export type { VoltageKind } from './lib/trial-voltages.ts';
export { type HouseholdSeries, type HouseholdUse, INTERVALS_PER_WEEK } from './lib/series-weeks.ts';
export {
  buildTrialDistrict,
  type TrialDistrict,
  type TrialHomeTruth,
  trialWaterFleet,
  type TrialWaterMeter,
} from './lib/trial-district.ts';
export { openValve, type ValveOpening } from './lib/trial-exchange.ts';
export {
  TRIAL_DISTRICT,
  type TrialDistrictOptions,
  type WaterDrift,
  type WaterLoads,
  type WaterReads,
} from './lib/trial-district-options.ts';
export type { WaterFault, WaterLot } from './lib/water-meter.ts';
export { HOURS_PER_WEEK, type WaterHomeSeries, type WaterHomeUse } from './lib/water-series.ts';
export {
  buildTrialNetwork,
  type TrialNetwork,
  type TrialSensorSeries,
  type TrialSensorTruth,
} from './lib/trial-network.ts';
export { sensorError } from './lib/sensor-error.ts';
export type { TrialNetworkOptions, TrialSensorEvent } from './lib/trial-network-options.ts';
export type { AirFault, AirQuantity } from './lib/air-element.ts';
export type { Climate } from './lib/air-weather.ts';
