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
  truth,
  type TruthFile,
} from './lib/truth.ts';
export type { MeterFault } from './lib/meter.ts';
export type { CitySize } from './lib/sizes.ts';
export {
  type Simulator,
  type SimulatorOptions,
  type SimulatorProgress,
  startSimulator,
} from './lib/simulator.ts';
export { runSimulate } from './lib/run-simulate.ts';
export { StateFileError } from './lib/state-file.ts';
export { type SimulatorConfig, simulatorConfig } from './config.ts';
export { readTruth } from './lib/truth-file.ts';
