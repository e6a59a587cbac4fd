import type { SensorFleetInput, SensorFleetResult } from './sensors/sensor-types.ts';

/** Nothing yet: the estimator of sensor networks takes this place. */
export function analyzeSensorFleet(_input: SensorFleetInput): SensorFleetResult {
  return { devices: [], networks: [], corrections: [] };
}
