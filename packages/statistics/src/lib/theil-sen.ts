import { normalQuantile } from './normal.ts';
import { median } from './quantile.ts';
import { kendallTieTerm } from './ranks.ts';
import { at } from './vector.ts';

export interface TheilSenFit {
  readonly slope: number;
  /** median(y) - slope x median(x): W. J. Conover, "Practical Nonparametric Statistics" (1980). */
  readonly intercept: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Median of the slopes of all pairs and its confidence interval: H. Theil (1950); P. K. Sen, "Estimates of the
 * regression coefficient based on Kendall's tau", JASA 63 (1968), equation 2.6 with ties. `varianceFactor` is the
 * factor by which autocorrelation raises the variance of Kendall's score, 1 for independent noise. Undefined where no
 * two x differ. n^2 / 2 numbers of memory.
 */
export function theilSen(
  x: Float64Array,
  y: Float64Array,
  options: { readonly confidence?: number; readonly varianceFactor?: number } = {},
): TheilSenFit | undefined {
  const { confidence = 0.95, varianceFactor = 1 } = options;
  const n = x.length;
  const all = new Float64Array((n * (n - 1)) / 2);
  let pairs = 0;
  for (let i = 1; i < n; i++) {
    const xi = x[i] as number;
    const yi = y[i] as number;
    for (let j = 0; j < i; j++) {
      const step = xi - (x[j] as number);
      if (step !== 0) all[pairs++] = (yi - (y[j] as number)) / step;
    }
  }
  if (pairs === 0) return undefined;
  const slopes = all.subarray(0, pairs);
  slopes.sort();
  const middle = pairs >> 1;
  const slope =
    pairs % 2 === 1 ? at(slopes, middle) : (at(slopes, middle - 1) + at(slopes, middle)) / 2;
  const variance = (n * (n - 1) * (2 * n + 5) - kendallTieTerm(x) - kendallTieTerm(y)) / 18;
  const reach = normalQuantile((1 + confidence) / 2) * Math.sqrt(variance * varianceFactor);
  const below = Math.max(Math.round((pairs - reach) / 2) - 1, 0);
  const above = Math.min(Math.round((pairs + reach) / 2), pairs - 1);
  return {
    slope,
    intercept: median(y) - slope * median(x),
    low: at(slopes, below),
    high: at(slopes, above),
  };
}
