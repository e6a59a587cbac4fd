import type { ReadMark } from '@verimeter/registry';
import { ON_THE_WAY_US } from './night/night-due.ts';

/** Arrivals that a look goes through: those received after an instant that were not shown yet at the mark. */
export interface Arrivals {
  readonly notIn: string;
  readonly receivedAfterUs: number;
}

/**
 * A row is stamped when its message comes and shown when it is committed, which is a matter of seconds. A look goes through what came in
 * that time before the last one, and once an hour through everything that may have been on its way (docs/decisions/0106).
 */
const COMMITTED_WITHIN_US = 120e6;
const SWEEP_EVERY_US = 3600e6;

/** Whether a look that begins now is to find also what was on its way for long. */
export function isSweepDue(nowUs: number, swept: ReadMark | undefined): boolean {
  return swept === undefined || nowUs - swept.readUs >= SWEEP_EVERY_US;
}

/** What was not shown at the mark, of what came shortly before it or later. */
export function recentArrivals({ readUs, shown }: ReadMark): Arrivals {
  return { notIn: shown, receivedAfterUs: readUs - COMMITTED_WITHIN_US };
}

/** What was not shown at the mark, however long it had been on its way. */
export function allArrivals({ readUs, shown }: ReadMark): Arrivals {
  return { notIn: shown, receivedAfterUs: readUs - ON_THE_WAY_US };
}
