import type { BalanceWatch, PreparedArea } from './area-analysis.ts';
import { candidateScreen } from './area-gates.ts';
import { openArea } from './area-state.ts';
import { fleetFacts } from './fleet-facts.ts';
import type { FleetInput, MeterSeries } from './fleet-types.ts';
import { arrivalScreen, MOST_ARRIVALS } from './switching.ts';

/** Meters that are kept of all that are offered, besides as many arrivals as a change of the network may have. */
const KEPT_CANDIDATES = 20;

type Screen = (meter: MeterSeries) => number | undefined;

/** Looks through the meters of a tenant, a few at a time, for those that may explain what an area's balance leaves over. */
export interface CandidateSearch {
  /** Meters outside the area that are the supply of none, on the grid of the area. */
  readonly offer: (meters: readonly MeterSeries[]) => void;
  /** Ids of those that explain most so far: strangers enough for `analyzeArea`. */
  readonly best: () => string[];
}

/** Undefined where there is no balance to compare anything with. `input`: the meters of the area. */
export function openCandidateSearch(input: FleetInput, index: number): CandidateSearch | undefined {
  const area = input.areas[index];
  if (area === undefined) throw new RangeError(`there is no area ${index}`);
  const screens: { readonly score: Screen; readonly best: BestOf }[] = [];
  let compared = false;
  let changed = false;
  // What is found later is found beside what is found first: the first balance is the one that meters outside must explain.
  const watch: BalanceWatch = {
    balance(intervals, unaccounted) {
      if (changed) return;
      changed = true;
      const score = arrivalScreen(intervals, unaccounted);
      if (score !== undefined) screens.push({ score, best: bestOf(MOST_ARRIVALS) });
    },
    evidence(evidence) {
      if (compared) return;
      compared = true;
      screens.push({ score: candidateScreen(evidence), best: bestOf(KEPT_CANDIDATES) });
    },
  };
  openArea(input, area, fleetFacts(input), watch);
  if (screens.length === 0) return undefined;
  return {
    offer(meters) {
      for (const meter of meters)
        for (const { score, best } of screens) best.add(meter.deviceId, score(meter));
    },
    best: () => [...new Set(screens.flatMap(({ best }) => best.ids()))],
  };
}

interface BestOf {
  readonly add: (id: string, score: number | undefined) => void;
  readonly ids: () => string[];
}

/** The ids of the highest scores; of equal ones the first by name, in whatever order they come. */
function bestOf(most: number): BestOf {
  let kept: { readonly id: string; readonly score: number }[] = [];
  return {
    add(id, score) {
      if (score === undefined) return;
      kept.push({ id, score });
      if (kept.length > most)
        kept = kept.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, most);
    },
    ids: () => kept.map(({ id }) => id),
  };
}

/**
 * Whether the balance of an area leaves something over that a meter in no list of it would explain. A customer who is too small to make the
 * balance rough, to raise its loss beyond what is possible, or to change it for good does not ask.
 */
export function asksForCandidate({ status, items, evidence }: PreparedArea): boolean {
  if (items.some(({ code }) => code === 'unmetered_hours')) return true;
  if (evidence !== undefined) return false;
  if (status === 'loss_out_of_range')
    return items.some(({ code, values }) => code === 'loss' && Number(values['share']) > 0);
  return status === 'unregistered_consumer' || status === 'topology_changed';
}
