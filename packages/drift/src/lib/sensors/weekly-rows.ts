import { at } from '@verimeter/statistics';
import type { Calendar } from './calendar.ts';
import type { ComparedDays } from './compared-days.ts';

/** Less than this share of independent information makes no row of its own. */
const LEAST_SHARE = 1e-6;
/**
 * What differs between the high and the low days of a week scatters more than days that follow each other do, from whose differences their
 * noise is known: standard deviation of the second row over 1.
 */
const CONTRAST_NOISE = 1.2;

/**
 * Observations of a stretch with unit variance, in order of weeks: value = gain x (error in ratio or unit) + offset x (error at zero, in
 * units of the level) + N(0, 1). A row of kind `measured` sees the sensor's own error and nothing of its place.
 */
export interface WeeklyRow {
  readonly week: number;
  readonly gain: number;
  readonly offset: number;
  readonly value: number;
  readonly kind: 'neighbours' | 'measured';
  /** cos and sin of the angle of the year. */
  readonly cos: number;
  readonly sin: number;
}

/**
 * The days of each week as at most two rows: the Cholesky factor of their information about gain and offset. For differences the offset is
 * all there is, and takes the place of the gain.
 */
export function weeklyRows(days: ComparedDays, calendar: Calendar, ratio: boolean): WeeklyRow[] {
  const rows: WeeklyRow[] = [];
  const { weekOf, angleOf } = calendar;
  for (let d = 0; d < calendar.days;) {
    const week = at(weekOf, d);
    let [gg, go, oo, gy, oy, angle, count] = [0, 0, 0, 0, 0, 0, 0];
    for (; d < calendar.days && at(weekOf, d) === week; d++) {
      const variance = at(days.variance, d);
      if (!(variance > 0)) continue;
      const gain = ratio ? at(days.blend, d) : 1;
      const offset = ratio ? days.level : 0;
      const value = at(days.excess, d);
      gg += (gain * gain) / variance;
      go += (gain * offset) / variance;
      oo += (offset * offset) / variance;
      gy += (gain * value) / variance;
      oy += (offset * value) / variance;
      angle += at(angleOf, d);
      count++;
    }
    if (!(gg > 0)) continue;
    const shared = { week, kind: 'neighbours', ...onCircle(angle / count) } as const;
    const gain = Math.sqrt(gg);
    const offset = go / gain;
    const value = gy / gain;
    rows.push({ ...shared, gain, offset, value });
    const rest = oo - offset * offset;
    if (!(rest > LEAST_SHARE * oo)) continue;
    const alone = Math.sqrt(rest);
    rows.push({
      ...shared,
      gain: 0,
      offset: alone / CONTRAST_NOISE,
      value: (oy - offset * value) / alone / CONTRAST_NOISE,
    });
  }
  return rows;
}

export function measuredRow(week: number, error: number, standardUncertainty: number): WeeklyRow {
  const gain = 1 / standardUncertainty;
  return { week, gain, offset: 0, value: error * gain, kind: 'measured', cos: 0, sin: 0 };
}

function onCircle(angle: number): { cos: number; sin: number } {
  return { cos: Math.cos(angle), sin: Math.sin(angle) };
}
