import { gainOf, keyOf, take } from './choose.ts';
import { type State, TRIED, frontier, release, routed, worthOfPlan } from './team-state.ts';
import { shortened } from './visiting-order.ts';

/** Larger plans are left as they are: parts of them are near the best already, and it takes long. */
const LARGEST = 150;
const SWEEPS = 6;
const LEAST_GAIN = 1e-6;

/**
 * Takes stretches of the tour out, from single stops to all of it, and fills the place with what adds most by the way as it is then; keeps
 * what is worth more than before (ruin and recreate).
 */
export function rebuild(state: State): void {
  const n = state.order.length;
  if (n === 0 || n > LARGEST) return;
  let worth = worthOfPlan(state, state.order, routed(state, state.order));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let improved = false;
    const pool = [true, false].flatMap((must) =>
      frontier(state, (index) => state.isMust(index) === must, TRIED),
    );
    for (const { from, length } of stretches(state.order.length)) {
      const before = state.order;
      const gone = before.slice(from, from + length).filter((index) => !state.random.has(index));
      for (const index of gone) release(state.choice, index);
      const kept = before.filter((index) => !gone.includes(index));
      const full = refilled(state, kept, [...gone, ...pool]);
      if (full.length === before.length && gone.every((index) => full.includes(index))) {
        // the same devices as before
        continue;
      }
      const order = shortened(full, state.choice.travel);
      const route = routed(state, order);
      const now = worthOfPlan(state, order, route);
      if (
        now > worth + LEAST_GAIN &&
        route.minutes <= state.capacity.minutes + 1e-9 &&
        !lessMusts(state, before, order)
      ) {
        worth = now;
        state.order = order;
        improved = true;
        continue;
      }
      for (const index of order) if (!kept.includes(index)) release(state.choice, index);
      for (const index of gone) take(state.choice, index, () => undefined);
    }
    if (!improved) return;
  }
}

const lessMusts = (state: State, before: readonly number[], after: readonly number[]): boolean =>
  after.filter(state.isMust).length < before.filter(state.isMust).length;

function stretches(n: number): { from: number; length: number }[] {
  const lengths = new Set([2, 4, Math.ceil(n / 10), Math.ceil(n / 4), Math.ceil(n / 2), n]);
  return [...lengths]
    .filter((length) => length <= n)
    .toSorted((left, right) => left - right)
    .flatMap((length) => {
      const step = Math.max(1, Math.floor(length / 2));
      return Array.from({ length: Math.floor((n - length) / step) + 1 }, (_, k) => ({
        from: k * step,
        length,
      }));
    });
}

/** Where a device that waits would go: behind a stop (undefined: behind the depot), and the minutes that it adds there. */
interface Slot {
  readonly behind: number | undefined;
  readonly added: number;
}

/** The tour with the best of the pool put in, musts first, as long as the capacity lasts. */
function refilled(state: State, kept: readonly number[], pool: readonly number[]): number[] {
  const { choice, capacity } = state;
  const { settings, travel, chosen } = choice;
  const order = [...kept];
  const slots = new Map<number, Slot>();
  for (const index of pool)
    if (chosen[index] === 0) slots.set(index, cheapest(order, index, travel));
  let minutes = routed(state, order).minutes;
  while (order.length < capacity.visits && slots.size > 0) {
    let best: { index: number; slot: Slot; key: number; must: boolean } | undefined;
    for (const [index, slot] of slots) {
      const must = state.isMust(index);
      if (best?.must === true && !must) continue;
      if (minutes + slot.added + settings.workMinutes > capacity.minutes) continue;
      const key = keyOf(gainOf(choice, index, slot.added), slot.added, settings, capacity);
      if (best === undefined || (must && !best.must) || key > best.key)
        best = { index, slot, key, must };
    }
    if (best === undefined) break;
    const { index, slot } = best;
    slots.delete(index);
    const at = slot.behind === undefined ? 0 : order.indexOf(slot.behind) + 1;
    order.splice(at, 0, index);
    if (Number.isFinite(capacity.minutes)) {
      const longer = routed(state, order).minutes;
      if (longer > capacity.minutes) {
        order.splice(at, 1);
        continue;
      }
      minutes = longer;
    }
    take(choice, index, () => undefined);
    for (const [other, known] of slots)
      slots.set(
        other,
        known.behind === slot.behind
          ? cheapest(order, other, travel)
          : better(
              known,
              slotBehind(order, at - 1, other, travel),
              slotBehind(order, at, other, travel),
            ),
      );
  }
  return order;
}

const better = (...slots: readonly Slot[]): Slot =>
  slots.reduce((best, slot) => (slot.added < best.added ? slot : best));

/** Between the stop at a position and the next one; -1 and the last position: the depot. */
function slotBehind(
  order: readonly number[],
  position: number,
  index: number,
  travel: State['choice']['travel'],
): Slot {
  const behind = order[position];
  const next = order[position + 1];
  const to = behind === undefined ? travel.fromDepot(index) : travel.between(behind, index);
  const from = next === undefined ? travel.fromDepot(index) : travel.between(index, next);
  const direct =
    behind === undefined
      ? next === undefined
        ? 0
        : travel.fromDepot(next)
      : next === undefined
        ? travel.fromDepot(behind)
        : travel.between(behind, next);
  return { behind, added: to + from - direct };
}

function cheapest(
  order: readonly number[],
  index: number,
  travel: State['choice']['travel'],
): Slot {
  let best = slotBehind(order, -1, index, travel);
  for (let position = 0; position < order.length; position += 1) {
    const slot = slotBehind(order, position, index, travel);
    if (slot.added < best.added) best = slot;
  }
  return best;
}
