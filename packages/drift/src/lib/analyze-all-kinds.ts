import type { AreaAnswers } from './area-answers.ts';
import { answerElectricityFleet, concludeFleet, listedMeters } from './electricity-fleet.ts';
import type { FleetInput, FleetResult } from './fleet-types.ts';
import { answerSensors } from './sensors/analyze-sensors.ts';
import { concludeSensors, listedSensors, type SensorAnswers } from './sensors/conclude-sensors.ts';
import type { SensorFleetInput, SensorFleetResult } from './sensors/sensor-types.ts';
import { type ListEntry, type TenantLists, tenantLists } from './tenant-lists.ts';
import { answerWater } from './water/analyze-water.ts';
import { concludeWater, listedWaterMeters, type WaterAnswers } from './water/conclude-water.ts';
import type { WaterFleetInput, WaterFleetResult } from './water/water-types.ts';

/** Everything an analysis of a tenant depends on; absent: it has no such devices. */
export interface AllKindsInput {
  readonly electricity?: FleetInput | undefined;
  readonly water?: WaterFleetInput | undefined;
  readonly sensors?: SensorFleetInput | undefined;
}

export interface AllKindsResult {
  readonly electricity: FleetResult;
  readonly water: WaterFleetResult;
  readonly sensors: SensorFleetResult;
}

/** What is said of water meters and sensors before the lists of their tenant are known. */
export interface OtherAnswers {
  readonly water?: WaterAnswers | undefined;
  readonly sensors?: SensorAnswers | undefined;
}

/** The answer for every device of a tenant: each kind is estimated by itself, the lists are over all of them. Deterministic; no clock. */
export function analyzeAllKinds({ electricity, water, sensors }: AllKindsInput): AllKindsResult {
  return concludeAllKinds({
    electricity:
      electricity === undefined
        ? undefined
        : { input: electricity, answers: answerElectricityFleet(electricity) },
    water: water === undefined ? undefined : answerWater(water),
    sensors: sensors === undefined ? undefined : answerSensors(sensors),
  });
}

/** Makes the lists over all kinds, and with them what is said of every device. */
export function concludeAllKinds({
  electricity,
  ...others
}: OtherAnswers & {
  readonly electricity?:
    | { readonly input: FleetInput; readonly answers: readonly AreaAnswers[] }
    | undefined;
}): AllKindsResult {
  const lists = tenantLists([
    ...(electricity === undefined ? [] : listedMeters(electricity.answers)),
    ...listedOthers(others),
  ]);
  return {
    electricity:
      electricity === undefined
        ? { devices: [], areas: [] }
        : concludeFleet(electricity.input, electricity.answers, lists),
    ...concludeOthers(others, lists),
  };
}

/** What water meters and sensors bring to the lists. */
export function listedOthers({ water, sensors }: OtherAnswers): ListEntry[] {
  return [
    ...(water === undefined ? [] : listedWaterMeters(water)),
    ...(sensors === undefined ? [] : listedSensors(sensors)),
  ];
}

export function concludeOthers(
  { water, sensors }: OtherAnswers,
  lists: TenantLists,
): Omit<AllKindsResult, 'electricity'> {
  return {
    water: water === undefined ? { devices: [], areas: [] } : concludeWater(water, lists),
    sensors:
      sensors === undefined
        ? { devices: [], networks: [], corrections: [] }
        : concludeSensors(sensors, lists),
  };
}
