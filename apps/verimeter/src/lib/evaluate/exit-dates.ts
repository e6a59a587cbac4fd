import { bootstrapped, type Measure, medianOf, share, type Share } from './measures.ts';
import type { ExitDates, MeterRow } from './meter-rows.ts';

/** Whether the exit dates stated on the first day on the list are those on which |e| really reached the limit of the class. */
export interface ExitScore {
  /** Median of stated median less truth, days, and of its magnitude. */
  readonly error: Measure;
  readonly size: Measure;
  /** The truth is not before the earliest date: 0.95 of them where the dates mean what they say. */
  readonly notBeforeEarliest: Share;
  /** The truth is not before the median: half of them. */
  readonly notBeforeMedian: Share;
  /** The truth lies between earliest and latest: 0.9; nothing where no latest date is stated. */
  readonly covered: Share;
}

export function exitScore(fleets: readonly (readonly MeterRow[])[]): ExitScore {
  const exits = fleets.map((rows) => rows.flatMap(({ exit }) => datedExit(exit) ?? []));
  const all = exits.flat();
  // Where latest dates are stated at all, a missing one is open: that probability is not reached.
  const ranged = all.some(({ latest }) => latest !== null) ? all : [];
  return {
    error: bootstrapped(exits, (some) => medianOf(errorsOf(some))),
    size: bootstrapped(exits, (some) => medianOf(errorsOf(some).map(Math.abs))),
    notBeforeEarliest: share(
      all.filter(({ crossing, earliest }) => crossing >= earliest).length,
      all.length,
    ),
    notBeforeMedian: share(
      all.filter(({ crossing, median }) => crossing >= median).length,
      all.length,
    ),
    covered: share(
      ranged.filter(
        ({ crossing, earliest, latest }) =>
          crossing >= earliest && crossing <= (latest ?? Infinity),
      ).length,
      ranged.length,
    ),
  };
}

interface DatedExit {
  readonly crossing: number;
  readonly earliest: number;
  readonly median: number;
  readonly latest: number | null;
}

function datedExit({ crossing, earliest, median, latest }: ExitDates): DatedExit | undefined {
  if (crossing === null || earliest === null || median === null) return undefined;
  return { crossing, earliest, median, latest };
}

function errorsOf(fleets: readonly (readonly DatedExit[])[]): number[] {
  return fleets.flat().map(({ median, crossing }) => median - crossing);
}
