import type { Indication, Recommendation } from '@verimeter/telemetry';
import type { DeviceResult } from '../fleet-types.ts';
import { isListed, type TenantLists } from '../tenant-lists.ts';

/** Days of data that `reverify` needs, and below which only a drift is said. */
export const BASELINE_DAYS = 60;
/** Largest sd, over the limit, at which "within limits" is still said. */
const RESOLVABLE_SD = 0.7;

/** An estimated quantity of a sensor before the lists of the tenant are known. */
export interface EstimatedSensor {
  readonly result: DeviceResult;
  readonly limit: number;
  /** sd of the error from data alone, no drift known. */
  readonly dataSd: number;
  /** Whether it has the neighbours a comparison needs. */
  readonly resolvable: boolean;
}

/** What is said of a quantity of a sensor once the lists of the tenant are known. */
export function decideSensor(
  sensor: EstimatedSensor,
  { reverify, watch }: TenantLists,
): DeviceResult {
  const [indication, recommendation] = answer(
    sensor,
    isListed(sensor.result, reverify),
    isListed(sensor.result, watch),
  );
  const result = { ...sensor.result, indication, recommendation };
  const claimed = sensor.resolvable && indication !== 'insufficient_data';
  return claimed ? result : withoutEstimate(result);
}

function answer(
  { result, limit, dataSd, resolvable }: EstimatedSensor,
  narrow: boolean,
  wide: boolean,
): [Indication, Recommendation] {
  if (!resolvable) return ['not_resolvable', 'none'];
  const over = result.probabilityOverLimit ?? 0;
  const short = result.evidenceDays < BASELINE_DAYS;
  if (narrow && over >= 0.5 && !short) return ['drift_likely', 'reverify'];
  if (wide) return ['drift_possible', 'watch'];
  if (short) return ['insufficient_data', 'none'];
  if (over >= 0.5) return ['drift_possible', 'none'];
  if (dataSd > RESOLVABLE_SD * limit) return ['not_resolvable', 'none'];
  return ['within_limits', 'none'];
}

/** What may be said where there is nothing to compare with, or not for long enough: the smallest drift that would have been found, if any. */
function withoutEstimate(result: DeviceResult): DeviceResult {
  const { deviceId, asOfUs, indication, recommendation, evidenceDays, evidence } = result;
  return {
    deviceId,
    ...(result.quantity === undefined ? {} : { quantity: result.quantity }),
    ...(result.groupId === undefined ? {} : { groupId: result.groupId }),
    ...(result.groupStatus === undefined ? {} : { groupStatus: result.groupStatus }),
    asOfUs,
    indication,
    recommendation,
    ...(result.minimumDetectable === undefined
      ? {}
      : { minimumDetectable: result.minimumDetectable }),
    evidenceDays,
    evidence,
    history: [],
  };
}
