import { bestOf } from './best-of.ts';
import { type Budget, type Choice, gainOf, keyOf } from './choose.ts';
import { type Route, splitIntoDays } from './days.ts';

/** Devices that are tried in exchange, and those they are tried for. */
export const TRIED = 120;

/** A team's plan while it is made. */
export interface State {
  readonly choice: Choice;
  readonly eligible: readonly number[];
  readonly capacity: Readonly<Budget>;
  readonly random: ReadonlySet<number>;
  readonly isMust: (index: number) => boolean;
  /** The chosen devices in the order of one tour through all of them. */
  order: number[];
}

export const routed = ({ choice }: State, order: readonly number[]): Route =>
  splitIntoDays(order, choice.travel, choice.settings);

export function release(choice: Choice, index: number): void {
  choice.chosen[index] = 0;
  choice.worth.giveBack(index);
}

/** What the plan loses with a chosen device, where `minutes` of travel are saved. */
export function lossOf({ choice }: State, index: number, minutes: number): number {
  choice.worth.giveBack(index);
  const loss = gainOf(choice, index, minutes);
  choice.worth.take(index);
  return loss;
}

/** Minutes of travel that are saved without a stop. */
export function savedMinutes({ choice }: State, route: Route): Map<number, number> {
  const { travel } = choice;
  const saved = new Map<number, number>();
  for (const { stops } of route.days)
    for (const [position, index] of stops.entries()) {
      const before = stops[position - 1];
      const after = stops[position + 1];
      const to = before === undefined ? travel.fromDepot(index) : travel.between(before, index);
      const from = after === undefined ? travel.fromDepot(index) : travel.between(index, after);
      const direct =
        before === undefined
          ? after === undefined
            ? 0
            : travel.fromDepot(after)
          : after === undefined
            ? travel.fromDepot(before)
            : travel.between(before, after);
      saved.set(index, Math.max(0, to + from - direct));
    }
  return saved;
}

/** Minutes of travel that a further stop costs at the best place of the days as they are. */
export function addedMinutes({ choice }: State, route: Route, index: number): number {
  const { travel } = choice;
  const home = travel.fromDepot(index);
  let least = 2 * home;
  for (const { stops } of route.days) {
    let before: number | undefined;
    let last = home;
    for (const stop of stops) {
      const leg = travel.between(index, stop);
      const direct = before === undefined ? travel.fromDepot(stop) : travel.between(before, stop);
      least = Math.min(least, last + leg - direct);
      before = stop;
      last = leg;
    }
    if (before !== undefined) least = Math.min(least, last + home - travel.fromDepot(before));
  }
  return Math.max(0, least);
}

/** Worth of a plan: what its devices are worth, less the travel. */
export function worthOfPlan({ choice }: State, members: readonly number[], route: Route): number {
  const { worth, settings } = choice;
  const ordered = [...members].toSorted((left, right) => left - right);
  for (const index of ordered) worth.giveBack(index);
  let sum = -settings.points.minute * route.travelMinutes;
  for (const index of ordered) {
    sum += (worth.own[index] ?? 0) + worth.lotPoints(index);
    worth.take(index);
  }
  return sum;
}

/** Devices worth trying: those that add most, by the way from the nearest chosen one. */
export function frontier(
  state: State,
  wanted: (index: number) => boolean,
  count: number,
): number[] {
  const { choice, capacity } = state;
  function* waiting(): Generator<{ index: number; key: number }> {
    for (const index of state.eligible) {
      if (choice.chosen[index] === 1 || !wanted(index)) continue;
      const reach = choice.reach[index] ?? 0;
      const key = keyOf(gainOf(choice, index, reach), reach, choice.settings, capacity);
      yield { index, key };
    }
  }
  return bestOf(
    waiting(),
    count,
    (left, right) => right.key - left.key || left.index - right.index,
  ).map(({ index }) => index);
}
