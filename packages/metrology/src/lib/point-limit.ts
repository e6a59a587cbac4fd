import type { DeviceKind } from '@verimeter/telemetry';
import { errorLimit } from './error-limits.ts';
import { type TestPoint, flowRankOf, loadOf, powerFactorOf } from './test-points.ts';

/** From this load on (ratio of the base current) the limit of a class is that of its name; below it is wider (IEC 62053-21, -22). */
const NORMAL_LOAD = 0.1;
/** From Q2 on, water up to 30 degrees Celsius: OIML R 49-1, by the limit of the lower zone. */
const WATER_FROM_Q2: ReadonlyMap<number, number> = new Map([
  [0.05, 0.02],
  [0.03, 0.01],
]);

/**
 * What the class of a meter allows at a test point that states no limit; undefined where that is not known: no class, or a
 * point at which its limit is another one than that of its name.
 */
export function pointLimit(
  kind: DeviceKind,
  accuracyClass: string | undefined,
  point: TestPoint,
): number | undefined {
  const limits = errorLimit(kind, accuracyClass, undefined);
  if (limits === undefined || limits.assumed) return undefined;
  if (kind === 'electricity_meter') {
    const load = loadOf(point);
    return load !== undefined && load >= NORMAL_LOAD && powerFactorOf(point) === 1
      ? limits.limit
      : undefined;
  }
  if (kind !== 'water_meter') return undefined;
  // A flow in m3/h does not tell the zone without the meter's Q2.
  const zone = point.flow === undefined ? flowRankOf(point) : undefined;
  return zone !== undefined && zone >= 2 ? WATER_FROM_Q2.get(limits.limit) : limits.limit;
}
