import { at, mean } from '@verimeter/statistics';
import type { DistrictIntervals } from './district-intervals.ts';

/** A home whose register stands still to the end: nobody is there, or the meter has stopped and what it draws is unmetered. */
export interface StillHome {
  readonly consumer: number;
  readonly from: number;
  /** Litres of each interval by its habits before, from there on; zero before. */
  readonly usual: Float64Array;
  /** Variance of its flow around its habits, by interval, from there on. */
  readonly variance: Float64Array;
  /** Its share of what all homes draw. */
  readonly share: number;
}

const HOURS = 24;

/** What may flow behind registers that stand still: told from the hour of the day, before they did. */
export function stillHomes({ intervals, flows, total, stillFrom }: DistrictIntervals): StillHome[] {
  const { count, hours, from } = intervals;
  const stepHours = at(hours, 0) / Math.max(1, at(intervals.to, 0) - at(from, 0));
  const hourOf = (t: number): number => Math.floor(at(from, t) * stepHours) % HOURS;
  return [...stillFrom.keys()].flatMap((consumer): StillHome[] => {
    const first = at(stillFrom, consumer);
    const flow = flows[consumer] as Float64Array;
    const before = flow.subarray(0, first);
    if (first >= count || first < HOURS || !(mean(before) > 0)) return [];
    const sums = new Float64Array(HOURS);
    const lengths = new Float64Array(HOURS);
    for (let t = 0; t < first; t++) {
      const hour = hourOf(t);
      sums[hour] = at(sums, hour) + at(before, t);
      lengths[hour] = at(lengths, hour) + at(hours, t);
    }
    const rate = sums.map((sum, hour) => sum / Math.max(at(lengths, hour), 1));
    const squares = new Float64Array(HOURS);
    for (let t = 0; t < first; t++) {
      const hour = hourOf(t);
      squares[hour] = at(squares, hour) + (at(before, t) - at(rate, hour) * at(hours, t)) ** 2;
    }
    const usual = new Float64Array(count);
    const variance = new Float64Array(count);
    for (let t = first; t < count; t++) {
      const hour = hourOf(t);
      usual[t] = at(rate, hour) * at(hours, t);
      variance[t] = (at(squares, hour) / Math.max(at(lengths, hour), 1)) * at(hours, t);
    }
    const share = mean(before) / Math.max(mean(total.subarray(0, first)), 1e-9);
    return [{ consumer, from: first, usual, variance, share }];
  });
}
