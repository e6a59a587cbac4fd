import { dot, mixtureShares, type MixtureLikelihoods } from '@verimeter/statistics';

/** The most likely composition of the lot with its share beyond the limit. */
export interface Profiled {
  /** Logit of the share. */
  readonly place: number;
  /** Share beyond the limit in the population that the lot is drawn from. */
  readonly beyond: number;
  /** Shares of the parts. */
  readonly shares: Float64Array;
  readonly logLikelihood: number;
}

/** Log-likelihood below the top at which the walk ends, 3.5 standard deviations. */
const DEEPEST = 6;
/** Steps of the walk, in standard deviations. */
const STEP = 0.55;
const MOST_STEPS = 60;
/** Log-likelihood that a search may leave per cycle: none that matters beside the 1.35 of a 90 % interval. */
const LEAST_GAIN = 1e-3;

/**
 * Profile likelihood of the share beyond the limit, on its logit, with Jeffreys' prior of a proportion (docs/lots.md): for each share the most likely
 * composition that has it. `beyond`: share of each part.
 */
export function shareProfile(
  likelihoodsAt: (share: number) => MixtureLikelihoods,
  beyond: Float64Array,
  top: Float64Array,
): Profiled[] {
  const [least, most] = [Math.min(...beyond), Math.max(...beyond)];
  const n = likelihoodsAt(dot(top, beyond)).rows;
  const lowest = Math.max(logit(1e-4 / n), logit(least) + 0.1);
  const highest = Math.min(logit(1 - 1e-4 / n), logit(most) - 0.1);
  const middle = Math.min(highest, Math.max(lowest, logit(dot(top, beyond))));
  const points = new Map<number, { shares: Float64Array; logLikelihood: number }>();
  const solve = (place: number, from: Float64Array) => {
    const found = mixtureShares(likelihoodsAt(expit(place)), {
      start: from.map((share) => Math.max(share, 1e-6)),
      constraint: { values: beyond, mean: expit(place) },
      leastGain: LEAST_GAIN,
    });
    points.set(place, found);
    return found;
  };
  const first = solve(middle, top);
  let best = first.logLikelihood;
  const share = expit(middle);
  const unit = STEP / Math.sqrt(Math.max(0.7, 0.7 * n * share * (1 - share)));
  for (const direction of [1, -1]) {
    let place = middle;
    let { shares } = first;
    let step = unit;
    let before = first.logLikelihood;
    for (let turn = 0; turn < MOST_STEPS; turn++) {
      place += direction * step;
      if (place <= lowest || place >= highest) break;
      const found = solve(place, shares);
      ({ shares } = found);
      best = Math.max(best, found.logLikelihood);
      if (best - found.logLikelihood > DEEPEST) break;
      // where the likelihood is flat, on both sides of a top or towards 0, steps may be longer
      const change = Math.abs(before - found.logLikelihood);
      before = found.logLikelihood;
      if (change < 0.02) step *= 1.4;
      else if (change > 0.8) step = Math.max(step / 1.4, unit / 4);
    }
  }
  return [...points]
    .toSorted(([a], [b]) => a - b)
    .map(([at0, found]) => ({ place: at0, beyond: expit(at0), ...found }));
}

/** Posterior probabilities of the points of a profile, by the trapezoid rule over the logit. */
export function profileWeights(
  points: readonly { readonly place: number; readonly logLikelihood: number }[],
): number[] {
  const best = Math.max(...points.map(({ logLikelihood }) => logLikelihood));
  const masses = points.map(({ place, logLikelihood }, k) => {
    const share = expit(place);
    const below = points[k - 1]?.place ?? place;
    const above = points[k + 1]?.place ?? place;
    return Math.exp(logLikelihood - best) * Math.sqrt(share * (1 - share)) * (above - below);
  });
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return total === 0 ? points.map(() => 1 / points.length) : masses.map((mass) => mass / total);
}

function logit(p: number): number {
  return Math.log(p / (1 - p));
}

function expit(x: number): number {
  return x > 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
