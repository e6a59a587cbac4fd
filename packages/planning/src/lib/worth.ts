import type { Candidate, PlanSettings } from './candidate.ts';
import { nextResult } from './lots.ts';
import { type Usual, type Value, valueOf } from './value.ts';

/** What all candidates are worth, and what changes of it as devices are chosen. */
export interface Worth {
  readonly values: readonly Value[];
  readonly lotOf: Int32Array;
  /** Worth by itself, without what it tells of its lot, and without travel. */
  readonly own: Float64Array;
  /** What the next result of the lot of this device is worth now. */
  lotPoints(index: number): number;
  /** Uncertain members of its lot, in wholly uncertain devices; the device itself is not counted. */
  lotUncertain(index: number): number;
  results(index: number): number;
  take(index: number): void;
  giveBack(index: number): void;
}

export function worthOf(
  candidates: readonly Candidate[],
  settings: PlanSettings,
  usual: Usual,
  /** Results that there are of a lot already. */
  verified: ReadonlyMap<string, number>,
): Worth {
  const values = candidates.map((candidate) => valueOf(candidate, settings, usual));
  const numbers = new Map<string, number>();
  const lotOf = new Int32Array(candidates.length).fill(-1);
  const uncertain: number[] = [];
  const results: number[] = [];
  for (const [i, { lot }] of candidates.entries()) {
    if (lot === undefined) continue;
    let number = numbers.get(lot);
    if (number === undefined) {
      numbers.set(lot, (number = numbers.size));
      results.push(verified.get(lot) ?? 0);
      uncertain.push(0);
    }
    lotOf[i] = number;
    uncertain[number] = (uncertain[number] ?? 0) + (values[i]?.uncertainty ?? 0);
  }
  const confirmation = settings.points.confirmation;
  const own = Float64Array.from(
    values,
    ({ stake, risk, legal, uncertainty: u }) => stake + risk + legal + confirmation * u,
  );
  const others = (index: number): number => {
    const lot = lotOf[index] ?? -1;
    return lot < 0 ? 0 : Math.max(0, (uncertain[lot] ?? 0) - (values[index]?.uncertainty ?? 0));
  };
  const add = (index: number, count: number): void => {
    const lot = lotOf[index] ?? -1;
    if (lot >= 0) results[lot] = (results[lot] ?? 0) + count;
  };
  return {
    values,
    lotOf,
    own,
    lotPoints: (index) =>
      confirmation * nextResult(others(index), results[lotOf[index] ?? -1] ?? 0),
    lotUncertain: others,
    results: (index) => results[lotOf[index] ?? -1] ?? 0,
    take: (index) => add(index, 1),
    giveBack: (index) => add(index, -1),
  };
}
