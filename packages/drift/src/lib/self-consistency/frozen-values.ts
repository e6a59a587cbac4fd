import { absent, type CheckOutcome } from './check-outcome.ts';
import { type DeviceSeries, instantAt, stepHours } from './device-series.ts';

const CHECK = 'frozen_values';
const LEAST_HOURS = 24;
const LEAST_RUN = 24;
/** Chance of a run by resolution alone, over the whole window. */
const CHANCE = 1e-6;
/** A channel that repeats itself this often says nothing by doing so. */
const MOST_REPEATS = 0.9;

interface Frozen {
  readonly quantity: string;
  readonly from: number;
  readonly length: number;
  readonly value: number;
}

/**
 * A voltage, current or power that stays the same to the last digit far longer than its own steps do: the chance of a repetition is that
 * of the rest of the window. Zero, and a load near nothing, are no sign.
 */
export function checkFrozenValues(device: DeviceSeries): CheckOutcome {
  const { voltages, currents, neutralCurrent, activePower, grid } = device;
  const channels: [string, Float64Array | undefined, number][] = [
    ...voltages.map((series, k): [string, Float64Array | undefined, number] => [
      `voltage_l${k + 1}`,
      series,
      50,
    ]),
    ...currents.map((series, k): [string, Float64Array | undefined, number] => [
      `current_l${k + 1}`,
      series,
      0.5,
    ]),
    ['current_n', neutralCurrent, 0.5],
    ['active_power', activePower, 100],
  ];
  const present = channels.flatMap(([quantity, series, least]) =>
    series === undefined ? [] : [{ quantity, series, least }],
  );
  if (present.length === 0) return absent(CHECK);
  let isResolvable = false;
  let found: Frozen | undefined;
  for (const { quantity, series, least } of present) {
    const run = longestRun(series, least);
    if (run === undefined) continue;
    isResolvable = true;
    const { from, length, chance } = run;
    if (length * stepHours(grid) < LEAST_HOURS || length < LEAST_RUN || !(chance < CHANCE))
      continue;
    if (found === undefined || length > found.length)
      found = { quantity, from, length, value: series[from] as number };
  }
  if (found !== undefined) {
    const hours = found.length * stepHours(grid);
    return {
      check: CHECK,
      state: 'inconsistent',
      size: hours,
      standardError: 0,
      hours,
      evidence: {
        code: 'frozen_values',
        values: {
          quantity: found.quantity,
          hours,
          value: found.value,
          at: instantAt(grid, found.from),
        },
      },
    };
  }
  return isResolvable
    ? {
        check: CHECK,
        state: 'consistent',
        size: 0,
        standardError: 0,
        hours: 0,
        minimumDetectable: LEAST_HOURS,
      }
    : { check: CHECK, state: 'not_resolvable' };
}

/** The longest run of equal values from `least` on, and the chance of one as long; undefined where repetition is usual. */
function longestRun(
  series: Float64Array,
  least: number,
): { readonly from: number; readonly length: number; readonly chance: number } | undefined {
  let previous = NaN;
  let length = 0;
  let from = 0;
  let best = { from: 0, length: 0 };
  let seen = 0;
  let repeats = 0;
  for (let k = 0; k < series.length; k++) {
    const value = series[k] as number;
    if (!Number.isFinite(value)) continue;
    if (Math.abs(value) < least) {
      previous = NaN;
      length = 0;
      continue;
    }
    seen++;
    if (value === previous) {
      length++;
      repeats++;
    } else {
      length = 1;
      from = k;
      previous = value;
    }
    if (length > best.length) best = { from, length };
  }
  const others = seen - best.length;
  if (others < LEAST_RUN) return undefined;
  const repeated = repeats - (best.length - 1);
  const probability = (repeated + 1) / (others + 2);
  if (probability > MOST_REPEATS) return undefined;
  return { ...best, chance: seen * probability ** (best.length - 1) };
}
