import { at } from './vector.ts';

/** Of standardised, independent values: mean 0 and deviation 1 in control. */
export interface EwmaChart {
  /** Weight of the newest value, 0 to 1. */
  readonly lambda: number;
  /** L: half width of the limits, in standard deviations of the average. */
  readonly width: number;
}

export interface EwmaAlarm {
  readonly index: number;
  readonly side: 'upper' | 'lower';
}

/** Averages y(t) = (1 - lambda) y(t-1) + lambda z(t), zero before the start: S. W. Roberts, Technometrics 1 (1959). */
export function ewma(z: Float64Array, lambda: number, out: Float64Array): void {
  let average = 0;
  for (let t = 0; t < z.length; t++) {
    average += lambda * ((z[t] as number) - average);
    out[t] = average;
  }
}

/**
 * Standard deviation of the average after `count` values: lambda / (2 - lambda) x (1 - (1 - lambda)^(2 count)), its
 * root; the limit for ever many by default. J. M. Lucas and M. S. Saccucci, Technometrics 32 (1990).
 */
export function ewmaDeviation(lambda: number, count: number = Infinity): number {
  return Math.sqrt((lambda / (2 - lambda)) * (1 - (1 - lambda) ** (2 * count)));
}

/** First index where the average leaves limits of fixed width, undefined for none. */
export function firstEwmaAlarm(z: Float64Array, chart: EwmaChart): EwmaAlarm | undefined {
  const { lambda, width } = chart;
  const limit = width * ewmaDeviation(lambda);
  let average = 0;
  for (let index = 0; index < z.length; index++) {
    average += lambda * (at(z, index) - average);
    if (average > limit) return { index, side: 'upper' };
    if (average < -limit) return { index, side: 'lower' };
  }
  return undefined;
}
