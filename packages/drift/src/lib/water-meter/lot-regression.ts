import {
  choleskyInPlace,
  median,
  robustDeviation,
  solveCholeskyInPlace,
} from '@verimeter/statistics';

/** A home beyond so many robust deviations counts as one at that distance: people move in and out. */
const WINSOR = 3;
/** Spreads of lots that are averaged over, in the noise of one home, and the scale of what is expected of them (half-Cauchy), ratio. */
const SPREADS: readonly number[] = Array.from({ length: 41 }, (_, k) => 10 ** (-4 + k / 10));
const USUAL_SPREAD = 0.02;
/** Variance of a prior that says nothing, in squares of the noise of one home. */
const FLAT = 1e8;

/** One home: y = (its stratum) + x (its lot) + noise. */
export interface CohortHome {
  /** Index of the streets it shares with other lots. */
  readonly stratum: number;
  readonly lot: number;
  readonly x: number;
  readonly y: number;
}

export interface LotPrior {
  /** By lot: values of what lots have in common (type, age, volume), and the standard deviation of the effect of each. */
  readonly columns: readonly Float64Array[];
  readonly sds: readonly number[];
}

export interface LotRegression {
  /** Effect of each lot, and its covariance, lots x lots; strata are integrated out. */
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  /** The same with nothing known beforehand. */
  readonly flatMean: Float64Array;
  readonly flatCovariance: Float64Array;
  /** Noise of one home. */
  readonly sigma: number;
  /** Spread of lots beyond what their type, age and volume explain: posterior mean. */
  readonly tau: number;
  /** Information of each lot about itself, over the variance of a home: 0 where it has its strata to itself. */
  readonly information: Float64Array;
}

/** Effects of lots from a normal law whose spread the homes tell, averaged over what it may be: with a dozen lots the likeliest one is too small as often as not. */
export function lotRegression(
  homes: readonly CohortHome[],
  lots: number,
  prior: LotPrior,
): LotRegression {
  const winsorised = winsorise(homes);
  const { matrix, right, residualSquares, rank } = withinStrata(winsorised, lots);
  const sigma = Math.sqrt(residualSquares / Math.max(1, homes.length - rank));
  const variance = sigma * sigma;
  const information = matrix.map((value) => value / variance);
  const score = right.map((value) => value / variance);
  const flat = posterior(information, score, diagonal(lots, FLAT * variance));
  const found = SPREADS.map((spread) => {
    const tau = spread * sigma;
    return { tau, ...posterior(information, score, priorCovariance(prior, lots, tau)) };
  });
  const { mean, covariance, tau } = average(found);
  return {
    mean,
    covariance,
    flatMean: flat.mean,
    flatCovariance: flat.covariance,
    sigma,
    tau,
    information: Float64Array.from({ length: lots }, (_, l) => matrix[l * lots + l] as number),
  };
}

interface AtSpread {
  readonly tau: number;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly minusTwoLog: number;
}

/** Moments over the spreads, each weighted by its likelihood and what is expected of it. */
function average(found: readonly AtSpread[]): Omit<AtSpread, 'minusTwoLog'> {
  const least = Math.min(...found.map(({ minusTwoLog }) => minusTwoLog));
  // the spreads are even in their logarithm
  const raw = found.map(
    ({ tau, minusTwoLog }) =>
      (Math.exp((least - minusTwoLog) / 2) * tau) / (1 + (tau / USUAL_SPREAD) ** 2),
  );
  const total = raw.reduce((a, b) => a + b, 0);
  const n = found[0]?.mean.length ?? 0;
  const mean = new Float64Array(n);
  const covariance = new Float64Array(n * n);
  let tau = 0;
  found.forEach((one, k) => {
    const weight = (raw[k] as number) / total;
    tau += weight * one.tau;
    for (let i = 0; i < n; i++) mean[i] = (mean[i] as number) + weight * (one.mean[i] as number);
  });
  found.forEach((one, k) => {
    const weight = (raw[k] as number) / total;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const off =
          ((one.mean[i] as number) - (mean[i] as number)) *
          ((one.mean[j] as number) - (mean[j] as number));
        covariance[i * n + j] =
          (covariance[i * n + j] as number) +
          weight * ((one.covariance[i * n + j] as number) + off);
      }
  });
  return { mean, covariance, tau };
}

/** Homes too far from the middle of their stratum, put where they are no longer too far. */
function winsorise(homes: readonly CohortHome[]): CohortHome[] {
  const centres = new Map<number, number>();
  for (const [stratum, members] of Map.groupBy(homes, (home) => home.stratum))
    centres.set(stratum, median(members.map(({ y }) => y)));
  const off = homes.map(({ stratum, y }) => y - (centres.get(stratum) ?? 0));
  const reach = WINSOR * robustDeviation(off);
  return homes.map((home, i) => {
    const centre = centres.get(home.stratum) ?? 0;
    return { ...home, y: centre + Math.max(-reach, Math.min(reach, off[i] as number)) };
  });
}

