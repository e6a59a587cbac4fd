import { at } from '@verimeter/statistics';
import type { AreaEvidence } from './area-evidence.ts';

/** What a column says of its coefficient, per interval: numerator of the estimate, and information. */
export interface Contributions {
  readonly cross: Float64Array;
  readonly information: Float64Array;
}

/** Of a whitened column beside the model's: `solved` are the coefficients of the model's columns that imitate it. */
export function contributionsOf(
  { whitened, residual }: Pick<AreaEvidence, 'whitened' | 'residual'>,
  column: Float64Array,
  solved: Float64Array,
): Contributions {
  const own = Float64Array.from(column);
  whitened.forEach((other, j) => {
    const b = at(solved, j);
    for (let t = 0; t < own.length; t++) own[t] = (own[t] as number) - b * (other[t] as number);
  });
  return {
    cross: own.map((value, t) => value * at(residual, t)),
    information: own.map((value) => value * value),
  };
}

/** The part of the window in which a coefficient is 1; elsewhere it is 0. */
export interface UnitSpan {
  /** Intervals, both included: all of them, or those behind or before a change. */
  readonly first: number;
  readonly last: number;
  /** Intervals on either side of the change at which it may as well have been. */
  readonly unsure: number;
  /** Log likelihood over a coefficient of 0 everywhere. */
  readonly wins: number;
  readonly gain: number;
  /** Standard deviations of the gain from zero. */
  readonly score: number;
}

const GAIN = [0.75, 1.25] as const;
/** Log likelihood that a change inside the window has to win over none. */
const SPLIT_COST = 10;
/** A change is hardly less likely at intervals whose log likelihood is so much less. */
const SPLIT_DOUBT = 4;
/** A day on either side of a change is what an area can do without. */
const MOST_UNSURE = 48;
/** A change has this many intervals on either side at least: three days of quarter hours. */
const LEAST_SIDE = 288;

/** The likeliest span; undefined where the coefficient inside it is not 1. */
export function unitSpan(of: Contributions): UnitSpan | undefined {
  const count = of.cross.length;
  const crossUntil = runningSum(of.cross);
  const informationUntil = runningSum(of.information);
  const crossOf = (first: number, end: number): number =>
    at(crossUntil, end) - at(crossUntil, first);
  const informationOf = (first: number, end: number): number =>
    at(informationUntil, end) - at(informationUntil, first);
  const winsOf = (first: number, end: number): number =>
    crossOf(first, end) - informationOf(first, end) / 2;
  let best = { first: 0, end: count, wins: winsOf(0, count) + SPLIT_COST };
  for (let split = LEAST_SIDE; split <= count - LEAST_SIDE; split++)
    for (const [first, end] of [
      [split, count],
      [0, split],
    ] as const) {
      const wins = winsOf(first, end);
      if (wins > best.wins) best = { first, end, wins };
    }
  const { first, end, wins } = best;
  const information = informationOf(first, end);
  const gain = crossOf(first, end) / information;
  if (!(gain >= GAIN[0] && gain <= GAIN[1])) return undefined;
  let unsure = 0;
  if (first > 0 || end < count) {
    const split = first > 0 ? first : end;
    const winsAt = (k: number): number => (first > 0 ? winsOf(k, count) : winsOf(0, k));
    while (
      unsure < MOST_UNSURE &&
      split - unsure - 1 > 0 &&
      split + unsure + 1 < count &&
      Math.max(winsAt(split - unsure - 1), winsAt(split + unsure + 1)) > wins - SPLIT_DOUBT
    )
      unsure++;
  }
  return { first, last: end - 1, unsure, wins, gain, score: gain * Math.sqrt(information) };
}

function runningSum(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length + 1);
  for (let t = 0; t < values.length; t++) out[t + 1] = (out[t] as number) + (values[t] as number);
  return out;
}
