import type { SensorFleetInput, SensorFleetResult } from './sensors/sensor-types.ts';
import type { WaterFleetInput, WaterFleetResult } from './water/water-types.ts';

/** Nothing yet: the estimator of water districts takes this place. */
export function analyzeWaterFleet(_input: WaterFleetInput): WaterFleetResult {
  return { devices: [], areas: [] };
}

/** Nothing yet: the estimator of sensor networks takes this place. */
export function analyzeSensorFleet(_input: SensorFleetInput): SensorFleetResult {
  return { devices: [], networks: [], corrections: [] };
}
