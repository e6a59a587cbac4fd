import { invertPackedCholeskyInPlace, packedCholeskyInPlace } from './packed-cholesky.ts';
import { packedIndex, packedLength } from './packed-symmetric.ts';
import { at, mean } from './vector.ts';

/**
 * Lag of the rule of thumb floor(4 (n/100)^(2/9)): Newey and West (1994), with the constant for the Bartlett kernel.
 */
export function neweyWestLag(n: number): number {
  return Math.floor(4 * (n / 100) ** (2 / 9));
}

/**
 * Lag chosen from the series: W. K. Newey and K. D. West, "Automatic lag selection in covariance matrix estimation",
 * Review of Economic Studies 61 (1994), for the Bartlett kernel: floor(1.1447 (s1/s0)^(2/3) n^(1/3)), at most n - 1.
 */
export function automaticLag(series: Float64Array): number {
  const n = series.length;
  const centre = mean(series);
  const preliminary = Math.min(neweyWestLag(n), n - 1);
  let s0 = autocovariance(series, centre, 0);
  let s1 = 0;
  for (let lag = 1; lag <= preliminary; lag++) {
    const covariance = autocovariance(series, centre, lag);
    s0 += 2 * covariance;
    s1 += 2 * lag * covariance;
  }
  const bandwidth = 1.1447 * Math.cbrt((s1 / s0) ** 2) * Math.cbrt(n);
  return Number.isFinite(bandwidth) ? Math.min(Math.floor(bandwidth), n - 1) : 0;
}

/**
 * Long-run variance of a series about its mean, gamma_0 + 2 sum (1 - l/(lag+1)) gamma_l with the Bartlett weights,
 * never negative: divided by n it is the variance of the mean under autocorrelation. W. K. Newey and K. D. West, "A
 * simple, positive semi-definite, heteroskedasticity and autocorrelation consistent covariance matrix", Econometrica
 * 55 (1987).
 */
export function longRunVariance(series: Float64Array, lag: number): number {
  const centre = mean(series);
  let sum = autocovariance(series, centre, 0);
  for (let l = 1; l <= lag; l++) sum += 2 * (1 - l / (lag + 1)) * autocovariance(series, centre, l);
  return sum;
}

/** Autocovariance divided by n, not n - lag. */
function autocovariance(series: Float64Array, centre: number, lag: number): number {
  let sum = 0;
  for (let t = lag; t < series.length; t++)
    sum += ((series[t] as number) - centre) * ((series[t - lag] as number) - centre);
  return sum / series.length;
}

/**
 * Packed covariance of least squares coefficients under heteroskedastic, autocorrelated noise: (X'X)^-1 S (X'X)^-1, S
 * the Bartlett sum over lags of e_t e_(t-l) (x_t x_(t-l)' + x_(t-l) x_t'); no small-sample factor. Lag 0 is White's.
 * Newey and West (1987). Undefined where the columns are not independent.
 */
export function neweyWestCovariance(
  columns: readonly Float64Array[],
  residuals: Float64Array,
  lag: number,
): Float64Array | undefined {
  const n = columns.length;
  const m = residuals.length;
  const bread = new Float64Array(packedLength(n));
  const scores: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const column = columns[i] as Float64Array;
    const score = new Float64Array(m);
    for (let t = 0; t < m; t++) score[t] = at(column, t) * at(residuals, t);
    scores.push(score);
    for (let j = 0; j <= i; j++)
      bread[packedIndex(i, j)] = laggedProduct(column, columns[j] as Float64Array, 0);
  }
  if (packedCholeskyInPlace(bread, n) === undefined) return undefined;
  invertPackedCholeskyInPlace(bread, n);
  const meat = new Float64Array(packedLength(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const a = scores[i] as Float64Array;
      const b = scores[j] as Float64Array;
      let sum = laggedProduct(a, b, 0);
      for (let l = 1; l <= Math.min(lag, m - 1); l++)
        sum += (1 - l / (lag + 1)) * (laggedProduct(a, b, l) + laggedProduct(b, a, l));
      meat[packedIndex(i, j)] = sum;
    }
  }
  return sandwichProduct(bread, meat, n);
}

/** Sum over t of a(t) b(t - lag). */
function laggedProduct(a: Float64Array, b: Float64Array, lag: number): number {
  let sum = 0;
  for (let t = lag; t < a.length; t++) sum += (a[t] as number) * (b[t - lag] as number);
  return sum;
}

/** B M B of packed symmetric matrices, packed. */
function sandwichProduct(bread: Float64Array, meat: Float64Array, n: number): Float64Array {
  const half = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += at(bread, packedIndex(i, k)) * at(meat, packedIndex(k, j));
      half[i * n + j] = sum;
    }
  const product = new Float64Array(packedLength(n));
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += at(half, i * n + k) * at(bread, packedIndex(k, j));
      product[packedIndex(i, j)] = sum;
    }
  return product;
}
