import type { ClockOffset } from '../clock/clock-health.ts';
import type { CountedReading } from '../counted-readings.ts';
import type {
  JudgedRegisterEvent,
  RegisterEventKind,
  RegisterReading,
} from '../register-events.ts';
import { amountAcross } from '../register-steps.ts';
import { type ClockObservation, clockOffsetAt } from './clock-at.ts';
import {
  boundsOf,
  type IntervalGrid,
  type RegisterBound,
  type RegisterBounds,
} from './register-bounds.ts';

/** Goes up when the same readings and events make other intervals. */
export const INTERVAL_RULES = 1;

/**
 * `exact` bounded by readings at both edges, or `shifted` by readings near them · `merged` longer than a step, because an edge inside has
 * no reading · `rollover`, `glitch`, `backwards` an event inside whose amount is known · `reset`, `swapped`, `unexplained_fall` one whose amount is not.
 * There is no code for an estimate: nothing is interpolated.
 */
export const INTERVAL_QUALITIES = [
  'exact',
  'shifted',
  'merged',
  'rollover',
  'glitch',
  'backwards',
  'reset',
  'swapped',
  'unexplained_fall',
] as const;
export type IntervalQuality = (typeof INTERVAL_QUALITIES)[number];

const QUALITY_OF: Readonly<Record<RegisterEventKind, IntervalQuality>> = {
  rollover: 'rollover',
  glitch: 'glitch',
  backwards: 'backwards',
  reset: 'reset',
  swap: 'swapped',
};

/** What a register counted in an interval of a grid. Microseconds since 1970. */
export interface RegisterInterval {
  /** Edges of the grid: one step apart, more where intervals were merged. */
  readonly startUs: number;
  readonly endUs: number;
  /** The readings between which it was counted. */
  readonly fromUs: number;
  readonly toUs: number;
  /** In the unit of the register; undefined: not known. Never below 0. */
  readonly amount: number | undefined;
  /** Share of start to end that lies between the readings and in which it is known what was counted, 0 to 1. */
  readonly coverage: number;
  /** In the order of `INTERVAL_QUALITIES`; at least `exact` or `shifted`. */
  readonly quality: readonly IntervalQuality[];
  /** Of the clock that stamped the readings, at `toUs`: handed on, not corrected. Undefined: not known. */
  readonly clockOffset: ClockOffset | undefined;
}

/**
 * The intervals of a register on a grid, from readings at any times. An amount is always a difference of two readings; where no
 * reading is near an edge, the intervals on both sides of it are one. `clock` is handed on.
 */
export function formIntervals(
  readings: readonly RegisterReading[],
  events: readonly JudgedRegisterEvent[],
  grid: IntervalGrid & { readonly clock?: ClockObservation | undefined },
): RegisterInterval[] {
  const register = boundsOf(readings, events, grid);
  return register.bounds.slice(1).flatMap((bound, k) => {
    const before = register.bounds[k];
    return before === undefined ? [] : intervalBetween(register, before, bound, grid.clock);
  });
}

/** The interval from one edge with a reading to a later one. */
export function intervalBetween(
  { stepUs, counted }: RegisterBounds,
  first: RegisterBound,
  last: RegisterBound,
  clock?: ClockObservation,
): RegisterInterval {
  const [startUs, endUs] = [first.edge * stepUs, last.edge * stepUs];
  const found = new Set<IntervalQuality>();
  const [from, to] = [counted[first.at], counted[last.at]];
  if (from === undefined || to === undefined) throw new RangeError('a bound is no reading');
  const [fromUs, toUs] = [from.tsUs, to.tsUs];
  let amount: number | undefined = to.value - from.value;
  let measuredUs = 0;
  let previous: RegisterReading = from;
  for (const reading of counted.slice(first.at + 1, last.at + 1)) {
    const { added, quality } = stepBetween(previous, reading);
    if (quality !== undefined) found.add(quality);
    if (added === undefined) amount = undefined;
    else {
      if (amount !== undefined) amount += added;
      measuredUs += Math.max(0, Math.min(reading.tsUs, endUs) - Math.max(previous.tsUs, startUs));
    }
    previous = reading;
  }
  found.add(fromUs === startUs && toUs === endUs ? 'exact' : 'shifted');
  if (last.edge - first.edge > 1) found.add('merged');
  return {
    startUs,
    endUs,
    fromUs,
    toUs,
    amount,
    coverage: measuredUs / (endUs - startUs),
    quality: INTERVAL_QUALITIES.filter((quality) => found.has(quality)),
    clockOffset: clock === undefined ? undefined : clockOffsetAt(clock, toUs),
  };
}

/**
 * What a step adds to the difference that the register shows: 0 but for a rollover, undefined where it is not known what was counted. So a
 * difference over many steps is as exact as that of two readings.
 */
function stepBetween(
  from: RegisterReading,
  to: CountedReading,
): { readonly added: number | undefined; readonly quality: IntervalQuality | undefined } {
  const { event } = to;
  if (event === undefined)
    return to.value < from.value
      ? { added: undefined, quality: 'unexplained_fall' }
      : { added: 0, quality: undefined };
  const quality = QUALITY_OF[event.kind];
  const counted = amountAcross(event);
  if (counted === undefined || event.after === undefined) return { added: undefined, quality };
  return { added: counted - (event.after.value - event.before.value), quality };
}
