import type { FleetInput, MeterSeries } from './fleet-types.ts';

const DAY_US = 86_400 * 1e6;
/** A register frozen for less than this may be an absence. */
const STOPPED_DAYS = 3;
/** The frozen run must be this many times longer than any earlier one of the same meter. */
const STOPPED_RATIO = 6;

/** What a meter's own register says, without any reference. */
export interface MeterCheck {
  /** Days between its first and last counted reading. */
  readonly evidenceDays: number;
  readonly hasRegister: boolean;
  /** Grid point at which the register froze for good, after having run. */
  readonly stoppedAt: number | undefined;
  /** Mean power while running, W. */
  readonly meanWatts: number;
  /** Number of times the register ran backwards. */
  readonly backward: number;
}

/** The same while readings come in: what has been seen of a register so far. Instants in microseconds since 1970. */
export interface RunningCheck {
  /** Undefined: no reading yet. */
  readonly first: { readonly us: number; readonly value: number } | undefined;
  readonly last: { readonly us: number; readonly value: number };
  /** Last reading that differed from the one before, and the export register at it. */
  readonly changed: { readonly us: number; readonly value: number; readonly exported: number };
  readonly exported: number;
  readonly changes: number;
  /** Longest time without a change, before the last one. */
  readonly longestUs: number;
  readonly backward: number;
}

export const NOTHING_SEEN: RunningCheck = {
  first: undefined,
  last: { us: 0, value: NaN },
  changed: { us: 0, value: NaN, exported: NaN },
  exported: NaN,
  changes: 0,
  longestUs: 0,
  backward: 0,
};

/** Goes on with the readings after the last one that was seen, up to as-of. */
export function watchMeter(
  seen: RunningCheck,
  input: Pick<FleetInput, 'grid'>,
  meter: MeterSeries,
  asOfUs: number,
): RunningCheck {
  const { startUs, stepUs, count } = input.grid;
  const until = Math.min(count - 1, Math.floor((asOfUs - startUs) / stepUs));
  const after = seen.first === undefined ? 0 : Math.floor((seen.last.us - startUs) / stepUs) + 1;
  const register = meter.importRegister;
  const exports = meter.exportRegister;
  let { first, last, changed, exported, changes, longestUs, backward } = seen;
  for (let k = Math.max(0, after); k <= until; k++) {
    const value = register[k] as number;
    if (!Number.isFinite(value)) continue;
    const us = startUs + k * stepUs;
    if (meter.validFromUs !== undefined && us < meter.validFromUs) continue;
    exported = exports === undefined ? NaN : (exports[k] as number);
    if (first === undefined) {
      first = { us, value };
      changed = { us, value, exported };
    } else if (value !== last.value) {
      if (value < last.value) backward++;
      longestUs = Math.max(longestUs, us - changed.us);
      changed = { us, value, exported };
      changes++;
    }
    last = { us, value };
  }
  return { first, last, changed, exported, changes, longestUs, backward };
}

export function checkOf(seen: RunningCheck, grid: FleetInput['grid']): MeterCheck {
  const { first, last, changed, exported, changes, longestUs, backward } = seen;
  if (first === undefined)
    return { evidenceDays: 0, hasRegister: false, stoppedAt: undefined, meanWatts: 0, backward: 0 };
  const frozenUs = last.us - changed.us;
  const stopped =
    changes > 20 &&
    !(exported > changed.exported) &&
    frozenUs >= STOPPED_DAYS * DAY_US &&
    frozenUs > STOPPED_RATIO * longestUs;
  const run = stopped ? changed : last;
  const hours = (run.us - first.us) / 3.6e9;
  return {
    evidenceDays: (last.us - first.us) / DAY_US,
    hasRegister: true,
    stoppedAt: stopped ? Math.round((changed.us - grid.startUs) / grid.stepUs) : undefined,
    meanWatts: hours > 0 ? ((run.value - first.value) / hours) * 1000 : 0,
    backward,
  };
}

export function checkMeter(
  input: Pick<FleetInput, 'grid'>,
  meter: MeterSeries,
  asOfUs: number,
): MeterCheck {
  return checkOf(watchMeter(NOTHING_SEEN, input, meter, asOfUs), input.grid);
}
