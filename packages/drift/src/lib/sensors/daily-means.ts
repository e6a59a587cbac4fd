import type { Calendar } from './calendar.ts';
import type { Stretch } from './stretches.ts';

/** A day counts where at least this share of its hours does. */
const LEAST_SHARE = 0.5;

/** Weights of the hours of the day, largest 1. */
export const EVEN_HOURS: Float64Array = new Float64Array(24).fill(1);

/** Weighted means of the days of a stretch; NaN where too few hours are there. */
export function dailyMeans(
  values: Float64Array,
  stretch: Pick<Stretch, 'from' | 'to'>,
  calendar: Calendar,
  hourWeights: Float64Array,
): Float64Array {
  const { days, dayOf, hourOf, stepUs } = calendar;
  const sums = new Float64Array(days);
  const weights = new Float64Array(days);
  for (let k = stretch.from; k < stretch.to; k++) {
    const value = values[k] as number;
    if (!Number.isFinite(value)) continue;
    const day = dayOf[k] as number;
    const weight = hourWeights[hourOf[k] as number] as number;
    sums[day] = (sums[day] as number) + weight * value;
    weights[day] = (weights[day] as number) + weight;
  }
  const least = fullDay(hourWeights, stepUs) * LEAST_SHARE;
  return sums.map((sum, day) =>
    (weights[day] as number) >= least ? sum / (weights[day] as number) : NaN,
  );
}

/** Sum of the weights of a whole day. */
function fullDay(hourWeights: Float64Array, stepUs: number): number {
  return (hourWeights.reduce((sum, weight) => sum + weight, 0) * 3600e6) / stepUs;
}
