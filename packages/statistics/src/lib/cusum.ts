import { at } from './vector.ts';

/** Of standardised, independent values: mean 0 and deviation 1 in control. */
export interface CusumChart {
  /** k: half the shift to detect, in standard deviations. */
  readonly allowance: number;
  /** h: the sum that raises the alarm when exceeded. */
  readonly threshold: number;
  /**
   * Both sums start here (fast initial response: J. M. Lucas and R. B. Crosier, Technometrics 24 (1982)); 0 by
   * default.
   */
  readonly headStart?: number;
}

export interface CusumAlarm {
  readonly index: number;
  readonly side: 'upper' | 'lower';
  /** First index of the excursion: where the sum last left zero, the usual estimate of the onset. */
  readonly since: number;
}

/**
 * One-sided sums S(t) = max(0, S(t-1) + z(t) - allowance): E. S. Page, "Continuous inspection schemes", Biometrika 41
 * (1954).
 */
export function upperCusum(
  z: Float64Array,
  out: Float64Array,
  chart: { readonly allowance: number; readonly headStart?: number },
): void {
  const { allowance, headStart = 0 } = chart;
  let sum = headStart;
  for (let t = 0; t < z.length; t++) {
    sum = Math.max(0, sum + (z[t] as number) - allowance);
    out[t] = sum;
  }
}

/** First alarm of the two-sided chart, undefined for none; the upper sum is looked at first. */
export function firstCusumAlarm(z: Float64Array, chart: CusumChart): CusumAlarm | undefined {
  const { allowance, threshold, headStart = 0 } = chart;
  let upper = headStart;
  let lower = headStart;
  let upperSince = 0;
  let lowerSince = 0;
  for (let index = 0; index < z.length; index++) {
    const value = at(z, index);
    upper += value - allowance;
    lower -= value + allowance;
    if (upper > threshold) return { index, side: 'upper', since: upperSince };
    if (lower > threshold) return { index, side: 'lower', since: lowerSince };
    if (!(upper > 0)) {
      upper = 0;
      upperSince = index + 1;
    }
    if (!(lower > 0)) {
      lower = 0;
      lowerSince = index + 1;
    }
  }
  return undefined;
}
