import type { NextInLine, PlanFacts, PlanItem, PlanSummary } from '@verimeter/api-schema';
import {
  type Candidate,
  type Plan,
  type PlanSettings,
  type PlannedDevice,
  type Team,
  makePlan,
  workingDays,
} from '@verimeter/planning';
import type { NewPlanItem, PlanCandidateRow } from '@verimeter/registry';
import { candidateOf, knownFacts } from './plan-candidate.ts';

/** What a plan is made of, as it goes to the thread that makes it. */
export interface PlanJob {
  /** JSON arrays of `PlanCandidateRow`. */
  readonly chunks: readonly string[];
  readonly teams: readonly Team[];
  readonly settings: PlanSettings;
  readonly verifiedOfLot: ReadonlyMap<string, number>;
  readonly next: number;
}

type WaitingItem = Omit<NextInLine, 'reasons'> & Pick<NewPlanItem, 'reasons'>;

/** A plan as it is kept. */
export interface PlanResult {
  readonly items: readonly (NewPlanItem & {
    readonly terms: PlanItem['terms'];
    readonly facts: PlanFacts;
  })[];
  readonly next: readonly WaitingItem[];
  readonly teams: Plan['teams'];
  readonly workingDays: number;
  readonly summary: PlanSummary;
}

/** Thousandths: finer than anything known of a device. */
const round = (value: number): number => Math.round(value * 1000) / 1000;
const roundOrNull = (value: number | undefined): number | null =>
  value === undefined ? null : round(value);

/** Makes the plan of a job. */
export function runPlanJob(job: PlanJob): PlanResult {
  const rows = new Map<string, PlanCandidateRow>();
  const candidates: Candidate[] = [];
  for (const chunk of job.chunks) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the registry has written it
    for (const row of JSON.parse(chunk) as PlanCandidateRow[]) {
      const candidate = candidateOf(row);
      if (candidate === undefined) continue;
      candidates.push(candidate);
      rows.set(row.device_id, row);
    }
  }
  const { settings } = job;
  const plan = makePlan({
    candidates,
    teams: job.teams,
    settings,
    verifiedOfLot: job.verifiedOfLot,
    nextCount: job.next,
  });
  const days = workingDays(settings.period, settings.asOf);
  const describe = (device: PlannedDevice) => {
    const row = rows.get(device.deviceId);
    const candidate = row === undefined ? undefined : candidateOf(row);
    if (row === undefined || candidate === undefined)
      throw new Error(`device ${device.deviceId} is in the plan and not in the registry`);
    return {
      device_id: device.deviceId,
      must: device.must,
      score: round(device.terms.score),
      terms: roundedTerms(device.terms),
      facts: { ...knownFacts(row, candidate), ...amounts(device) },
      reasons: device.reasons.map(({ code, values }) => ({ code, values: { ...values } })),
    };
  };
  const items = plan.visits.map((visit) => ({
    ...describe(visit),
    rank: visit.rank,
    team: visit.team,
    day: visit.day,
    stop: visit.stop,
    visit_on: days[visit.day - 1] ?? null,
    random: visit.random,
    travel_minutes: round(visit.travelMinutes),
    work_minutes: visit.workMinutes,
  }));
  return {
    items,
    next: plan.next.map((device) => {
      const { facts, ...rest } = describe(device);
      return { position: device.position, ...rest, ...facts };
    }),
    teams: plan.teams,
    workingDays: days.length,
    summary: summaryOf(plan, items, settings),
  };
}

function roundedTerms(terms: PlannedDevice['terms']): Omit<PlannedDevice['terms'], 'score'> {
  return {
    stake: round(terms.stake),
    risk: round(terms.risk),
    legal: round(terms.legal),
    confirmation: round(terms.confirmation),
    travel: round(terms.travel),
  };
}

const amounts = (device: PlannedDevice) => ({
  amount_unit: device.unit ?? null,
  annual_amount: roundOrNull(device.annualAmount),
  amount_assumed: device.unit !== undefined && device.amountAssumed,
  mismeasured: roundOrNull(device.mismeasured),
  recoverable: round(device.recoverable),
  money: roundOrNull(device.money),
});

function summaryOf(plan: Plan, items: PlanResult['items'], { tariffs }: PlanSettings): PlanSummary {
  const sum = (of: (facts: PlanFacts) => number | null): number =>
    round(items.reduce((total, { facts }) => total + (of(facts) ?? 0), 0));
  const priced =
    tariffs.electricity !== undefined || tariffs.heat !== undefined || tariffs.water !== undefined;
  return {
    items: items.length,
    random: items.filter(({ random }) => random).length,
    candidates: plan.candidates,
    without_team: plan.withoutTeam,
    must: plan.musts,
    must_left: plan.mustsLeft,
    expected_beyond_limit: sum((facts) => facts.probability_over_limit),
    mismeasured_kwh: sum((facts) => (facts.amount_unit === 'kWh' ? facts.mismeasured : 0)),
    mismeasured_m3: sum((facts) => (facts.amount_unit === 'm3' ? facts.mismeasured : 0)),
    money: priced ? sum((facts) => facts.money) : null,
    currency: priced ? (tariffs.currency ?? 'VND') : null,
  };
}
