import type { Travel } from './travel.ts';

/** Up to so many stops every pair is tried; beyond, pairs that are near each other in the order. */
const WHOLE = 300;
const WINDOW = 60;
/** Above it the start is the order in which the stops are given. */
const NEAREST_FIRST = 12_000;
const PASSES = 40;
const LARGE_PASSES = 12;
const LEAST_GAIN = 1e-9;
/** Longest run of stops that is moved to another place at once. */
const LONGEST_RUN = 3;

/**
 * The order in which the stops are visited, out from the depot and back to it: nearest neighbour first, then turned-round stretches (2-opt)
 * and moved runs of up to three stops (Or-opt) until nothing is shorter.
 */
export function visitingOrder(stops: readonly number[], travel: Travel): number[] {
  if (stops.length < 2) return [...stops];
  return shortened(
    stops.length <= NEAREST_FIRST ? nearestFirst(stops, travel) : [...stops],
    travel,
  );
}

/** The order with the stretches turned and the runs moved that make it shorter; the one given is left as it is. */
export function shortened(given: readonly number[], travel: Travel): number[] {
  const order = [...given];
  const passes = order.length <= WHOLE ? PASSES : LARGE_PASSES;
  for (let pass = 0; pass < passes; pass += 1) {
    const turned = turnStretches(order, travel);
    const moved = moveRuns(order, travel);
    if (!turned && !moved) break;
  }
  return order;
}

/** Puts a stop where it makes the way longer by the least. */
export function insertStop(order: number[], index: number, travel: Travel): void {
  let best = 0;
  let least = Infinity;
  for (let to = 0; to <= order.length; to += 1) {
    const before = order[to - 1];
    const after = order[to];
    const added =
      (before === undefined ? travel.fromDepot(index) : travel.between(before, index)) +
      (after === undefined ? travel.fromDepot(index) : travel.between(index, after)) -
      leg(order, travel, to - 1, to);
    if (added < least) [best, least] = [to, added];
  }
  order.splice(best, 0, index);
}

/** Minutes from the depot through all stops and back. */
export function tourMinutes(order: readonly number[], travel: Travel): number {
  const first = order[0];
  const last = order.at(-1);
  if (first === undefined || last === undefined) return 0;
  let sum = travel.fromDepot(first) + travel.fromDepot(last);
  for (let i = 1; i < order.length; i += 1) sum += leg(order, travel, i - 1, i);
  return sum;
}

/** Between two positions of the order; before the first and behind the last one is the depot. */
function leg(order: readonly number[], travel: Travel, left: number, right: number): number {
  const from = order[left];
  const to = order[right];
  if (from === undefined) return to === undefined ? 0 : travel.fromDepot(to);
  return to === undefined ? travel.fromDepot(from) : travel.between(from, to);
}

function nearestFirst(stops: readonly number[], travel: Travel): number[] {
  const waiting = [...stops];
  const order: number[] = [];
  let distance = (index: number): number => travel.fromDepot(index);
  while (waiting.length > 0) {
    let best = 0;
    let bestMinutes = Infinity;
    for (const [position, index] of waiting.entries()) {
      const minutes = distance(index);
      if (minutes < bestMinutes) [best, bestMinutes] = [position, minutes];
    }
    const next = waiting[best];
    if (next === undefined) break;
    order.push(next);
    const last = waiting.pop();
    if (best < waiting.length && last !== undefined) waiting[best] = last;
    distance = (index) => travel.between(next, index);
  }
  return order;
}

const windowOf = (order: readonly number[]): number =>
  order.length <= WHOLE ? order.length : WINDOW;

function turnStretches(order: number[], travel: Travel): boolean {
  let changed = false;
  const window = windowOf(order);
  for (let i = 0; i < order.length - 1; i += 1)
    for (let j = i + 1; j < order.length && j <= i + window; j += 1) {
      const gain =
        leg(order, travel, i - 1, i) +
        leg(order, travel, j, j + 1) -
        leg(order, travel, i - 1, j) -
        leg(order, travel, i, j + 1);
      if (gain <= LEAST_GAIN) continue;
      for (let left = i, right = j; left < right; left += 1, right -= 1) {
        const held = order[left] ?? 0;
        order[left] = order[right] ?? 0;
        order[right] = held;
      }
      changed = true;
    }
  return changed;
}

function moveRuns(order: number[], travel: Travel): boolean {
  let changed = false;
  const window = windowOf(order);
  for (let length = 1; length <= LONGEST_RUN; length += 1)
    for (let i = 0; i + length <= order.length; i += 1) {
      const end = i + length - 1;
      const freed =
        leg(order, travel, i - 1, i) +
        leg(order, travel, end, end + 1) -
        leg(order, travel, i - 1, end + 1);
      if (freed <= LEAST_GAIN) continue;
      let best = -1;
      let bestGain = LEAST_GAIN;
      // `to`: the run comes between the stops at to - 1 and to
      const last = Math.min(order.length, end + 1 + window);
      for (let to = Math.max(0, i - window); to <= last; to += 1) {
        if (to >= i && to <= end + 1) continue;
        const gain =
          freed +
          leg(order, travel, to - 1, to) -
          Math.min(
            leg(order, travel, to - 1, i) + leg(order, travel, end, to),
            leg(order, travel, to - 1, end) + leg(order, travel, i, to),
          );
        if (gain > bestGain) [best, bestGain] = [to, gain];
      }
      if (best < 0) continue;
      const turned =
        leg(order, travel, best - 1, end) + leg(order, travel, i, best) <
        leg(order, travel, best - 1, i) + leg(order, travel, end, best);
      const run = order.splice(i, length);
      if (turned) run.reverse();
      order.splice(best > i ? best - length : best, 0, ...run);
      changed = true;
    }
  return changed;
}
