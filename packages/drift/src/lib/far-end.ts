import { at, solveCholeskyInPlace } from '@verimeter/statistics';
import type { AreaPaths } from './area-paths.ts';

/**
 * Share of customers at the far end of a line, and their position term over the loss: mean and sd. The position terms of simulated areas
 * have a tail to one side that a normal of 0.4 of the loss does not hold (decision 0091).
 */
const SHARE = 0.01;
const CENTRE = 1.5;
const SPREAD = 1.5;
/** Beyond it the logarithm of a sum is that of its larger part. */
const LARGE = 30;

/**
 * Log of how much likelier a healthy meter explains the data of each consumer where its customer may live at the far end of a line, which
 * looks like a meter that reads too little: all else integrated out, without drifts of others. Zero where voltages tell the loss.
 */
export function farEndFactors(paths: AreaPaths): Float64Array {
  const { evidence, factor, size, coefficients } = paths;
  const { n, position, priorSd } = evidence.design;
  const out = new Float64Array(n);
  if (position === undefined) return out;
  const unit = new Float64Array(size);
  for (let i = 0; i < n; i++) {
    const j = position.at + i;
    unit.fill(0);
    unit[j] = 1;
    solveCholeskyInPlace(factor, size, unit);
    // the data alone: posterior less prior
    const prior = at(priorSd, j) ** 2;
    const precision = Math.max(1e-9, 1 / at(unit, j) - 1 / prior);
    const seen = at(coefficients, j) / at(unit, j) / precision;
    const logAt = (centre: number, variance: number): number =>
      -0.5 *
      (Math.log(variance + 1 / precision) + (seen - centre) ** 2 / (variance + 1 / precision));
    const log = logAt(CENTRE * position.loss, (SPREAD * position.loss) ** 2) - logAt(0, prior);
    out[i] = log > LARGE ? log + Math.log(SHARE) : Math.log(1 - SHARE + SHARE * Math.exp(log));
  }
  return out;
}
