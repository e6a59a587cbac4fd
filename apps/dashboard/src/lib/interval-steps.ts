import type { IntervalStep } from '@verimeter/telemetry';

const HOUR_MS = 3_600_000;
const HALF_HOUR_MS = 1_800_000;

interface Span {
  readonly start: string;
  readonly end: string;
}

/** Milliseconds. */
export const lengthOf = ({ start, end }: Span): number => Date.parse(end) - Date.parse(start);

/** Median, ms: how often a register is read, however many readings are missing. */
export function usualLength(intervals: readonly Span[]): number {
  const lengths = intervals.map(lengthOf).toSorted((a, b) => a - b);
  return lengths[Math.floor(lengths.length / 2)] ?? 0;
}

/** The coarsest grid on which nothing of a register is lost, from its intervals on the finest. */
export function readEvery(quarters: readonly Span[]): IntervalStep {
  const usual = usualLength(quarters);
  if (usual >= HOUR_MS) return '1h';
  return usual >= HALF_HOUR_MS ? '30m' : '15m';
}
