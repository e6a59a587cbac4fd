import { at } from '@verimeter/statistics';
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

export function checkMeter(input: FleetInput, meter: MeterSeries, asOfUs: number): MeterCheck {
  const { startUs, stepUs } = input.grid;
  const last = Math.min(input.grid.count - 1, Math.floor((asOfUs - startUs) / stepUs));
  const register = meter.importRegister;
  let first = -1;
  let final = -1;
  let previous = NaN;
  let lastChange = -1;
  let changes = 0;
  let longest = 0;
  let backward = 0;
  for (let k = 0; k <= last; k++) {
    const value = at(register, k);
    if (!Number.isFinite(value)) continue;
    if (meter.validFromUs !== undefined && startUs + k * stepUs < meter.validFromUs) continue;
    if (first < 0) {
      first = k;
      lastChange = k;
    } else if (value !== previous) {
      if (value < previous) backward++;
      if (k - lastChange > longest) longest = k - lastChange;
      lastChange = k;
      changes++;
    }
    previous = value;
    final = k;
  }
  if (first < 0)
    return { evidenceDays: 0, hasRegister: false, stoppedAt: undefined, meanWatts: 0, backward: 0 };
  const frozen = final - lastChange;
  const exporting =
    meter.exportRegister !== undefined &&
    at(meter.exportRegister, final) > at(meter.exportRegister, lastChange);
  const stopped =
    changes > 20 &&
    !exporting &&
    frozen * stepUs >= STOPPED_DAYS * DAY_US &&
    frozen > STOPPED_RATIO * longest;
  const runTo = stopped ? lastChange : final;
  const hours = ((runTo - first) * stepUs) / 3.6e9;
  return {
    evidenceDays: ((final - first) * stepUs) / DAY_US,
    hasRegister: true,
    stoppedAt: stopped ? lastChange : undefined,
    meanWatts: hours > 0 ? ((at(register, runTo) - at(register, first)) / hours) * 1000 : 0,
    backward,
  };
}
