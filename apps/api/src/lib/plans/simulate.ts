import type { PlanSimulation, PlanTeam } from '@verimeter/api-schema';
import { isCalendarDate } from '@verimeter/metrology';
import { DEFAULT_SETTINGS, laterPeriod, simulateDueDates } from '@verimeter/planning';
import { type Queryable, readCapacities, readDueDates } from '@verimeter/registry';
import { notFound } from '../problem-error.ts';
import { capacitiesIn } from './make-plan.ts';

export interface SimulationRequest {
  readonly from: string;
  readonly months: number;
  readonly team?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
  readonly area?: string | undefined;
  readonly capacity?: number | undefined;
}

/** Of a visit where only minutes are bounded: the work and the way within an area. */
const VISIT_MINUTES = DEFAULT_SETTINGS.workMinutes + DEFAULT_SETTINGS.travel.sameGroupMinutes;

const visitsOf = ({ visits, minutes }: PlanTeam): number =>
  Math.min(visits ?? Infinity, minutes === null ? Infinity : Math.floor(minutes / VISIT_MINUTES));

/** Due dates of the registry against the capacities of the teams, or against one that is asked about. */
export async function simulate(
  db: Queryable,
  tenant: string,
  request: SimulationRequest,
): Promise<PlanSimulation> {
  const { from, months, team } = request;
  const rows = await readCapacities(db, tenant);
  const named = team === undefined ? rows : rows.filter((row) => row.team === team);
  if (team !== undefined && named.length === 0) throw notFound('team', team);
  const inForce = Array.from({ length: months }, (_, month) =>
    capacitiesIn(named, laterPeriod(from, month)),
  );
  const of = team === undefined ? undefined : (inForce.flat()[0] ?? named[0]);
  const due = await readDueDates(db, tenant, {
    kinds: request.kinds ?? of?.kinds ?? undefined,
    areas: request.area === undefined ? (of?.areas ?? undefined) : [request.area],
  });
  const simulation = simulateDueDates({
    from,
    months,
    // what lies beyond the calendar of this product lies beyond the months too
    dueOn: new Map([...due.dated].filter(([dueOn]) => isCalendarDate(dueOn))),
    void: due.void,
    capacity: inForce.map(
      (teams) => request.capacity ?? teams.reduce((sum, one) => sum + visitsOf(one), 0),
    ),
  });
  return {
    from,
    months: simulation.months.map((one) => ({ ...one })),
    overdue_at_start: simulation.overdueAtStart,
    needed_from_first_month: simulation.neededFromFirstMonth,
    needed_by_end: simulation.neededByEnd,
    devices: {
      dated: [...due.dated.values()].reduce((sum, devices) => sum + devices, 0),
      void: due.void,
      not_regulated: due.notRegulated,
      unknown: due.unknown,
    },
  };
}
