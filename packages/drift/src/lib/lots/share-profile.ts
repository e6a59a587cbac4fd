import { at, dot, mixtureShares, type MixtureLikelihoods } from '@verimeter/statistics';

/** A composition of the lot, of several that the data allows, each the most likely one with its share beyond the limit. */
export interface Composition {
  /** Share beyond the limit in the population that the lot is drawn from. */
  readonly beyond: number;
  /** Posterior probability; all add up to 1. */
  readonly weight: number;
  /** Shares of the parts. */
  readonly shares: Float64Array;
}

/** Log-likelihood below the top at which the walk ends, 4 standard deviations. */
const DEEPEST = 8;
/** Steps of the walk, in standard deviations. */
const STEP = 0.45;
const MOST_STEPS = 60;
const FIRST_GAIN = 1e-3;

/**
 * Profile likelihood of the share beyond the limit, on its logit, with Jeffreys' prior of a proportion (docs/lots.md): for each share the most likely
 * composition that has it. `beyond`: share of each part.
 */
export function shareProfile(
  likelihoods: MixtureLikelihoods,
  beyond: Float64Array,
  start?: Float64Array,
): Composition[] {
  const top = mixtureShares(likelihoods, { start, leastGain: FIRST_GAIN });
  const [least, most] = [Math.min(...beyond), Math.max(...beyond)];
  const n = likelihoods.rows;
  const lowest = Math.max(logit(1e-4 / n), logit(least) + 0.1);
  const highest = Math.min(logit(1 - 1e-4 / n), logit(most) - 0.1);
  const middle = Math.min(highest, Math.max(lowest, logit(dot(top.shares, beyond))));
  const points = new Map<number, { shares: Float64Array; logLikelihood: number }>();
  const solve = (place: number, from: Float64Array) => {
    const found = mixtureShares(likelihoods, {
      start: from.map((share) => Math.max(share, 1e-6)),
      constraint: { values: beyond, mean: expit(place) },
    });
    points.set(place, found);
    return found;
  };
  const first = solve(middle, top.shares);
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
  return weighed(
    [...points].toSorted(([a], [b]) => a - b),
    best,
  );
}

function weighed(
  points: readonly (readonly [number, { shares: Float64Array; logLikelihood: number }])[],
  best: number,
): Composition[] {
  const density = points.map(([place, { logLikelihood }]) => {
    const share = expit(place);
    return Math.exp(logLikelihood - best) * Math.sqrt(share * (1 - share));
  });
  const masses = points.map(([place], k) => {
    const below = points[k - 1]?.[0] ?? place;
    const above = points[k + 1]?.[0] ?? place;
    return (at(density, k) * (above - below)) / 2;
  });
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  if (total === 0) {
    const [place, { shares }] = points[0] as (typeof points)[number];
    return [{ beyond: expit(place), weight: 1, shares }];
  }
  return points.map(([place, { shares }], k) => ({
    beyond: expit(place),
    weight: at(masses, k) / total,
    shares,
  }));
}

function logit(p: number): number {
  return Math.log(p / (1 - p));
}

function expit(x: number): number {
  return x > 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