/** Normal equations of the lots once each stratum has its own level, and what is left by least squares. */
function withinStrata(
  homes: readonly CohortHome[],
  lots: number,
): { matrix: Float64Array; right: Float64Array; residualSquares: number; rank: number } {
  const matrix = new Float64Array(lots * lots);
  const right = new Float64Array(lots);
  let squares = 0;
  const strata = Map.groupBy(homes, (home) => home.stratum);
  for (const members of strata.values()) {
    const n = members.length;
    const sums = new Float64Array(lots);
    let sumY = 0;
    for (const { lot, x, y } of members) {
      sums[lot] = (sums[lot] as number) + x;
      sumY += y;
      matrix[lot * lots + lot] = (matrix[lot * lots + lot] as number) + x * x;
      right[lot] = (right[lot] as number) + x * y;
      squares += y * y;
    }
    squares -= (sumY * sumY) / n;
    for (let i = 0; i < lots; i++) {
      right[i] = (right[i] as number) - ((sums[i] as number) * sumY) / n;
      for (let j = 0; j < lots; j++)
        matrix[i * lots + j] =
          (matrix[i * lots + j] as number) - ((sums[i] as number) * (sums[j] as number)) / n;
    }
  }
  // A trace of precision makes what only contrasts are known of solvable; the fit is that of least squares.
  const trace = matrix.reduce((sum, value, k) => (k % (lots + 1) === 0 ? sum + value : sum), 0);
  const fit = posterior(matrix, right, diagonal(lots, 1e9 / Math.max(trace, 1e-300)));
  const explained = fit.mean.reduce((sum, value, l) => sum + value * (right[l] as number), 0);
  return {
    matrix,
    right,
    residualSquares: Math.max(0, squares - explained),
    rank: strata.size + lots - 1,
  };
}

function diagonal(n: number, value: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = value;
  return out;
}

function priorCovariance({ columns, sds }: LotPrior, lots: number, tau: number): Float64Array {
  const out = diagonal(lots, tau * tau);
  columns.forEach((column, c) => {
    const variance = (sds[c] ?? 0) ** 2;
    for (let i = 0; i < lots; i++)
      for (let j = 0; j < lots; j++)
        out[i * lots + j] =
          (out[i * lots + j] as number) + variance * (column[i] as number) * (column[j] as number);
  });
  return out;
}

/**
 * Normal posterior of b for the likelihood exp(score' b - b' information b / 2) and b ~ N(0, prior), and -2 log of the marginal
 * likelihood up to a constant. The information may be singular, the prior may not.
 */
function posterior(
  information: Float64Array,
  score: Float64Array,
  prior: Float64Array,
): { mean: Float64Array; covariance: Float64Array; minusTwoLog: number } {
  const n = score.length;
  const factor = Float64Array.from(prior);
  if (choleskyInPlace(factor, n) === undefined)
    throw new RangeError('the prior of the lots is not positive definite');
  // only the lower triangle of the factor holds it
  const lower = (i: number, j: number): number => (j <= i ? (factor[i * n + j] as number) : 0);
  // inner = I + C' information C, for prior = C C'
  const half = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = j; k < n; k++) sum += (information[i * n + k] as number) * lower(k, j);
      half[i * n + j] = sum;
    }
  const inner = diagonal(n, 1);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = inner[i * n + j] as number;
      for (let k = i; k < n; k++) sum += lower(k, i) * (half[k * n + j] as number);
      inner[i * n + j] = sum;
    }
  const logDeterminant = choleskyInPlace(inner, n);
  if (logDeterminant === undefined)
    throw new RangeError('the information of the lots is not finite');
  const covariance = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    // C inner^-1 C' e_j
    for (let i = 0; i < n; i++) column[i] = lower(j, i);
    solveCholeskyInPlace(inner, n, column);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k <= i; k++) sum += lower(i, k) * (column[k] as number);
      covariance[i * n + j] = sum;
    }
  }
  const mean = new Float64Array(n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      mean[i] = (mean[i] as number) + (covariance[i * n + j] as number) * (score[j] as number);
  const fitted = mean.reduce((sum, value, i) => sum + value * (score[i] as number), 0);
  return { mean, covariance, minusTwoLog: logDeterminant - fitted };
}

/** A lot less the mean of the others, weighted by what is known of them; undefined where nothing compares it. */
export function contrastOf(
  lot: number,
  { mean, covariance, information }: Pick<LotRegression, 'mean' | 'covariance' | 'information'>,
): { readonly estimate: number; readonly se: number } | undefined {
  const n = mean.length;
  const total = information.reduce((sum, value, l) => (l === lot ? sum : sum + value), 0);
  if (!((information[lot] ?? 0) > 0) || !(total > 0)) return undefined;
  const weights = information.map((value, l) => (l === lot ? 1 : -value / total));
  let estimate = 0;
  let variance = 0;
  for (let i = 0; i < n; i++) {
    estimate += (weights[i] as number) * (mean[i] as number);
    for (let j = 0; j < n; j++)
      variance +=
        (weights[i] as number) * (weights[j] as number) * (covariance[i * n + j] as number);
  }
  return { estimate, se: Math.sqrt(Math.max(0, variance)) };
}
