/** The fleet's common grid. Microseconds. */
export interface Grid {
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
}

const MINUTE_US = 60e6;
/** Interval lengths that meters use; a grid is one of them. */
const STEPS_US: readonly number[] = [1, 5, 10, 15, 20, 30, 60].map(
  (minutes) => minutes * MINUTE_US,
);
const USUAL_STEP_US = 15 * MINUTE_US;

/** Longest data window of an analysis. */
export const WINDOW_US: number = 400 * 86_400e6;

/** Median distance of neighbouring readings of one row on a fine grid; undefined with fewer than two readings. */
export function medianGap(values: Float64Array, stepUs: number): number | undefined {
  const gaps: number[] = [];
  let previous = -1;
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    if (previous >= 0) gaps.push(index - previous);
    previous = index;
  }
  const middle = gaps.toSorted((left, right) => left - right)[Math.floor(gaps.length / 2)];
  return middle === undefined ? undefined : middle * stepUs;
}

/**
 * The step that supply and consumers have in common: the finest cadence of a supply register, or the consumers' usual
 * one where that is longer (a register read at the coarser instants is the same register).
 */
export function commonStep(supplyGaps: readonly number[], consumerGaps: readonly number[]): number {
  const finestSupply = Math.min(...supplyGaps);
  const ordered = consumerGaps.toSorted((left, right) => left - right);
  const consumers = ordered[Math.floor(ordered.length / 2)] ?? 0;
  const wanted = Math.max(finestSupply === Infinity ? 0 : finestSupply, consumers);
  if (wanted === 0) return USUAL_STEP_US;
  return STEPS_US.find((step) => step >= wanted) ?? 60 * MINUTE_US;
}

/** The most frequent value; of several the smallest. */
export function mode(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [best] = [...counts].toSorted(
    ([leftValue, left], [rightValue, right]) => right - left || leftValue - rightValue,
  );
  return best?.[0];
}

/** Instants from the first to the last one with the phase, all multiples of the step apart. */
export function gridBetween(
  firstUs: number,
  lastUs: number,
  stepUs: number,
  phaseUs: number,
): Grid {
  const startUs = Math.ceil((firstUs - phaseUs) / stepUs) * stepUs + phaseUs;
  const count = Math.max(0, Math.floor((lastUs - startUs) / stepUs) + 1);
  return { startUs, stepUs, count };
}
