import { at } from '@verimeter/statistics';
import type { JudgedConsumer } from './drift-search.ts';
import type { Profile } from './error-path.ts';

/** Blocks per group: slower wander than the whitening sees shows between such groups. */
const GROUP = 5;
/** Ratio up to which the model's variance stands (drift-estimation.md 2.4), and weight of the prior ratio 1. */
const TOLERATED = 1.2;
const PRIOR_WEIGHT = 3;
const NOTHING = 1e-9;

/** Empirical over model variance of a meter's scores, at least 1: misfit that changes over days widens its interval. */
export function varianceInflation(consumer: JudgedConsumer, profiles: readonly Profile[]): number {
  const { path, posterior } = consumer;
  const { blocks, information, moment } = path;
  const shape = posterior.probabilityDrifted > 0.5 ? profiles[posterior.best]?.shape : undefined;
  const level = shape === undefined ? posterior.healthyMean : 0;
  const fitted = Float64Array.from({ length: blocks }, (_, d) =>
    shape === undefined ? level : posterior.size * at(shape, d),
  );
  // Where the meter drew nothing a score is rounding, over a variance that is rounding.
  let largest = 0;
  for (let d = 0; d < blocks; d++) largest = Math.max(largest, at(information, d * blocks + d));
  let ratio = 0;
  for (const width of [1, GROUP]) {
    let empirical = PRIOR_WEIGHT;
    let groups = PRIOR_WEIGHT;
    for (let from = 0; from < blocks; from += width) {
      const to = Math.min(blocks, from + width);
      let score = 0;
      let variance = 0;
      for (let d = from; d < to; d++) {
        score += at(moment, d);
        for (let c = 0; c < blocks; c++) score -= at(information, d * blocks + c) * at(fitted, c);
        for (let c = from; c < to; c++) variance += at(information, d * blocks + c);
      }
      if (variance <= NOTHING * largest) continue;
      empirical += (score * score) / variance;
      groups++;
    }
    ratio = Math.max(ratio, empirical / groups);
  }
  return ratio > TOLERATED ? ratio : 1;
}
