import { median } from '@verimeter/statistics';
import { fewMedian } from './few-median.ts';

const ROUNDS = 4;
/** Days that two members must share before one says anything of the other's level. */
const LEAST_DAYS = 10;
/** Days at the start of a stretch that tell its level as it was verified. */
const START_DAYS = 75;

export type Comparison = 'ratio' | 'difference';

export interface NetworkLevel {
  /** By stretch: its level over that of the network (a ratio), or above it (a difference); NaN where it is too short. */
  readonly levels: Float64Array;
  /** The same over the first months of each stretch: what it was before it drifted. */
  readonly startLevels: Float64Array;
  /** By day: what the network sees, median of the members brought to one level; NaN where nobody reports. */
  readonly curve: Float64Array;
}

/**
 * Levels of stretches that cover different times, brought to one by a curve of the whole network. Since the curve is a median of all, a
 * sensor that drifts does not pull the level of a neighbour that was recalibrated meanwhile, as their direct comparison would.
 */
export function networkLevel(
  daily: readonly Float64Array[],
  comparison: Comparison,
  leftOut: ReadonlySet<number>,
): NetworkLevel {
  const days = daily[0]?.length ?? 0;
  const neutral = comparison === 'ratio' ? 1 : 0;
  const levels = new Float64Array(daily.length).fill(neutral);
  let curve = new Float64Array(days);
  // overall means first, so that the first median is not that of different places
  const means = daily.map((values) => meanOf(values));
  const overall = median(means.filter((mean) => Number.isFinite(mean)));
  means.forEach((mean, i) => {
    levels[i] = comparison === 'ratio' ? mean / overall : mean - overall;
  });
  for (let round = 0; round < ROUNDS; round++) {
    curve = medianCurve(daily, levels, comparison, leftOut);
    for (let i = 0; i < daily.length; i++)
      levels[i] = levelOf(daily[i] as Float64Array, curve, comparison);
  }
  const startLevels = Float64Array.from(daily, (values) =>
    levelOf(firstDays(values), curve, comparison),
  );
  return { levels, startLevels, curve };
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? NaN : sum / count;
}

function medianCurve(
  daily: readonly Float64Array[],
  levels: Float64Array,
  comparison: Comparison,
  leftOut: ReadonlySet<number>,
): Float64Array<ArrayBuffer> {
  const days = daily[0]?.length ?? 0;
  const out = new Float64Array(days);
  const seen: number[] = [];
  for (let d = 0; d < days; d++) {
    seen.length = 0;
    for (let i = 0; i < daily.length; i++) {
      if (leftOut.has(i)) continue;
      const level = levels[i] as number;
      const value = (daily[i] as Float64Array)[d] as number;
      const same = comparison === 'ratio' ? value / level : value - level;
      if (Number.isFinite(same)) seen.push(same);
    }
    out[d] = fewMedian(seen);
  }
  return out;
}

/** The first days that are there; NaN afterwards. */
function firstDays(values: Float64Array): Float64Array {
  let seen = 0;
  return values.map((value) => {
    if (Number.isFinite(value)) seen++;
    return seen <= START_DAYS ? value : NaN;
  });
}

function levelOf(values: Float64Array, curve: Float64Array, comparison: Comparison): number {
  let own = 0;
  let network = 0;
  let count = 0;
  for (let d = 0; d < values.length; d++) {
    const value = values[d] as number;
    const common = curve[d] as number;
    if (!Number.isFinite(value) || !Number.isFinite(common)) continue;
    own += value;
    network += common;
    count++;
  }
  if (count < LEAST_DAYS) return NaN;
  return comparison === 'ratio' ? own / network : (own - network) / count;
}
