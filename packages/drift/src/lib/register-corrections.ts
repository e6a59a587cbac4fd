import { countingEvents, type JudgedRegisterEvent, amountAcross } from '@verimeter/telemetry';
import type { FleetInput } from './fleet-types.ts';

export type KnownRegisterEvent = JudgedRegisterEvent & { readonly settledUs?: number | undefined };

/**
 * A register on a grid as it would have counted without its events, so far as they are known at `asOfUs`. Readings inside an event are taken
 * out. What it showed before a rollover is lowered to where the count goes on; what it showed before a break, across which nothing is known,
 * is raised above all that follows, so that no interval reaches across: a register that falls counts for none. The last readings stay
 * as they are: a night goes on from them. Without events the register itself.
 */
export function correctRegister(
  register: Float64Array,
  grid: FleetInput['grid'],
  events: readonly KnownRegisterEvent[],
  asOfUs: number,
): Float64Array {
  const endUs = grid.startUs + (grid.count - 1) * grid.stepUs;
  const counting = countingEvents(events, asOfUs).filter(
    ({ before, after }) => before.tsUs < endUs && (after?.tsUs ?? Infinity) > grid.startUs,
  );
  if (counting.length === 0) return register;
  const corrected = Float64Array.from(register);
  for (const event of counting.toReversed()) {
    const { before, after } = event;
    // the last grid point before the event, and the first one after it
    const last = Math.floor((before.tsUs - grid.startUs) / grid.stepUs);
    const next = Math.ceil(((after?.tsUs ?? Infinity) - grid.startUs) / grid.stepUs);
    corrected.fill(NaN, Math.max(0, last + 1), Math.min(grid.count, Math.max(0, next)));
    if (last < 0 || after === undefined) continue;
    const amount = amountAcross(event);
    const shift =
      amount === undefined
        ? raiseOf(corrected, last, next)
        : // the difference that is shown, put in place of the one that was counted
          after.value - before.value - amount;
    if (shift === 0) continue;
    for (let k = 0; k <= Math.min(last, grid.count - 1); k++)
      corrected[k] = (corrected[k] as number) + shift;
  }
  return corrected;
}

/** Whole units that put all values up to `last` above those from `next` on: the register's steps stay multiples of its quantum. */
function raiseOf(register: Float64Array, last: number, next: number): number {
  let lowest = Infinity;
  let highest = -Infinity;
  for (let k = 0; k < register.length; k++) {
    const value = register[k] as number;
    if (!Number.isFinite(value)) continue;
    if (k <= last) lowest = Math.min(lowest, value);
    else if (k >= next) highest = Math.max(highest, value);
  }
  return lowest > highest ? 0 : Math.ceil(highest - lowest) + 1;
}
