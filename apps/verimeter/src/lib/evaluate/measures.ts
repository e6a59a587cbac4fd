import { quantile, wilsonInterval } from '@verimeter/statistics';
import { seededRandom } from './seeded.ts';

/** A share with its 95 % interval (Wilson); value null where there is nothing to count. */
export interface Share {
  readonly hits: number;
  readonly of: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export function share(hits: number, of: number): Share {
  if (of === 0) return { hits, of, value: null, low: null, high: null };
  return { hits, of, value: hits / of, ...wilsonInterval(hits, of) };
}

/** A number with a 95 % interval from resampling whole clusters; no interval from fewer than three of them. */
export interface Measure {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const RESAMPLES = 400;

/**
 * Percentile interval of a statistic over clusters (here fleets, which share lots and priors) drawn with replacement: Efron
 * and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. Seeded: the same records give the same interval.
 */
export function bootstrapped<T>(
  clusters: readonly T[],
  statistic: (clusters: readonly T[]) => number | null,
): Measure {
  const value = statistic(clusters);
  if (value === null || clusters.length < 3) return { value, low: null, high: null };
  const random = seededRandom(clusters.length);
  const drawn: number[] = [];
  for (let round = 0; round < RESAMPLES; round += 1) {
    const sample = clusters.flatMap(() => {
      const one = clusters[Math.floor(random() * clusters.length)];
      return one === undefined ? [] : [one];
    });
    const result = statistic(sample);
    if (result !== null) drawn.push(result);
  }
  return { value, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}

export function rootMeanSquare(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

export function medianOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : quantile(values, 0.5);
}

/** How often each name is there, by name. */
export function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
