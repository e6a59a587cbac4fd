import { at } from '@verimeter/statistics';
import type { Comparison } from './network-level.ts';
import type { Neighbour } from './neighbours.ts';
import type { Stretch } from './stretches.ts';

/**
 * A blend is formed where members with at least this weight report, or at least so many of them. Weight alone would leave out half a year in which
 * the best neighbour was another device: two stretches that follow each other at one place share no day.
 */
const LEAST_WEIGHT = 0.4;
const ENOUGH_MEMBERS = 2;

/** What the neighbours say of the place of a sensor, by grid point; NaN where too few of them report. */
export interface Blend {
  readonly values: Float64Array;
  /** Standard deviation of the members about it: small where the air is well mixed. */
  readonly spread: Float64Array;
}

/**
 * Each member is brought to the level of the target by itself, so that the others can make up for one that is missing; without a level
 * they stay as they are: references at the very place show what there is.
 */
export function blendOf(
  target: Stretch,
  level: number | undefined,
  neighbours: readonly Neighbour[],
  data: {
    readonly values: readonly Float64Array[];
    readonly stretches: readonly Stretch[];
    readonly levels: Float64Array;
    readonly comparison: Comparison;
    readonly points: number;
  },
): Blend {
  const { comparison, points } = data;
  const sum = new Float64Array(points);
  const squares = new Float64Array(points);
  const weights = new Float64Array(points);
  const members = new Uint8Array(points);
  for (const { stretch, weight } of neighbours) {
    const other = data.stretches[stretch] as Stretch;
    const series = data.values[other.series] as Float64Array;
    const own = at(data.levels, stretch);
    const ratio = comparison === 'ratio' && level !== undefined ? level / own : 1;
    const shift = comparison === 'difference' && level !== undefined ? level - own : 0;
    const to = Math.min(target.to, other.to);
    for (let k = Math.max(target.from, other.from); k < to; k++) {
      const value = ratio * (series[k] as number) + shift;
      if (!Number.isFinite(value)) continue;
      sum[k] = (sum[k] as number) + weight * value;
      squares[k] = (squares[k] as number) + weight * value * value;
      weights[k] = (weights[k] as number) + weight;
      members[k] = (members[k] as number) + 1;
    }
  }
  for (let k = 0; k < points; k++) {
    const weight = weights[k] as number;
    const enough = weight >= LEAST_WEIGHT || (members[k] as number) >= ENOUGH_MEMBERS;
    const mean = enough ? (sum[k] as number) / weight : NaN;
    sum[k] = mean;
    squares[k] = Math.sqrt(Math.max(0, (squares[k] as number) / weight - mean * mean));
  }
  return { values: sum, spread: squares };
}
