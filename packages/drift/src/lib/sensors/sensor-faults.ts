import type { Calendar } from './calendar.ts';

/** An element that repeats one value for so long is dead, unless the quantity itself stands still. */
const FROZEN_HOURS = 48;
/** Quantities that stay at a bound or at a rounded value for days: humidity at saturation, clean air at zero. */
const FROZEN_AT_BOUND_HOURS = 120;
const HOUR_US = 3600e6;

export interface FrozenRun {
  /** Grid points, the second one exclusive. */
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/**
 * Runs in which a series repeats one value to the last digit. Missing hours neither end a run nor count for it.
 */
export function frozenRuns(
  values: Float64Array,
  calendar: Calendar,
  quantity: string,
): FrozenRun[] {
  const runs: FrozenRun[] = [];
  let from = 0;
  let seen = 0;
  let value = NaN;
  let last = 0;
  const close = (): void => {
    const bound = value === 0 || (quantity === 'humidity' && value >= 99);
    const least = ((bound ? FROZEN_AT_BOUND_HOURS : FROZEN_HOURS) * HOUR_US) / calendar.stepUs;
    if (seen >= least) runs.push({ from, to: last + 1, value });
  };
  for (let k = 0; k < calendar.points; k++) {
    const next = values[k] as number;
    if (!Number.isFinite(next)) continue;
    if (next !== value) {
      close();
      from = k;
      seen = 0;
      value = next;
    }
    seen++;
    last = k;
  }
  close();
  return runs;
}
