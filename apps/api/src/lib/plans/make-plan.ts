import { type PlanRequest, type PlanTeam } from '@verimeter/api-schema';
import { type Team, firstDayOf, laterPeriod } from '@verimeter/planning';
import {
  type EnteredCapacity,
  type NewPlan,
  type Queryable,
  readCapacities,
  readLotResults,
  readPlanCandidates,
  readPlanSettings,
} from '@verimeter/registry';
import type { PlanJob, PlanResult } from './plan-job.ts';
import { settingsInput, settingsOf, storedSettings } from './plan-settings.ts';
import { runInThread } from './run-in-thread.ts';

/** All that a plan is made of, read of the registry. */
export interface PreparedPlan {
  readonly request: PlanRequest;
  readonly teams: readonly PlanTeam[];
  readonly job: PlanJob;
}

export type Preparation =
  | { readonly kind: 'prepared'; readonly plan: PreparedPlan }
  | { readonly kind: 'refused'; readonly field: string; readonly message: string };

/** Today where the tenant is. */
export function todayIn(zone: string, nowMs: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(nowMs);
}

/** Reads what the plan needs. In one transaction of the tenant. */
export async function preparePlan(
  db: Queryable,
  tenant: string,
  today: string,
  request: PlanRequest,
): Promise<Preparation> {
  const asOf = request.as_of ?? today;
  const period = request.period ?? laterPeriod(asOf.slice(0, 7), 1);
  const teams = request.teams ?? capacitiesIn(await readCapacities(db, tenant), period);
  if (teams.length === 0)
    return {
      kind: 'refused',
      field: 'teams',
      message: `is needed: no capacity counts in ${period}; give teams with visits or minutes, or enter capacities`,
    };
  const names = teams.map(({ team }) => team);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    return { kind: 'refused', field: 'teams', message: `has two teams "${twice}"` };
  const settings = settingsOf(request, storedSettings(await readPlanSettings(db, tenant)), {
    period,
    asOf,
  });
  const job: PlanJob = {
    chunks: await readPlanCandidates(db, tenant),
    teams: teams.map(toTeam),
    settings,
    verifiedOfLot: await readLotResults(db, tenant),
    next: request.next,
  };
  return { kind: 'prepared', plan: { request, teams, job } };
}

const toTeam = ({ team, kinds, areas, visits, minutes, depot }: PlanTeam): Team => ({
  team,
  kinds: kinds ?? undefined,
  areas: areas ?? undefined,
  visits: visits ?? undefined,
  minutes: minutes ?? undefined,
  depot: depot ?? undefined,
});

/** Of each team the last row that began by then. */
export function capacitiesIn(rows: readonly EnteredCapacity[], period: string): PlanTeam[] {
  const first = firstDayOf(period);
  const inForce = rows.filter(
    ({ valid_from: from, valid_to: to }) => from <= first && (to === null || first <= to),
  );
  return [...new Map(inForce.map((row) => [row.team, row])).values()].map((row) => ({
    team: row.team,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked when they were entered
    kinds: row.kinds as PlanTeam['kinds'],
    areas: row.areas,
    visits: row.visits_per_month,
    minutes: row.minutes_per_month,
    depot:
      row.depot_lat === null || row.depot_lon === null
        ? null
        : { lat: row.depot_lat, lon: row.depot_lon },
  }));
}

/** A plan as it would be kept. */
export interface MadePlanRows {
  readonly plan: NewPlan;
  readonly items: PlanResult['items'];
}

/** Makes the plan; the database is not needed meanwhile. */
export async function makePreparedPlan({
  request,
  teams,
  job,
}: PreparedPlan): Promise<MadePlanRows> {
  const result = await runInThread(job);
  const byName = new Map(result.teams.map((team) => [team.team, team]));
  const { settings } = job;
  return {
    plan: {
      period: settings.period,
      policy: settings.policy,
      as_of: settings.asOf,
      seed: settings.seed,
      random_share: settings.randomShare,
      settings: settingsInput(settings),
      teams: teams.map((team) => {
        const done = byName.get(team.team);
        return {
          ...team,
          eligible: done?.eligible ?? 0,
          planned: done?.visits ?? 0,
          days: done?.days ?? 0,
          working_days: result.workingDays,
          travel_minutes: done?.travelMinutes ?? 0,
          minutes_used: done?.minutes ?? 0,
        };
      }),
      summary: result.summary,
      next_in_line: result.next,
      note: request.note,
    },
    items: result.items,
  };
}
