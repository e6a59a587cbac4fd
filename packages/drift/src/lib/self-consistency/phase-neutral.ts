import { binomialTail, quantile, robustDeviation } from '@verimeter/statistics';
import { absent, type CheckOutcome, FALSE_ALARM } from './check-outcome.ts';
import {
  type DeviceSeries,
  DAY_US,
  instantAt,
  livePhases,
  resolutionOf,
  stepHours,
} from './device-series.ts';

const CHECK = 'phase_neutral';
/** Two current inputs of one meter agree to some percent; a bypass of a phase or a shunted transformer takes more. */
const TOLERANCE = 0.1;
/** Leakage to earth and errors near the starting current, A. */
const TOLERANCE_A = 0.1;
/** Below, the inputs are near their starting currents. */
const LEAST_A = 0.5;
/** Steps of the reading that a sample must have, so that rounding stays below a third of the tolerance. */
const LEAST_STEPS = 30;
const LEAST_HOURS = 6;
/** Inputs that are not sampled at the same moment differ in both directions alike when loads switch. */
const ONE_SIDED = 10;

/**
 * The neutral carries the sum of the phase currents: of one phase the same current at every moment, sampled or mean; of three, by the
 * triangle inequality, no more than the sum of their magnitudes and no less than the largest minus the others, whatever their angles and
 * harmonics. What lies outside for hours, always in one direction, passes one of the inputs by, or one of them errs: not told which.
 */
export function checkPhaseNeutral(device: DeviceSeries): CheckOutcome {
  const { currents, neutralCurrent: neutral, grid } = device;
  const phases = livePhases(currents);
  if (neutral === undefined || phases.length === 0) return absent(CHECK);
  const own = phases.map((phase) => currents[phase] as Float64Array);
  const step = Math.max(resolutionOf(neutral), ...own.map(resolutionOf));
  const least = Math.max(LEAST_A, LEAST_STEPS * step);
  const above: number[] = [];
  const below: number[] = [];
  const all: number[] = [];
  let firstAbove = -1;
  let firstBelow = -1;
  for (let k = 0; k < grid.count; k++) {
    const shown = neutral[k] as number;
    let sum = 0;
    let largest = 0;
    for (const series of own) {
      const value = Math.abs(series[k] as number);
      sum += value;
      largest = Math.max(largest, value);
    }
    if (!Number.isFinite(sum + shown) || Math.max(largest, shown) < least) continue;
    const excess = shown > sum ? shown - sum : Math.min(0, shown - Math.max(0, 2 * largest - sum));
    const scale = Math.max(largest, shown);
    const share = excess / scale;
    all.push(share);
    if (Math.abs(share) <= TOLERANCE || Math.abs(excess) <= TOLERANCE_A + 2 * step) continue;
    if (share > 0) {
      if (firstAbove < 0) firstAbove = k;
      above.push(share);
    } else {
      if (firstBelow < 0) firstBelow = k;
      below.push(share);
    }
  }
  const hoursEach = stepHours(grid);
  if (all.length * hoursEach < LEAST_HOURS) return { check: CHECK, state: 'not_resolvable' };
  const isAbove = above.length >= below.length;
  const [many, few] = isAbove ? [above, below] : [below, above];
  const since = isAbove ? firstAbove : firstBelow;
  const hours = many.length * hoursEach;
  const chance = binomialTail(many.length, { trials: many.length + few.length, success: 0.5 });
  if (hours >= LEAST_HOURS && many.length >= ONE_SIDED * few.length && chance < FALSE_ALARM) {
    const size = quantile(many, 0.5);
    const days = Math.max(1, ((grid.count - since) * grid.stepUs) / DAY_US);
    const standardError = robustDeviation(many) / Math.sqrt(Math.min(many.length, days));
    return {
      check: CHECK,
      state: 'inconsistent',
      size,
      standardError,
      hours,
      evidence: {
        code: 'phase_neutral',
        values: { size, hours, at: instantAt(grid, since), share: many.length / all.length },
      },
    };
  }
  return {
    check: CHECK,
    state: 'consistent',
    size: quantile(all, 0.5),
    standardError: robustDeviation(all) / Math.sqrt(all.length),
    hours: all.length * hoursEach,
    minimumDetectable: TOLERANCE,
  };
}
