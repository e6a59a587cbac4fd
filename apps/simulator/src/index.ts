export {
  buildCity,
  type City,
  type CityOptions,
  DEFAULT_ORIGIN,
  type ElectricityMeterSeries,
} from './lib/city.ts';
export { cityTables, type DeviceRow, type GroupRow, type MemberRow } from './lib/tables.ts';
export {
  type AreaTruth,
  type CityTruth,
  type MeterTruth,
  truth,
  type TruthFile,
} from './lib/truth.ts';
export type { MeterFault } from './lib/meter.ts';
export type { CitySize } from './lib/sizes.ts';
