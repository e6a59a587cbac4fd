import { at } from '@verimeter/statistics';
import { deviance, type Disturbances, disturbances, type LeakModel } from './leak-filter.ts';

/** Per interval what the noise of a district depends on; litres. */
export interface DistrictShape {
  /** Pressure factor of the leak times hours. */
  readonly gain: Float64Array;
  readonly hours: Float64Array;
  /** Sum of squares of the homes' flows over its mean: what grows with the flow. */
  readonly flow: Float64Array;
  /** Variance of the rounding of all counters together. */
  readonly rounding: number;
  readonly broken: Uint8Array;
  /** Known variance on top: homes that may draw what no register counts. */
  readonly extra: Float64Array;
  /** Usual volume of an interval, litres. */
  readonly usual: number;
}

/** Noise of a district: variances per interval without flow and at usual flow, and of the level's walk per hour. */
export interface DistrictNoise {
  readonly still: number;
  readonly flowing: number;
  readonly walk: number;
}

/** Times at which the noise is not that of other times. */
export interface Unrest {
  /** Factor on the white variance, by interval. */
  readonly single: Float64Array;
  /** Variance added to the walk, by interval: bursts, repairs, valves. */
  readonly jump: Float64Array;
}

/**
 * Standard deviations from which on an interval is an outlier, and a change of the level a burst or its repair. Milder ones are weighted down
 * after the filter: taken for unrest they would be all the hours in which much flows, and what is left of the noise would shrink round by round.
 */
const OUTLIER = 5;
const JUMP = 5;
/** An outlier is left with so many standard deviations. */
const LEFT = 3;
/** A jump stays one while it is so many times what the walk does in an hour, and this share of the usual volume. */
const LEAST_JUMP = 5;
const LEAST_JUMP_SHARE = 0.02;
/** A jump takes its neighbourhood with it: only the largest within so many intervals is one. */
const APART = 6;

export function quietTimes(count: number): Unrest {
  return { single: new Float64Array(count).fill(1), jump: new Float64Array(count) };
}

export function leakModel(noise: DistrictNoise, shape: DistrictShape, unrest: Unrest): LeakModel {
  const { gain, hours, flow, rounding, broken, extra, usual } = shape;
  const count = gain.length;
  const white = new Float64Array(count);
  const walk = new Float64Array(count);
  for (let t = 0; t < count; t++) {
    const h = hours[t] as number;
    white[t] =
      (unrest.single[t] as number) *
      (noise.still * h + noise.flowing * (flow[t] as number) + (extra[t] as number));
    walk[t] = (t === 0 ? 0 : noise.walk * h) + (unrest.jump[t] as number);
  }
  return { gain, white, walk, rounding, broken, start: usual * usual };
}

/** A walk of 15 % of a leak of a fifth of the flow in 48 hours, as the share of the usual volume that it moves in one hour. */
const FIRST_WALK = (0.15 * 0.2) ** 2 / 48;
/** The walk is known to a factor of 3 (one standard deviation of the logarithm of its variance: 2.2). */
const WALK_LOG_SD = 2.2;

/** Most probable noise of a residual by coordinate search on the logarithms; deterministic. */
export function fitDistrictNoise(
  rest: Float64Array,
  shape: DistrictShape,
  unrest: Unrest,
  start?: DistrictNoise,
): DistrictNoise {
  const square = shape.usual * shape.usual;
  let best =
    start === undefined
      ? [Math.log(0.0004 * square), Math.log(0.0004 * square), Math.log(FIRST_WALK * square)]
      : [Math.log(start.still), Math.log(start.flowing), Math.log(start.walk)];
  const centre = Math.log(FIRST_WALK * square);
  const of = (p: readonly number[]): number =>
    deviance(leakModel(noiseOf(p), shape, unrest), rest) + ((at(p, 2) - centre) / WALK_LOG_SD) ** 2;
  let least = of(best);
  const least0 = Math.log(1e-10 * square);
  const steps = start === undefined ? [2, 2, 2] : [0.5, 0.5, 0.5];
  for (let round = 0; round < 40 && Math.max(...steps) > 0.06; round++) {
    let moved = false;
    for (let k = 0; k < 3; k++)
      for (const direction of [1, -1]) {
        const trial = [...best];
        trial[k] = at(trial, k) + direction * at(steps, k);
        if (at(trial, k) < least0) continue;
        const value = of(trial);
        if (value < least - 1e-3) {
          least = value;
          best = trial;
          moved = true;
          break;
        }
      }
    if (!moved) for (let k = 0; k < 3; k++) steps[k] = at(steps, k) / 2;
  }
  return noiseOf(best);
}

function noiseOf(p: readonly number[]): DistrictNoise {
  return { still: Math.exp(at(p, 0)), flowing: Math.exp(at(p, 1)), walk: Math.exp(at(p, 2)) };
}

/**
 * Intervals that stand out - a hydrant, a flushing - count less from now on, and where the level jumps - a burst, its repair - the walk may take the
 * jump. Both are told anew from what they are found to be with the last ones: what fits without them is none.
 */
export function findUnrest(
  noise: DistrictNoise,
  shape: DistrictShape,
  before: Unrest,
  rest: Float64Array,
): Unrest & { readonly seen: Disturbances } {
  const model = leakModel(noise, shape, before);
  const seen = disturbances(model, rest);
  const { usual, hours } = shape;
  const count = rest.length;
  const single = new Float64Array(count).fill(1);
  const jump = new Float64Array(count);
  for (let t = 0; t < count; t++) {
    const z = Math.abs(seen.single[t] as number) * Math.sqrt(before.single[t] as number);
    const j = Math.abs(seen.jump[t] as number);
    const size = t === 0 ? 0 : (seen.level[t] as number) - (seen.level[t - 1] as number);
    if ((before.jump[t] as number) > 0) {
      const least = LEAST_JUMP ** 2 * noise.walk * (hours[t] as number);
      if (size * size > Math.max(least, (LEAST_JUMP_SHARE * usual) ** 2)) jump[t] = size * size;
    } else if (t > 0 && j > JUMP && j >= z && isPeak(seen.jump, t))
      jump[t] = Math.max((0.1 * usual) ** 2, size * size);
    if (jump[t] === 0 && z > OUTLIER) single[t] = (z / LEFT) ** 2;
  }
  return { single, jump, seen };
}

function isPeak(values: Float64Array, t: number): boolean {
  const own = Math.abs(values[t] as number);
  for (let k = Math.max(0, t - APART); k <= Math.min(values.length - 1, t + APART); k++)
    if (Math.abs(values[k] as number) > own) return false;
  return true;
}
