import { at, choleskyInPlace, solveCholeskyInPlace } from '@verimeter/statistics';

/** Each coefficient is N(0, healthySd^2), or with probability `drifted` N(0, driftSd^2). */
export interface TwoGroups {
  readonly drifted: number;
  readonly healthySd: number;
  readonly driftSd: number;
}

/** Marginal posterior of a coefficient: the mixture of both groups. */
export interface TwoGroupMarginal {
  readonly probabilityDrifted: number;
  readonly parts: readonly {
    readonly weight: number;
    readonly mean: number;
    readonly sd: number;
  }[];
}

const MAX_ROUNDS = 300;
const DAMPING = 0.5;
/** Largest change of a probability in the last round. */
const TOLERANCE = 1e-7;

/**
 * Posterior of coefficients b with likelihood exp(h'b - b'Jb/2) and two-group priors by expectation propagation (Minka, UAI 2001;
 * for spikes and slabs Hernandez-Lobato et al., Machine Learning 99, 2015): each prior is replaced by a normal site
 * whose product with all others has the moments of the true prior with them. Deterministic; all sites are renewed together.
 */
export function propagateTwoGroups(
  information: Float64Array,
  moment: Float64Array,
  groups: TwoGroups,
): TwoGroupMarginal[] {
  const n = moment.length;
  const { drifted, healthySd, driftSd } = groups;
  const start = 1 / ((1 - drifted) * healthySd ** 2 + drifted * driftSd ** 2);
  const precision = new Float64Array(n).fill(start);
  const shift = new Float64Array(n);
  // A site of less information than this would make the others' product improper.
  const least = 0.01 / driftSd ** 2;
  let marginals: TwoGroupMarginal[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { mean, variance } = normalMarginals(information, moment, { precision, shift });
    const before = marginals;
    marginals = [];
    for (let i = 0; i < n; i++) {
      const around = 1 / at(variance, i) - at(precision, i);
      const centre = at(mean, i) / at(variance, i) - at(shift, i);
      const marginal = tilted(around, centre, groups);
      marginals.push(marginal);
      const moments = momentsOf(marginal);
      const wanted = Math.max(1 / moments.variance - around, least);
      const moved = moments.mean * (wanted + around) - centre;
      precision[i] = at(precision, i) + DAMPING * (wanted - at(precision, i));
      shift[i] = at(shift, i) + DAMPING * (moved - at(shift, i));
    }
    const change = marginals.map(({ probabilityDrifted }, i) =>
      Math.abs(probabilityDrifted - (before[i]?.probabilityDrifted ?? 0)),
    );
    if (Math.max(...change) < TOLERANCE) break;
  }
  return marginals;
}

function normalMarginals(
  information: Float64Array,
  moment: Float64Array,
  site: { readonly precision: Float64Array; readonly shift: Float64Array },
): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const n = moment.length;
  const factor = Float64Array.from(information);
  for (let i = 0; i < n; i++) factor[i * n + i] = at(factor, i * n + i) + at(site.precision, i);
  if (choleskyInPlace(factor, n) === undefined)
    throw new RangeError('the posterior of an area is not positive definite');
  const mean = moment.map((value, i) => value + at(site.shift, i));
  solveCholeskyInPlace(factor, n, mean);
  const variance = new Float64Array(n);
  const unit = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    unit.fill(0);
    unit[i] = 1;
    solveCholeskyInPlace(factor, n, unit);
    variance[i] = at(unit, i);
  }
  return { mean, variance };
}

/** The two-group prior times exp(centre b - around b^2 / 2). */
function tilted(around: number, centre: number, groups: TwoGroups): TwoGroupMarginal {
  const known = Math.max(around, 1e-9);
  const ends = [
    { prior: 1 - groups.drifted, sd: groups.healthySd },
    { prior: groups.drifted, sd: groups.driftSd },
  ].map(({ prior, sd }) => {
    const spread = Math.sqrt(sd * sd + 1 / known);
    const total = known + 1 / (sd * sd);
    return {
      log: Math.log(prior / spread) - 0.5 * (centre / known / spread) ** 2,
      mean: centre / total,
      sd: Math.sqrt(1 / total),
    };
  });
  const top = Math.max(...ends.map(({ log }) => log));
  const sum = ends.reduce((total, { log }) => total + Math.exp(log - top), 0);
  const parts = ends.map(({ log, mean, sd }) => ({ weight: Math.exp(log - top) / sum, mean, sd }));
  return { probabilityDrifted: parts[1]?.weight ?? 0, parts };
}

export function momentsOf({ parts }: TwoGroupMarginal): {
  readonly mean: number;
  readonly variance: number;
} {
  const mean = parts.reduce((sum, part) => sum + part.weight * part.mean, 0);
  const variance = parts.reduce(
    (sum, part) => sum + part.weight * (part.sd ** 2 + (part.mean - mean) ** 2),
    0,
  );
  return { mean, variance };
}
