import type { ClockOffset, ClockState } from '../clock/clock-health.ts';

const DAY_US = 86_400e6;

/** What is known of the clock that stamped the readings. Microseconds since 1970. */
export interface ClockObservation {
  readonly state: ClockState;
  /** Undefined: not known. */
  readonly offset: ClockOffset | undefined;
  /** Of a clock that drifts: seconds that it gains per day. */
  readonly rate?: number | undefined;
  /** Since when it has been in this state, and until when it was observed. */
  readonly sinceUs: number;
  readonly untilUs: number;
}

/**
 * By how much a clock was ahead when it showed an instant; undefined where that is not known: before its state began, and where it
 * jumped since. The offset of a clock that drifts is that of its line.
 */
export function clockOffsetAt(clock: ClockObservation, tsUs: number): ClockOffset | undefined {
  const { state, offset, rate = 0, sinceUs, untilUs } = clock;
  if (offset === undefined || state === 'jumping' || tsUs < sinceUs) return undefined;
  if (state !== 'drifting') return offset;
  return { ...offset, seconds: offset.seconds + (rate * (tsUs - untilUs)) / DAY_US };
}
