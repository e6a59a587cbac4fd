import { at } from '@verimeter/statistics';
import type { JudgedConsumer } from './drift-search.ts';
import type { Profile } from './drift-profiles.ts';

/** Blocks per group: slower wander than the whitening sees shows between such groups. */
const GROUP = 5;
/** Ratio up to which the model's variance stands (drift-estimation.md 2.4). */
const TOLERATED = 1.2;
/**
 * Squares that the area's own ratio counts as, beside the few of a single meter: what the noise model misses is mostly common to an
 * area (mean ratios of areas 0.8 to 2.4), and four squares of one meter say little.
 */
const AREA_WEIGHT = 8;
/** Squares that the ratio 1 counts as in that of an area. */
const MODEL_WEIGHT = 20;
/** A single square counts up to this: a drift that was not found is not the noise of its neighbours. */
const LARGEST_SQUARE = 9;
/** Share of the largest information of a block below which it is what rounding leaves of a block without load. */
const NOTHING = 1e-9;

interface Squares {
  readonly sum: number;
  readonly count: number;
  /** One per group; NaN where the meter drew nothing. */
  readonly each: readonly number[];
}

/**
 * Empirical over model variance of each meter's scores, at least 1: misfit that changes over days widens its interval. Told from
 * the meter's own scores and those of its area together.
 */
export function varianceInflations(
  consumers: readonly JudgedConsumer[],
  profiles: readonly Profile[],
  areaWeight: number = AREA_WEIGHT,
): Float64Array {
  const ratios = new Float64Array(consumers.length).fill(1);
  for (const width of [1, GROUP]) {
    const own = consumers.map((consumer) => scoreSquares(consumer, profiles, width));
    let sum = MODEL_WEIGHT;
    let count = MODEL_WEIGHT;
    for (const squares of own) {
      sum += squares.sum;
      count += squares.count;
    }
    const area = sum / count;
    own.forEach((squares, i) => {
      const ratio = (areaWeight * area + squares.sum) / (areaWeight + squares.count);
      ratios[i] = Math.max(at(ratios, i), ratio);
    });
  }
  return ratios.map((ratio) => (ratio > TOLERATED ? ratio : 1));
}

/** Meters that the ratio 1 counts as in that of a block. */
const BLOCK_WEIGHT = 10;

/**
 * Empirical over model variance of the scores of all meters in each block, at least 1: a day of festivities or of a disturbance, whose
 * loss the model misses, must not speak as loud as the others.
 */
export function blockUnrest(
  consumers: readonly JudgedConsumer[],
  profiles: readonly Profile[],
): Float64Array {
  const blocks = consumers[0]?.path.blocks ?? 0;
  const sums = new Float64Array(blocks).fill(BLOCK_WEIGHT);
  const counts = new Float64Array(blocks).fill(BLOCK_WEIGHT);
  for (const consumer of consumers)
    scoreSquares(consumer, profiles, 1).each.forEach((square, d) => {
      if (Number.isNaN(square)) return;
      sums[d] = at(sums, d) + square;
      counts[d] = at(counts, d) + 1;
    });
  return sums.map((sum, d) => Math.max(1, sum / at(counts, d)));
}

/** Squares of the meter's scores over their model variance, by groups of `width` blocks. */
function scoreSquares(
  { path, posterior }: JudgedConsumer,
  profiles: readonly Profile[],
  width: number,
): Squares {
  const { blocks, information, moment } = path;
  const shape = posterior.probabilityDrifted > 0.5 ? profiles[posterior.best]?.shape : undefined;
  let largest = 0;
  for (let d = 0; d < blocks; d++) largest = Math.max(largest, at(information, d * blocks + d));
  const each: number[] = [];
  for (let from = 0; from < blocks; from += width) {
    const to = Math.min(blocks, from + width);
    let score = 0;
    let variance = 0;
    for (let d = from; d < to; d++) {
      score += at(moment, d);
      for (let c = 0; c < blocks; c++)
        score -=
          at(information, d * blocks + c) *
          (shape === undefined ? posterior.healthyMean : posterior.size * at(shape, c));
      for (let c = from; c < to; c++) variance += at(information, d * blocks + c);
    }
    each.push(
      variance > NOTHING * largest ? Math.min(LARGEST_SQUARE, (score * score) / variance) : NaN,
    );
  }
  const told = each.filter((square) => !Number.isNaN(square));
  return { sum: told.reduce((sum, square) => sum + square, 0), count: told.length, each };
}
