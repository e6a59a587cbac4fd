import { type CountedReading, countedReadings } from '../counted-readings.ts';
import type { JudgedRegisterEvent, RegisterReading } from '../register-events.ts';
import { countingEvents } from '../register-steps.ts';

/** Lengths of a grid interval that are offered, microseconds; edges lie on multiples of it since 1970, UTC. */
export const INTERVAL_STEPS_US = { '15m': 900e6, '30m': 1800e6, '1h': 3600e6 } as const;
export type IntervalStep = keyof typeof INTERVAL_STEPS_US;

/** A grid, and how far from an edge a reading may lie that bounds an interval there. */
export interface IntervalGrid {
  /** Microseconds, an even number. */
  readonly stepUs: number;
  /**
   * Microseconds, both ways; 0: only readings at the edges themselves. Default, and most that has an effect: half a step, so that each
   * reading belongs to one edge.
   */
  readonly toleranceUs?: number | undefined;
}

/** The reading that stands for an edge of the grid. */
export interface RegisterBound {
  /** Number of the edge: it lies at `edge * stepUs`. */
  readonly edge: number;
  /** Index into `counted`. */
  readonly at: number;
}

/** A register on the edges of a grid: nothing stands where no reading is near. */
export interface RegisterBounds {
  readonly stepUs: number;
  /** Readings that are not inside an event, by time. */
  readonly counted: readonly CountedReading[];
  /** By edge. */
  readonly bounds: readonly RegisterBound[];
}

/**
 * For each edge of the grid the nearest reading within the tolerance; of two as near the earlier one. A reading half a step from two edges
 * belongs to the later one. Readings in any order, repeated ones too; of several values for one instant the first that is given.
 */
export function boundsOf(
  readings: readonly RegisterReading[],
  events: readonly JudgedRegisterEvent[],
  { stepUs, toleranceUs = stepUs / 2 }: IntervalGrid,
): RegisterBounds {
  const counted = countedReadings(inOrder(readings), countingEvents(events));
  const bounds: RegisterBound[] = [];
  for (const [at, { tsUs }] of counted.entries()) {
    const edge = Math.floor((tsUs + stepUs / 2) / stepUs);
    const distance = Math.abs(tsUs - edge * stepUs);
    if (distance > toleranceUs) continue;
    const last = bounds.at(-1);
    if (last?.edge !== edge) bounds.push({ edge, at });
    else if (distance < Math.abs((counted[last.at]?.tsUs ?? -Infinity) - edge * stepUs))
      bounds.splice(-1, 1, { edge, at });
  }
  return { stepUs, counted, bounds };
}

function inOrder(readings: readonly RegisterReading[]): readonly RegisterReading[] {
  if (readings.every(({ tsUs }, k) => k === 0 || tsUs > (readings[k - 1]?.tsUs ?? Infinity)))
    return readings;
  return readings
    .toSorted((a, b) => a.tsUs - b.tsUs)
    .filter(({ tsUs }, k, sorted) => tsUs !== sorted[k - 1]?.tsUs);
}
