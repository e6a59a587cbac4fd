import type { PlanSettings } from './candidate.ts';
import { keyedHeap } from './keyed-heap.ts';
import type { Neighbours } from './neighbours.ts';
import type { Travel } from './travel.ts';
import type { Worth } from './worth.ts';

/** What a team still has. */
export interface Budget {
  visits: number;
  minutes: number;
}

export interface Choice {
  readonly settings: PlanSettings;
  readonly worth: Worth;
  readonly travel: Travel;
  readonly neighbours: Neighbours;
  /** Minutes to reach a device from the nearest one that is chosen, or from the depot. */
  readonly reach: Float64Array;
  readonly chosen: Uint8Array;
}

/** What a visit adds to the plan as it stands. */
export function gainOf(choice: Choice, index: number, reach: number): number {
  const { settings, worth } = choice;
  return (worth.own[index] ?? 0) + worth.lotPoints(index) - settings.points.minute * reach;
}

/** Gain for the part of the capacity that it takes; what adds nothing comes last, by how little it costs. */
export function keyOf(gain: number, reach: number, settings: PlanSettings, budget: Budget): number {
  if (!(gain > 0)) return gain;
  const share =
    (Number.isFinite(budget.visits) ? 1 / Math.max(1, budget.visits) : 0) +
    (Number.isFinite(budget.minutes)
      ? (settings.workMinutes + reach) / Math.max(1, budget.minutes)
      : 0);
  return share > 0 ? gain / share : gain;
}

/**
 * Chooses among `eligible` by falling gain per capacity until the budget is used up. A device at a place where others are worth visiting too
 * counts with them, so that a place far away is reached for the sum of what is there.
 */
export function chooseGreedily(
  choice: Choice,
  eligible: readonly number[],
  budget: Budget,
): number[] {
  const { settings, reach, chosen } = choice;
  const whole = { ...budget };
  const isEligible = new Uint8Array(chosen.length);
  for (const index of eligible) isEligible[index] = 1;
  const together = placeKeys(choice, isEligible, whole);
  const key = (index: number): number => {
    const minutes = reach[index] ?? 0;
    const own = keyOf(gainOf(choice, index, minutes), minutes, settings, whole);
    const bonus = together.get(index);
    return bonus === undefined || minutes < bonus.reach ? own : Math.max(own, bonus.key);
  };
  const heap = keyedHeap();
  for (const index of eligible) if (chosen[index] === 0) heap.push(index, key(index));
  const taken: number[] = [];
  while (budget.visits >= 1) {
    const top = heap.pop();
    if (top === undefined) break;
    const { index } = top;
    if (chosen[index] === 1) continue;
    const now = key(index);
    // its lot has had results since: it waits for its turn
    if (now < top.key - 1e-9) {
      heap.push(index, now);
      continue;
    }
    const minutes = settings.workMinutes + (reach[index] ?? 0);
    if (minutes > budget.minutes) continue;
    budget.visits -= 1;
    budget.minutes -= minutes;
    taken.push(index);
    take(choice, index, (nearer) => {
      if (isEligible[nearer] === 1) heap.push(nearer, key(nearer));
    });
  }
  return taken;
}

/** Chooses a device: its lot has a result more, and what is near is nearer. */
export function take(choice: Choice, index: number, onNearer: (index: number) => void): void {
  const { chosen, worth, neighbours, reach, travel } = choice;
  chosen[index] = 1;
  worth.take(index);
  const approach = (others: Iterable<number> | undefined): void => {
    for (const other of others ?? []) {
      if (chosen[other] === 1) continue;
      const minutes = travel.between(index, other);
      if (minutes >= (reach[other] ?? 0) - 1e-9) continue;
      reach[other] = minutes;
      onNearer(other);
    }
  };
  approach(neighbours.around(index));
  approach(neighbours.near(index));
}

interface PlaceKey {
  readonly key: number;
  /** Where the device is nearer than so, the place is reached already. */
  readonly reach: number;
}

/** Of each place the device that is worth most, with the gain of those that are visited with it. */
function placeKeys(choice: Choice, isEligible: Uint8Array, budget: Budget): Map<number, PlaceKey> {
  const { settings, worth, travel, reach, chosen } = choice;
  const found = new Map<number, PlaceKey>();
  for (const place of choice.neighbours.places) {
    const members = place
      .filter((index) => isEligible[index] === 1 && chosen[index] === 0)
      .toSorted((left, right) => (worth.own[right] ?? 0) - (worth.own[left] ?? 0) || left - right);
    const [first] = members;
    if (first === undefined) continue;
    let gain = 0;
    let minutes = 0;
    let best = -Infinity;
    for (const [count, index] of members.slice(0, budget.visits).entries()) {
      const leg = index === first ? (reach[first] ?? 0) : travel.between(first, index);
      gain += gainOf(choice, index, leg);
      minutes += leg;
      const key = keyOf(gain / (count + 1), minutes / (count + 1), settings, budget);
      if (key <= best) break;
      best = key;
    }
    const other = found.get(first);
    if (other === undefined || other.key < best)
      found.set(first, { key: best, reach: reach[first] ?? 0 });
  }
  return found;
}
