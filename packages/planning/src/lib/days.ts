import type { Travel } from './travel.ts';

/** One day of a team: out from the depot, the stops, and back. */
interface Day {
  readonly stops: readonly number[];
  /** With the way from the depot and back. */
  readonly travelMinutes: number;
  readonly minutes: number;
}

export interface Route {
  readonly days: readonly Day[];
  readonly travelMinutes: number;
  readonly minutes: number;
}

export interface DayBounds {
  readonly workMinutes: number;
  readonly dayMinutes: number;
}

/**
 * The stops as days that are no longer than a day may be, with the least travel for their order (Beasley's split of a tour). A stop that takes
 * longer than a day by itself has a day of its own.
 */
export function splitIntoDays(
  order: readonly number[],
  travel: Travel,
  { workMinutes, dayMinutes }: DayBounds,
): Route {
  const n = order.length;
  const least = new Float64Array(n + 1).fill(Infinity);
  const begin = new Int32Array(n + 1);
  least[0] = 0;
  for (let i = 0; i < n; i += 1) {
    let inner = 0;
    for (let j = i; j < n; j += 1) {
      if (j > i) inner += travel.between(order[j - 1] ?? 0, order[j] ?? 0);
      const driven = travel.fromDepot(order[i] ?? 0) + inner + travel.fromDepot(order[j] ?? 0);
      if (j > i && driven + (j - i + 1) * workMinutes > dayMinutes) break;
      const sum = (least[i] ?? 0) + driven;
      if (sum < (least[j + 1] ?? 0) - 1e-9) {
        least[j + 1] = sum;
        begin[j + 1] = i;
      }
    }
  }
  const days: Day[] = [];
  for (let end = n; end > 0; end = begin[end] ?? 0) {
    const from = begin[end] ?? 0;
    const travelMinutes = (least[end] ?? 0) - (least[from] ?? 0);
    const stops = order.slice(from, end);
    days.push({ stops, travelMinutes, minutes: travelMinutes + stops.length * workMinutes });
  }
  days.reverse();
  const travelMinutes = least[n] ?? 0;
  return { days, travelMinutes, minutes: travelMinutes + n * workMinutes };
}
