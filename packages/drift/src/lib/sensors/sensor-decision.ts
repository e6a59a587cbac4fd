import type { Indication, Recommendation } from '@verimeter/telemetry';
import type { DeviceResult } from '../fleet-types.ts';
import { acceptedList } from '../health-decision.ts';

/** Accepted share of false entries on the list for work orders and on the wider list (CONTRACTS.md 3). */
const REVERIFY_LEVEL = 0.02;
const WATCH_LEVEL = 0.1;
/** Days of data that `reverify` needs, and below which only a drift is said. */
export const BASELINE_DAYS = 60;
/** Largest sd, over the limit, at which "within limits" is still said. */
const RESOLVABLE_SD = 0.7;

/** An estimated quantity of a sensor before the list of the tenant is known. */
export interface EstimatedSensor {
  readonly result: DeviceResult;
  readonly limit: number;
  /** sd of the error from data alone, no drift known. */
  readonly dataSd: number;
  /** Whether it has the neighbours a comparison needs. */
  readonly resolvable: boolean;
}

/** The lists over all quantities of all sensors, and the words for each. */
export function decideSensors(estimated: readonly EstimatedSensor[]): DeviceResult[] {
  const listed = estimated
    .filter(({ resolvable }) => resolvable)
    .map(({ result }) => ({
      deviceId: keyOf(result),
      probabilityDrifted: result.probabilityDrifted ?? 0,
    }));
  const narrow = acceptedList(listed, REVERIFY_LEVEL);
  const wide = acceptedList(listed, WATCH_LEVEL);
  return estimated.map((sensor) => {
    const key = keyOf(sensor.result);
    const [indication, recommendation] = answer(sensor, narrow.has(key), wide.has(key));
    const result = { ...sensor.result, indication, recommendation };
    const claimed = sensor.resolvable && indication !== 'insufficient_data';
    return claimed ? result : withoutEstimate(result);
  });
}

function keyOf({ deviceId, quantity = '' }: DeviceResult): string {
  return `${deviceId} ${quantity}`;
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
