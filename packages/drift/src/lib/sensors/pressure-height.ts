import { at, median } from '@verimeter/statistics';
import { fewMedian } from './few-median.ts';

const KELVIN = 273.15;
/** Hours of a running mean: the column of air between two heights is as warm as a day, not as an hour at the ground. */
const COLUMN_HOURS = 24;
/** Values that tell a median well enough. */
const ENOUGH = 3000;

/**
 * Pressures as if the air had its mean temperature. Two heights differ by p g dh / (R T): by 6 hPa for 50 m, of which a winter and a summer
 * take and add a twentieth. The difference of each sensor to the network is brought to the mean 1 / T; heights need not be known.
 */
export function atMeanTemperature(
  pressures: readonly Float64Array[],
  celsius: Float64Array,
): Float64Array[] {
  const points = pressures[0]?.length ?? 0;
  const inverse = runningMean(celsius, COLUMN_HOURS).map((value) => 1 / (value + KELVIN));
  const usual = sampledMedian(inverse);
  if (!Number.isFinite(usual)) return [...pressures];
  const seen: number[] = [];
  const network = Float64Array.from({ length: points }, (_, k) => {
    seen.length = 0;
    for (const values of pressures) seen.push(at(values, k));
    return fewMedian(seen);
  });
  return pressures.map((values) => {
    const difference = sampledMedian(values.map((value, k) => value - at(network, k)));
    return values.map((value, k) => {
      const warmth = at(inverse, k);
      return Number.isFinite(warmth) ? value - difference * (warmth / usual - 1) : value;
    });
  });
}

function runningMean(values: Float64Array, length: number): Float64Array {
  let sum = 0;
  let count = 0;
  return values.map((value, k) => {
    if (Number.isFinite(value)) {
      sum += value;
      count++;
    }
    const leaving = k >= length ? at(values, k - length) : NaN;
    if (Number.isFinite(leaving)) {
      sum -= leaving;
      count--;
    }
    return count === 0 ? NaN : sum / count;
  });
}

function sampledMedian(values: Float64Array): number {
  const every = Math.max(1, Math.floor(values.length / ENOUGH));
  return median(values.filter((value, k) => k % every === 0 && Number.isFinite(value)));
}
