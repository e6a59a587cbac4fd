import { normalCdf, normalQuantile } from './normal.ts';
import { averageRanks, kendallTieTerm } from './ranks.ts';
import { theilSen } from './theil-sen.ts';
import { at, mean } from './vector.ts';

export interface TrendTest {
  /** Kendall's S: rising less falling pairs. */
  readonly score: number;
  /** Variance of S without a trend, after the correction for autocorrelation. */
  readonly variance: number;
  /** S over its standard deviation, one nearer to zero for continuity. */
  readonly z: number;
  /** Two-sided. */
  readonly probability: number;
  /** S over the number of pairs (tau a: ties are not taken out). */
  readonly tau: number;
  /** What the correction multiplied the variance by; 1 for none. */
  readonly varianceFactor: number;
}

/**
 * Mann-Kendall test of a monotonic trend in an evenly spaced series of independent noise: H. B. Mann (1945), M. G.
 * Kendall, "Rank Correlation Methods" (1975), with ties in the variance.
 */
export function mannKendall(y: Float64Array): TrendTest {
  return trendTest(y, 1);
}

/**
 * Mann-Kendall test for autocorrelated noise: K. H. Hamed and A. R. Rao, "A modified Mann-Kendall trend test for
 * autocorrelated data", J. Hydrology 204 (1998): the autocorrelation of the ranks of the series without its
 * Theil-Sen trend, where significant at `level`, for lags up to `lags` (all).
 */
export function hamedRaoTest(
  y: Float64Array,
  options: { readonly lags?: number; readonly level?: number } = {},
): TrendTest {
  const n = y.length;
  const { lags = n - 1, level = 0.05 } = options;
  const autocorrelation = autocorrelations(averageRanks(detrended(y)), Math.min(lags, n - 1));
  const bound = normalQuantile(1 - level / 2) / Math.sqrt(n);
  let sum = 0;
  for (let lag = 1; lag < autocorrelation.length; lag++) {
    const value = at(autocorrelation, lag);
    if (Math.abs(value) > bound) sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * value;
  }
  return trendTest(y, 1 + (2 * sum) / (n * (n - 1) * (n - 2)));
}

/**
 * Mann-Kendall test for autocorrelated noise: S. Yue and C. Wang, "The Mann-Kendall test modified by effective sample
 * size", Water Resources Management 18 (2004): the autocorrelation of the series without its Theil-Sen trend, for
 * lags up to `lags`, which should be few: over all lags the sample autocorrelations sum to -1/2 whatever the series.
 */
export function yueWangTest(y: Float64Array, lags: number): TrendTest {
  const n = y.length;
  const autocorrelation = autocorrelations(detrended(y), Math.min(lags, n - 1));
  let sum = 0;
  for (let lag = 1; lag < autocorrelation.length; lag++)
    sum += (1 - lag / n) * at(autocorrelation, lag);
  return trendTest(y, 1 + 2 * sum);
}

/** `z` and `probability` are NaN where the corrected variance is not positive and the score is not zero. */
function trendTest(y: Float64Array, varianceFactor: number): TrendTest {
  const n = y.length;
  let score = 0;
  for (let i = 1; i < n; i++) {
    const yi = y[i] as number;
    for (let j = 0; j < i; j++) score += Math.sign(yi - (y[j] as number));
  }
  const variance = ((n * (n - 1) * (2 * n + 5) - kendallTieTerm(y)) / 18) * varianceFactor;
  const z = score === 0 ? 0 : (score - Math.sign(score)) / Math.sqrt(variance);
  return {
    score,
    variance,
    z,
    probability: 2 * normalCdf(-Math.abs(z)),
    tau: score / ((n * (n - 1)) / 2),
    varianceFactor,
  };
}

function detrended(y: Float64Array): Float64Array {
  const time = Float64Array.from(y, (_, t) => t);
  const slope = theilSen(time, y)?.slope ?? 0;
  return y.map((value, t) => value - slope * t);
}

/** Autocorrelations at lags 0 to `lags`; all 0 but the first for a constant series. */
function autocorrelations(series: Float64Array, lags: number): Float64Array {
  const centre = mean(series);
  const out = new Float64Array(lags + 1);
  let variance = 0;
  for (let lag = 0; lag <= lags; lag++) {
    let sum = 0;
    for (let t = lag; t < series.length; t++)
      sum += ((series[t] as number) - centre) * ((series[t - lag] as number) - centre);
    if (lag === 0) variance = sum;
    out[lag] = variance > 0 ? sum / variance : 0;
  }
  if (lags >= 0) out[0] = 1;
  return out;
}
