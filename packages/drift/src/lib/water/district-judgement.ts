import {
  at,
  choleskyInPlace,
  solveCholeskyInPlace,
  solveLowerRowsInPlace,
} from '@verimeter/statistics';
import { openPaths, pathsBeside } from '../area-paths.ts';
import type { HealthyPrior } from '../area-posterior.ts';
import { profilesOf } from '../drift-profiles.ts';
import { deflate, type JudgedConsumer, levelOf, withBias } from '../drift-search.ts';
import { posteriorOfPath, type TwoGroupPrior } from '../error-path.ts';
import { mixtureMoments } from '../mixture.ts';
import type { DistrictEvidence } from './district-evidence.ts';

const MAX_ROUNDS = 60;
const DAMPING = 0.6;
/** Largest change of a probability in the last round. */
const TOLERANCE = 1e-4;
/** A site of less information than this would make the others' product improper. */
const LEAST_PRECISION = 1 / 0.5 ** 2;

/**
 * Judges each consumer with all others as uncertain as they are: the two-group prior of each is replaced by a normal with which the others'
 * joint posterior has the moments of the mixture (expectation propagation). A drift of 10 % among 60 homes is seen with 2 to 5 standard
 * deviations; whoever is taken for certain to have drifted, or not to have, makes neighbours look surer than they are.
 */
export function judgeDistrict(
  evidence: DistrictEvidence,
  priors: readonly TwoGroupPrior[],
  inflation: Float64Array,
): JudgedConsumer[] {
  const sites = propagate(evidence, priors, inflation);
  const paths = openPaths(evidence, sites);
  const pathOf = pathsBeside(paths, []);
  const profiles = profilesOf(evidence.blocks);
  const { betaBiasSd, betaWanderSd } = evidence.design;
  return priors.map((prior, i): JudgedConsumer => {
    const bare = deflate(pathOf(i), at(inflation, i));
    const level = levelOf(bare);
    const path = withBias(bare, { level: at(betaBiasSd, i), wander: at(betaWanderSd, i) });
    return { path, level, posterior: posteriorOfPath(path, profiles, prior) };
  });
}

/** Normal priors that stand for the two groups of each consumer while the others are judged. */
function propagate(
  { design, gram, moment, p }: DistrictEvidence,
  priors: readonly TwoGroupPrior[],
  inflation: Float64Array,
): HealthyPrior[] {
  const { n, betaBiasSd } = design;
  const constant = profilesOf(1);
  const always = priors.map((prior): TwoGroupPrior => ({ ...prior, kinds: [1, 0, 0] }));
  const precision = new Float64Array(n);
  const shift = new Float64Array(n);
  priors.forEach((prior, i) => {
    const slab = prior.sizes.reduce(
      (s, { centre, sd, weight }) => s + weight * (centre ** 2 + sd ** 2),
      0,
    );
    const variance = prior.lotSd ** 2 + at(betaBiasSd, i) ** 2 + prior.drifted * slab;
    precision[i] = 1 / variance;
    shift[i] = prior.lotMean / variance;
  });
  const before = new Float64Array(n);
  const factor = new Float64Array(p * p);
  const units = new Float64Array(n * p);
  const coefficients = new Float64Array(p);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    factor.set(gram);
    for (let j = 0; j < p; j++) {
      const own = j < n ? at(precision, j) : 1 / at(design.priorSd, j) ** 2;
      factor[j * p + j] = at(factor, j * p + j) + own;
      coefficients[j] = at(moment, j) + (j < n ? at(shift, j) : own * at(design.priorMean, j));
    }
    if (choleskyInPlace(factor, p) === undefined)
      throw new RangeError('the posterior of a district is not positive definite');
    solveCholeskyInPlace(factor, p, coefficients);
    units.fill(0);
    for (let i = 0; i < n; i++) units[i * p + i] = 1;
    solveLowerRowsInPlace(factor, p, units, n);
    let change = 0;
    for (let i = 0; i < n; i++) {
      let variance = 0;
      for (let j = 0; j < p; j++) variance += (units[i * p + j] as number) ** 2;
      const around = Math.max(1 / variance - at(precision, i), 1e-9);
      const centre = at(coefficients, i) / variance - at(shift, i);
      // what the data say of the meter alone, as wide as its path is taken to be
      const wide = at(inflation, i);
      const own = withBias(
        {
          blocks: 1,
          information: Float64Array.of(around / wide),
          moment: Float64Array.of(centre / wide),
        },
        { level: at(betaBiasSd, i), wander: 0 },
      );
      const posterior = posteriorOfPath(own, constant, always[i] as TwoGroupPrior);
      const { mean, sd } = mixtureMoments(posterior.components);
      const known = at(own.information, 0);
      const told = at(own.moment, 0);
      const wanted = Math.max(1 / (sd * sd) - known, LEAST_PRECISION);
      // the bias belongs to the meter: the others see level and bias together
      const spread = 1 / wanted + at(betaBiasSd, i) ** 2;
      const site = (mean * (wanted + known) - told) / wanted;
      precision[i] = at(precision, i) + DAMPING * (1 / spread - at(precision, i));
      shift[i] = at(shift, i) + DAMPING * (site / spread - at(shift, i));
      change = Math.max(change, Math.abs(posterior.probabilityDrifted - at(before, i)));
      before[i] = posterior.probabilityDrifted;
    }
    if (change < TOLERANCE) break;
  }
  return Array.from({ length: n }, (_, i) => ({
    mean: at(shift, i) / at(precision, i),
    sd: Math.sqrt(1 / at(precision, i)),
  }));
}
