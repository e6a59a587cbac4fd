import {
  balanceRegression,
  linearEstimates,
  prototypeEstimates,
  textbookEstimates,
} from '@verimeter/drift';
import { at, fitRidge } from '@verimeter/statistics';
import { CommandError } from '../arguments.ts';
import type { GoldenArea } from './golden-area.ts';

/** Prior probability that the reference sampler is taken to have been told. */
const PREVALENCE = 0.05;
/** Largest differences that are no disagreement. Energies pass through registers, whose rounding is smoothed: 1e-5 of beta. */
const SAME = 3e-5;
const SIMILAR_SDS = 2;

/** One method of ours beside that of the reference. */
export interface Agreement {
  readonly method: string;
  /** Largest difference over the meters, of beta or of a probability. */
  readonly difference: number;
  /** The same in standard deviations; null where there are none. */
  readonly inDeviations: number | null;
  /** rms difference from the true errors: ours, and that of the reference; null for what is no error. */
  readonly rms: { readonly own: number; readonly reference: number } | null;
  /** Whether it is as near as the method allows. */
  readonly agrees: boolean;
}

export function compareGolden({ input, reference: r }: GoldenArea): Agreement[] {
  const [area] = input.areas;
  if (area === undefined) throw new RangeError('an input without its area');
  const regression = balanceRegression(input, area);
  const ridge = fitRidge(regression.columns, regression.balance, {
    precision: r.ridge_prec,
    variance: r.ols_sigma2,
  });
  if (ridge === undefined) throw new CommandError('the loads of the area are not independent');
  const leastSquares = textbookEstimates(input, area).map((found) => betaOf(found.leastSquares));
  const linear = linearEstimates(input, area);
  const groups = prototypeEstimates(input, area, PREVALENCE);
  const combined = (own: readonly number[]): number[] =>
    own.map((deviation, i) => Math.hypot(deviation, at(r.gls_sd, i)));
  const rmsOf = (
    found: readonly number[],
    wanted: readonly number[],
  ): { own: number; reference: number } => ({
    own: distance(found, r.true_eps.map(betaOf)),
    reference: distance(wanted, r.true_eps.map(betaOf)),
  });
  const near = (
    method: string,
    found: readonly number[],
    wanted: readonly number[],
    sd: readonly number[],
  ): Agreement => {
    const inDeviations = largest(found, wanted, sd);
    return {
      method,
      difference: largest(found, wanted),
      inDeviations,
      rms: rmsOf(found, wanted),
      agrees: inDeviations < SIMILAR_SDS,
    };
  };
  const same = (found: Agreement): Agreement => ({ ...found, agrees: found.difference < SAME });
  return [
    same(near('least squares', leastSquares, r.ols_eps, r.ridge_sd)),
    same(
      near('ridge', [...ridge.coefficients].slice(0, r.ridge_eps.length), r.ridge_eps, r.ridge_sd),
    ),
    {
      method: 'ridge, posterior sd',
      difference: largest([...ridge.deviations].slice(0, r.ridge_sd.length), r.ridge_sd),
      inDeviations: null,
      rms: null,
      agrees: largest([...ridge.deviations].slice(0, r.ridge_sd.length), r.ridge_sd) < SAME,
    },
    near(
      'generalised least squares',
      linear.map(({ beta }) => beta),
      r.gls_eps,
      combined(linear.map(({ deviation }) => deviation)),
    ),
    near(
      'two groups, mean',
      groups.map(({ error }) => betaOf(error)),
      r.slab_mean_mcmc,
      combined(groups.map(({ standardError }) => standardError)),
    ),
    {
      method: 'two groups, sure meters',
      difference: largest(
        groups.map(({ probabilityDrifted: p }) => Number(p > 0.95)),
        r.slab_prob_mcmc.map((p) => Number(p > 0.95)),
      ),
      inDeviations: null,
      rms: null,
      agrees: groups.every(
        ({ probabilityDrifted: p }, i) => p > 0.95 === at(r.slab_prob_mcmc, i) > 0.95,
      ),
    },
  ];
}

/** Linear coefficient of an error. */
const betaOf = (error: number): number => error / (1 + error);

function largest(
  found: readonly number[],
  wanted: readonly number[],
  sd?: readonly number[],
): number {
  return Math.max(
    ...wanted.map(
      (value, i) => Math.abs(at(found, i) - value) / (sd === undefined ? 1 : at(sd, i)),
    ),
  );
}

function distance(found: readonly number[], wanted: readonly number[]): number {
  return Math.hypot(...wanted.map((value, i) => at(found, i) - value)) / Math.sqrt(wanted.length);
}
