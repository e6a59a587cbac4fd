import type { Candidate, PlanSettings, Team } from '../src/index.ts';
import { placesOf, travelOf } from '../src/lib/travel.ts';
import { usualOf } from '../src/lib/value.ts';
import { worthOf } from '../src/lib/worth.ts';

/** Worth of the devices with these indices, and the least travel through them: out from the depot and back, in one day. */
export interface ExactPlan {
  readonly worth: number;
  readonly members: readonly number[];
}

/** The best plan that uses the capacity up, by looking at every set of devices and every tour (Held and Karp). Candidates in the order of their ids. */
export function exactPlan(
  candidates: readonly Candidate[],
  team: Team,
  settings: PlanSettings,
): ExactPlan {
  const n = candidates.length;
  const worth = worthOf(candidates, settings, usualOf(candidates, settings), new Map());
  const travel = travelOf(placesOf(candidates), settings.travel, team.depot);
  const size = 1 << n;
  // paths[set * n + last]: least minutes from the depot through the set, ending at `last`
  const paths = new Float64Array(size * n).fill(Infinity);
  for (let i = 0; i < n; i += 1) paths[(1 << i) * n + i] = travel.fromDepot(i);
  for (let set = 1; set < size; set += 1)
    for (let last = 0; last < n; last += 1) {
      const minutes = paths[set * n + last] ?? Infinity;
      if (minutes === Infinity) continue;
      for (let next = 0; next < n; next += 1) {
        if ((set & (1 << next)) !== 0) continue;
        const at = (set | (1 << next)) * n + next;
        paths[at] = Math.min(paths[at] ?? Infinity, minutes + travel.between(last, next));
      }
    }
  const everybody = Array.from({ length: n }, (_, i) => i);
  const tourOf = (set: number): number => {
    if (set === 0) return 0;
    let tour = Infinity;
    for (const last of everybody)
      if ((set & (1 << last)) !== 0)
        tour = Math.min(tour, (paths[set * n + last] ?? Infinity) + travel.fromDepot(last));
    return tour;
  };
  const membersOf = (set: number): number[] => everybody.filter((i) => (set & (1 << i)) !== 0);
  const fits = (set: number): boolean => {
    const count = membersOf(set).length;
    return (
      count <= (team.visits ?? Infinity) &&
      tourOf(set) + count * settings.workMinutes <= (team.minutes ?? Infinity)
    );
  };
  let best: ExactPlan = { worth: -Infinity, members: [] };
  for (let set = 0; set < size; set += 1) {
    if (!fits(set)) continue;
    if (everybody.some((i) => (set & (1 << i)) === 0 && fits(set | (1 << i)))) continue;
    const members = membersOf(set);
    const value = setWorth(worth, members) - settings.points.minute * tourOf(set);
    if (value > best.worth) best = { worth: value, members };
  }
  return best;
}

/** Without travel: what each is worth, the results of a lot one after the other. */
export function setWorth(worth: ReturnType<typeof worthOf>, members: readonly number[]): number {
  let sum = 0;
  for (const index of members) {
    sum += (worth.own[index] ?? 0) + worth.lotPoints(index);
    worth.take(index);
  }
  for (const index of members) worth.giveBack(index);
  return sum;
}
