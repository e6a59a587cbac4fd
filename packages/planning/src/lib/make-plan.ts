import type { Candidate, PlanSettings, Team } from './candidate.ts';
import type { Choice } from './choose.ts';
import { neighboursOf } from './neighbours.ts';
import { describeVisits, describeWaiting } from './plan-rows.ts';
import type { PlannedVisit, WaitingDevice } from './plan-types.ts';
import { planTeam } from './team-plan.ts';
import { placesOf, travelOf } from './travel.ts';
import { amountOf, usualOf } from './value.ts';
import { worthOf } from './worth.ts';

export interface TeamSummary {
  readonly team: string;
  /** Devices it may visit, when its turn came. */
  readonly eligible: number;
  readonly visits: number;
  readonly days: number;
  readonly travelMinutes: number;
  readonly minutes: number;
}

export interface Plan {
  /** By rank. */
  readonly visits: readonly PlannedVisit[];
  readonly teams: readonly TeamSummary[];
  /** What comes next, were there more capacity. */
  readonly next: readonly WaitingDevice[];
  readonly candidates: number;
  /** Of them no team may visit. */
  readonly withoutTeam: number;
  readonly musts: number;
  readonly mustsLeft: number;
}

export interface PlanInput {
  readonly candidates: readonly Candidate[];
  readonly teams: readonly Team[];
  readonly settings: PlanSettings;
  /** Results there are of a lot: the first member of a lot tells most. */
  readonly verifiedOfLot?: ReadonlyMap<string, number>;
  /** How many of those left out are named; default 50. */
  readonly nextCount?: number | undefined;
}

/**
 * Which devices to verify in a month, by whom and in which order. A pure function of what it is given, whatever the order of the candidates.
 * Teams choose one after the other, those with the fewest devices to choose from first.
 */
export function makePlan(input: PlanInput): Plan {
  const { settings, nextCount = 50 } = input;
  const candidates = input.candidates.toSorted((left, right) =>
    left.deviceId < right.deviceId ? -1 : left.deviceId > right.deviceId ? 1 : 0,
  );
  const usual = usualOf(candidates, settings);
  const worth = worthOf(candidates, settings, usual, input.verifiedOfLot ?? new Map());
  const where = placesOf(candidates);
  const deviceIds = candidates.map(({ deviceId }) => deviceId);
  const chosen = new Uint8Array(candidates.length);
  const free = new Float64Array(candidates.length).fill(Number.NaN);
  const teams = input.teams
    .map((team) => ({ team, fits: fitting(candidates, team) }))
    .toSorted(
      (left, right) =>
        left.fits.length - right.fits.length || (left.team.team < right.team.team ? -1 : 1),
    );
  const visits: PlannedVisit[] = [];
  const summaries: TeamSummary[] = [];
  for (const { team, fits } of teams) {
    const eligible = fits.filter((index) => chosen[index] === 0);
    const travel = travelOf(where, settings.travel, team.depot);
    const reach = new Float64Array(candidates.length);
    for (const index of eligible) reach[index] = travel.fromDepot(index);
    const choice: Choice = {
      settings,
      worth,
      travel,
      neighbours: neighboursOf(where, eligible),
      reach,
      chosen,
    };
    const made = planTeam(choice, team, eligible, deviceIds);
    for (const index of eligible)
      if (chosen[index] === 0) {
        const known = free[index] ?? Number.NaN;
        free[index] = known <= (reach[index] ?? 0) ? known : (reach[index] ?? 0);
      }
    visits.push(
      ...describeVisits(
        { candidates, worth, settings, choice, team: team.team, street: where.street },
        made,
      ),
    );
    summaries.push({
      team: team.team,
      eligible: eligible.length,
      visits: made.members.length,
      days: made.route.days.length,
      travelMinutes: made.route.travelMinutes,
      minutes: made.route.minutes,
    });
  }
  const waiting = deviceIds.flatMap((_, index) =>
    chosen[index] === 0 && !Number.isNaN(free[index] ?? Number.NaN) ? [index] : [],
  );
  return {
    visits: ranked(visits),
    teams: summaries.toSorted((left, right) => (left.team < right.team ? -1 : 1)),
    next: describeWaiting({ candidates, worth, settings }, waiting, free, nextCount),
    candidates: candidates.length,
    withoutTeam: candidates.length - waiting.length - visits.length,
    musts: worth.values.filter(({ must }) => must).length,
    mustsLeft: waiting.filter((index) => worth.values[index]?.must === true).length,
  };
}

/** Devices a team may visit: of its kinds, else of those with a register, in its areas. */
function fitting(candidates: readonly Candidate[], team: Team): number[] {
  const kinds = team.kinds === undefined ? undefined : new Set(team.kinds);
  const areas = team.areas === undefined ? undefined : new Set(team.areas);
  return candidates.flatMap(({ kind, groupId }, index) =>
    (kinds === undefined ? amountOf(kind) !== undefined : kinds.has(kind)) &&
    (areas === undefined || (groupId !== undefined && areas.has(groupId)))
      ? [index]
      : [],
  );
}

/**
 * What the law asks for first where the policy says so, then by what a result is worth. The way is left out: it hangs on which stop comes
 * before, and is the matter of day and stop.
 */
function ranked(visits: readonly PlannedVisit[]): PlannedVisit[] {
  return visits
    .toSorted(
      (left, right) =>
        Number(right.first) - Number(left.first) ||
        right.terms.score - right.terms.travel - (left.terms.score - left.terms.travel) ||
        (left.deviceId < right.deviceId ? -1 : 1),
    )
    .map((visit, index) => ({ ...visit, rank: index + 1 }));
}
