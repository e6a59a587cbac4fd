import { mixtureQuantiles } from '../mixture.ts';
import type { Part } from './sensor-posterior.ts';

/**
 * Intervals take drifts for so many times as likely as they are: where drifts are rare one that is not told yet is taken for wander, and an
 * interval that holds the error of 95 % of all sensors holds that of four drifted ones in five; twice makes it nine in ten. Probabilities do not.
 */
export const INTERVAL_DRIFTS = 2;

/** 95 % interval of e, or of the offset. */
export function errorInterval(
  parts: readonly Omit<Part, 'reach'>[],
): [low: number | undefined, high: number | undefined] {
  const [low, high] = mixtureQuantiles(
    parts.map(({ weight, drifted, mean, variance, path, size, sizeVariance }) => ({
      weight: drifted ? INTERVAL_DRIFTS * weight : weight,
      mean,
      variance,
      profile: path,
      size,
      sizeVariance,
      sizeCovariance: 0,
    })),
    [0.025, 0.975],
  );
  return [low, high];
}
