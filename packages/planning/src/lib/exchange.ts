import { gainOf, take } from './choose.ts';
import type { Route } from './days.ts';
import {
  TRIED,
  type State,
  addedMinutes,
  frontier,
  lossOf,
  release,
  routed,
  savedMinutes,
  worthOfPlan,
} from './team-state.ts';
import { insertStop, shortened } from './visiting-order.ts';

const ROUNDS = 60;
const LARGE_ROUNDS = 4;
/** Up to so many stops the plan is routed anew after every single exchange. */
const ONE_BY_ONE = 80;
/** Beyond it the way of each round is routed for seconds, and gains nothing to speak of. */
const LARGEST = 4000;
const LEAST_GAIN = 1e-6;

interface Exchange {
  readonly out: number;
  readonly into: number;
}

/** Exchanges chosen devices for others as long as the plan is worth more afterwards. Musts are exchanged for musts only. */
export function exchange(state: State): void {
  if (state.order.length > LARGEST) return;
  let route = routed(state, state.order);
  let worth = worthOfPlan(state, state.order, route);
  const single = state.order.length <= ONE_BY_ONE;
  const rounds = single ? ROUNDS : LARGE_ROUNDS;
  for (let round = 0; round < rounds; round += 1) {
    const found = exchangesOf(state, route);
    const apply = single ? tries(found) : [found];
    let improved = false;
    for (const batch of apply) {
      if (batch.length === 0) continue;
      const gone = new Set(batch.map(({ out }) => out));
      const added = batch.map(({ into }) => into);
      for (const index of gone) release(state.choice, index);
      for (const index of added) take(state.choice, index, () => undefined);
      const order = exchanged(state, gone, added);
      const nextRoute = routed(state, order);
      const nextWorth = worthOfPlan(state, order, nextRoute);
      if (nextWorth > worth + LEAST_GAIN && nextRoute.minutes <= state.capacity.minutes + 1e-9) {
        state.order = order;
        [route, worth, improved] = [nextRoute, nextWorth, true];
        break;
      }
      for (const index of added) release(state.choice, index);
      for (const index of gone) take(state.choice, index, () => undefined);
    }
    if (!improved) return;
  }
}

function exchanged(
  { order, choice }: State,
  gone: ReadonlySet<number>,
  added: readonly number[],
): number[] {
  const next = order.filter((index) => !gone.has(index));
  for (const index of added) insertStop(next, index, choice.travel);
  return shortened(next, choice.travel);
}

/** One exchange after the other, the most promising first. */
const tries = (found: readonly Exchange[]): (readonly Exchange[])[] =>
  found.slice(0, 12).map((one) => [one]);

/** Exchanges that look as if they added something, by falling gain; each device at most once. */
function exchangesOf(state: State, route: Route): Exchange[] {
  const found: (Exchange & { readonly gain: number })[] = [];
  const saved = savedMinutes(state, route);
  for (const must of [true, false]) {
    const out = state.order
      .filter((index) => !state.random.has(index) && state.isMust(index) === must)
      .map((index) => ({ index, loss: lossOf(state, index, saved.get(index) ?? 0) }))
      .toSorted((left, right) => left.loss - right.loss || left.index - right.index)
      .slice(0, TRIED);
    const into = frontier(state, (index) => state.isMust(index) === must, TRIED)
      .map((index) => ({
        index,
        gain: gainOf(state.choice, index, addedMinutes(state, route, index)),
      }))
      .toSorted((left, right) => right.gain - left.gain || left.index - right.index);
    for (const [position, { index, loss }] of out.entries()) {
      const other = into[position];
      if (other === undefined || other.gain - loss <= LEAST_GAIN) break;
      found.push({ out: index, into: other.index, gain: other.gain - loss });
    }
    // what leaves and what comes need not be of the same rank: each that leaves with the best that comes
    const [best] = into;
    if (best !== undefined && state.order.length <= ONE_BY_ONE)
      for (const { index, loss } of out.slice(1))
        if (best.gain - loss > LEAST_GAIN)
          found.push({ out: index, into: best.index, gain: best.gain - loss });
  }
  return found.toSorted(
    (left, right) => right.gain - left.gain || left.out - right.out || left.into - right.into,
  );
}
