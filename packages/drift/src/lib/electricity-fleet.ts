import type { AreaAnswers } from './area-answers.ts';
import { latestAsOf } from './fleet-facts.ts';
import { EM_ROUNDS, nextPrior, openPart } from './fleet-part.ts';
import { NO_FLEET } from './fleet-prior.ts';
import type { DeviceResult, FleetInput, FleetResult, MeterSeries } from './fleet-types.ts';
import { decide, type Estimated } from './health-decision.ts';
import { checkMeter } from './meter-checks.ts';
import { checkZeroRun } from './self-consistency/zero-run.ts';
import { type TenantLists, tenantLists } from './tenant-lists.ts';

/** Names the estimator and its constants; changes whenever a result may change. */
export const MODEL_VERSION = 'electricity-8';

/** The answer for every meter of the tenant and every area, where it has no other devices. Deterministic; no clock. */
export function analyzeElectricityFleet(input: FleetInput): FleetResult {
  const answers = answerElectricityFleet(input);
  return concludeFleet(input, answers, tenantLists(listedMeters(answers)));
}

/** What the areas answer, in their order. */
export function answerElectricityFleet(input: FleetInput): AreaAnswers[] {
  const part = openPart(input, [...input.areas.keys()]);
  let prior = NO_FLEET;
  for (let round = 0; round < EM_ROUNDS; round++) {
    const judged = part.judge(round, prior);
    if (round < EM_ROUNDS - 1) prior = nextPrior(judged);
  }
  return part.answer(prior);
}

/** What the meters of a fleet bring to the lists of their tenant: estimates that are published, not those behind a more urgent answer. */
export function listedMeters(answers: readonly AreaAnswers[]): DeviceResult[] {
  const urgent = new Set(
    answers
      .flatMap((answer) => answer.fixed)
      .flatMap(({ result }) => (result.recommendation === 'none' ? [] : result.deviceId)),
  );
  return firstOfEach(answers).flatMap(({ result }) => (urgent.has(result.deviceId) ? [] : result));
}

/** What is said of every meter once the lists are known, also of those that no area answers for; areas in the order of their answers. */
export function concludeFleet(
  input: FleetInput,
  answers: readonly AreaAnswers[],
  lists: TenantLists,
): FleetResult {
  const latest = outsideAsOf(input);
  const fixed = new Map<number, DeviceResult>();
  for (const { meter, result } of answers.flatMap((answer) => answer.fixed)) {
    const before = fixed.get(meter);
    // a meter in two areas: the more urgent answer stands
    if (before === undefined || before.recommendation === 'none') fixed.set(meter, result);
  }
  const candidates = new Set(answers.flatMap((answer) => answer.candidates));
  const byId = new Map(firstOfEach(answers).map((found) => [found.result.deviceId, found]));
  const devices = input.meters.map((meter, index): DeviceResult => {
    const fixedResult = fixed.get(index);
    const own = byId.get(meter.deviceId);
    if (fixedResult !== undefined && fixedResult.recommendation !== 'none') return fixedResult;
    if (own !== undefined) return decide(own, lists);
    return fixedResult ?? answerOutside(input, meter, { latest, candidate: candidates.has(index) });
  });
  return { devices, areas: answers.map((answer) => answer.area) };
}

/** A device that two areas list at once stands on a list once: as the first of them says. */
function firstOfEach(answers: readonly AreaAnswers[]): Estimated[] {
  const seen = new Set<string>();
  return answers
    .flatMap((answer) => answer.estimated)
    .filter(({ result }) => {
      if (seen.has(result.deviceId)) return false;
      seen.add(result.deviceId);
      return true;
    });
}

/** As-of of meters in no group: the latest of all areas; where there is no area, the end of the data. */
export function outsideAsOf(input: Pick<FleetInput, 'areas' | 'grid'>): number {
  const { startUs, stepUs, count } = input.grid;
  return input.areas.length === 0 ? startUs + (count - 1) * stepUs : latestAsOf(input);
}

/** What is said of a meter in no group. `latest`: the latest as-of of all areas. */
export function answerOutside(
  input: Pick<FleetInput, 'grid'>,
  meter: MeterSeries,
  seen: { readonly latest: number; readonly candidate: boolean },
): DeviceResult {
  const rest = checkZeroRun(
    { ...meter, grid: input.grid },
    { asOfUs: seen.latest, validFromUs: meter.validFromUs },
  );
  const candidate = seen.candidate ? [{ code: 'candidate', values: {} }] : [];
  const base = {
    deviceId: meter.deviceId,
    asOfUs: seen.latest,
    evidenceDays: checkMeter(input, meter, seen.latest).evidenceDays,
    history: [],
  } as const;
  if (rest.state === 'inconsistent')
    return {
      ...base,
      indication: 'stopped',
      recommendation: 'inspect',
      evidence: [rest.evidence, ...candidate],
    };
  return {
    ...base,
    indication: 'no_reference',
    recommendation: seen.candidate ? 'inspect' : 'none',
    evidence: candidate,
  };
}
