import type { Team } from './candidate.ts';
import { type Budget, type Choice, chooseGreedily, take } from './choose.ts';
import type { Route } from './days.ts';
import { exchange } from './exchange.ts';
import { drawOf } from './random-order.ts';
import { rebuild } from './rebuild.ts';
import {
  TRIED,
  type State,
  frontier,
  lossOf,
  release,
  routed,
  savedMinutes,
} from './team-state.ts';
import { insertStop, shortened, visitingOrder } from './visiting-order.ts';

/** What one team is to do, and what it is worth. */
export interface TeamPlan {
  readonly members: number[];
  readonly random: ReadonlySet<number>;
  readonly route: Route;
}

/** Chooses what a team visits, best first, then exchanges what another visit would do better. */
export function planTeam(
  choice: Choice,
  team: Team,
  eligible: readonly number[],
  deviceIds: readonly string[],
): TeamPlan {
  const { settings, worth } = choice;
  const capacity: Budget = {
    visits: team.visits ?? (team.minutes === undefined ? 0 : Infinity),
    minutes: team.minutes ?? Infinity,
  };
  const budget = { ...capacity };
  const random = drawRandom(choice, eligible, deviceIds, budget, capacity);
  const isMust = (index: number): boolean =>
    settings.policy === 'legal_first' && worth.values[index]?.must === true;
  const chosen = [
    ...random,
    ...chooseGreedily(choice, eligible.filter(isMust), budget),
    ...chooseGreedily(
      choice,
      eligible.filter((index) => !isMust(index)),
      budget,
    ),
  ];
  const state: State = {
    choice,
    eligible,
    capacity,
    random: new Set(random),
    isMust,
    order: visitingOrder(
      chosen.toSorted((left, right) => left - right),
      choice.travel,
    ),
  };
  fit(state);
  exchange(state);
  rebuild(state);
  fillUp(state);
  return { members: state.order, random: state.random, route: routed(state, state.order) };
}

/** The devices of the lowest draws: of all that are eligible, so that nothing of the list decides which. */
function drawRandom(
  choice: Choice,
  eligible: readonly number[],
  deviceIds: readonly string[],
  budget: Budget,
  capacity: Readonly<Budget>,
): number[] {
  const { settings, reach } = choice;
  if (!(settings.randomShare > 0)) return [];
  const ordered = eligible
    .map((index) => ({ index, draw: drawOf(settings.seed, deviceIds[index] ?? '') }))
    .toSorted((left, right) => left.draw - right.draw || left.index - right.index);
  const visits = Math.round(settings.randomShare * capacity.visits);
  const minutes = settings.randomShare * capacity.minutes;
  const drawn: number[] = [];
  let used = 0;
  for (const { index } of ordered) {
    const needed = settings.workMinutes + (reach[index] ?? 0);
    if (drawn.length + 1 > visits || used + needed > minutes) break;
    used += needed;
    drawn.push(index);
    take(choice, index, () => undefined);
  }
  budget.visits -= drawn.length;
  budget.minutes -= used;
  return drawn;
}

/** Drops what adds least for its minutes until the days of the route fit into the capacity. Drawn devices and then musts stay longest. */
function fit(state: State): void {
  const { choice, capacity, random, isMust } = state;
  if (!Number.isFinite(capacity.minutes)) return;
  for (;;) {
    const route = routed(state, state.order);
    const over = route.minutes - capacity.minutes;
    if (over <= 1e-9) return;
    const saved = savedMinutes(state, route);
    const rank = (index: number): number => (random.has(index) ? 2 : isMust(index) ? 1 : 0);
    const perMinute = (index: number): number =>
      lossOf(state, index, 0) / (choice.settings.workMinutes + (saved.get(index) ?? 0));
    const order = state.order
      .map((index) => ({ index, rank: rank(index), key: perMinute(index) }))
      .toSorted((l, r) => l.rank - r.rank || l.key - r.key || l.index - r.index);
    let freed = 0;
    const dropped = new Set<number>();
    for (const { index } of order) {
      if (freed >= over) break;
      // half of what it saves by itself: neighbours that go too save less together
      freed += choice.settings.workMinutes + (saved.get(index) ?? 0) / 2;
      dropped.add(index);
    }
    for (const index of dropped) release(choice, index);
    state.order = shortened(
      state.order.filter((index) => !dropped.has(index)),
      choice.travel,
    );
  }
}

/** Adds what still fits into the minutes that are left, musts first. */
function fillUp(state: State): void {
  const { choice, capacity } = state;
  if (!Number.isFinite(capacity.minutes)) return;
  for (const must of [true, false])
    for (const index of frontier(state, (one) => state.isMust(one) === must, TRIED)) {
      if (state.order.length >= capacity.visits) return;
      const order = [...state.order];
      insertStop(order, index, choice.travel);
      if (routed(state, order).minutes > capacity.minutes) continue;
      take(choice, index, () => undefined);
      state.order = order;
    }
}
