import { at } from '@verimeter/statistics';
import { type PreparedArea, prepareArea } from './area-analysis.ts';
import { gatherEvidence } from './area-evidence.ts';
import type { ActiveDrift } from './area-posterior.ts';
import { confirmDrift } from './confirmation.ts';
import { isResolvable, type JudgedConsumer, searchDrifts } from './drift-search.ts';
import { driftProfiles, type PathEvidence, posteriorOfPath, type Profile } from './error-path.ts';
import { type JudgedMeter, initialPrior, learnPriors, type LotPrior } from './fleet-prior.ts';
import type {
  AreaResult,
  DeviceResult,
  EvidenceItem,
  FleetInput,
  FleetResult,
  HistoryPoint,
} from './fleet-types.ts';
import {
  decide,
  type Estimated,
  LEAST_DAYS,
  minimumDetectable,
  stateError,
  weeklyEnds,
} from './health-decision.ts';
import { checkMeter, type MeterCheck } from './meter-checks.ts';
import { varianceInflation } from './sandwich.ts';

/** Names the estimator and its constants; changes whenever a result may change. */
export const MODEL_VERSION = 'electricity-1';

/** Rounds of learning the fleet's prior from its meters and judging the meters with it. */
const EM_ROUNDS = 3;

interface AreaState {
  prepared: PreparedArea;
  readonly profiles: readonly Profile[];
  judged: JudgedConsumer[];
  actives: ActiveDrift[];
  inflation: Float64Array;
}

/** The answer for every meter of the tenant and every area. Deterministic; no clock. */
export function analyzeElectricityFleet(input: FleetInput): FleetResult {
  const latest = Math.max(0, ...input.areas.map((area) => area.asOfUs));
  const asOf = asOfOfMeters(input, latest);
  const checks = input.meters.map((meter, index) =>
    checkMeter(input, meter, asOf.get(index) ?? latest),
  );
  const supplies = new Set<number>();
  for (const area of input.areas)
    for (const member of area.members) if (member.role !== 'consumer') supplies.add(member.meter);
  const strangers = input.meters.map((_, index) => index).filter((index) => !supplies.has(index));
  const prepared = input.areas.map((area) => prepareArea(input, area, { checks, strangers }));
  const states = prepared.map((area): AreaState => ({
    prepared: area,
    profiles: driftProfiles(area.evidence?.blocks ?? 1),
    judged: [],
    actives: [],
    inflation: new Float64Array(area.evidence?.design.n ?? 0).fill(1),
  }));
  const priors = judgeFleet(input, states);
  return answers({ input, states, checks, priors, supplies, latest });
}

/** As-of of a member is that of its area, of other meters the latest of all areas. */
function asOfOfMeters(input: FleetInput, latest: number): Map<number, number> {
  const asOf = new Map<number, number>();
  for (const area of input.areas)
    for (const member of area.members)
      asOf.set(member.meter, Math.max(asOf.get(member.meter) ?? 0, Math.min(area.asOfUs, latest)));
  return asOf;
}

/** EM over the fleet: judge all areas with the prior, learn the prior from what was judged. */
function judgeFleet(input: FleetInput, states: readonly AreaState[]): Map<string, LotPrior> {
  let priors = new Map<string, LotPrior>();
  for (let round = 0; round < EM_ROUNDS; round++) {
    const judged: JudgedMeter[] = [];
    for (const state of states) {
      const { evidence } = state.prepared;
      if (evidence === undefined) continue;
      const { consumers } = evidence.design.intervals;
      const lots = consumers.map((consumer) => input.meters[consumer.meter]?.lot ?? '');
      const found = searchDrifts(evidence, state.profiles, {
        priors: lots.map((lot) => priors.get(lot) ?? initialPrior()),
        start: state.actives,
        inflation: state.inflation,
      });
      state.judged = found.judged;
      state.actives = found.actives;
      if (round < EM_ROUNDS - 1 && (round === 0 || found.actives.length > 0)) {
        const drifts = found.actives.map(({ consumer, profile }) => ({
          consumer,
          shape: profile.shape,
        }));
        state.prepared = {
          ...state.prepared,
          evidence: gatherEvidence(evidence.design, drifts),
        };
      }
      if (round === 0)
        state.inflation = Float64Array.from(found.judged, (consumer) =>
          varianceInflation(consumer, state.profiles),
        );
      const joined = new Set(state.prepared.candidates.map((candidate) => candidate.meter));
      found.judged.forEach((consumer, i) => {
        if (!joined.has(consumers[i]?.meter ?? -1) && isResolvable(evidence, i))
          judged.push({ lot: lots[i] ?? '', posterior: consumer.posterior });
      });
    }
    if (round < EM_ROUNDS - 1) priors = learnPriors(judged, priors);
  }
  return priors;
}

interface Answering {
  readonly input: FleetInput;
  readonly states: readonly AreaState[];
  readonly checks: readonly MeterCheck[];
  readonly priors: ReadonlyMap<string, LotPrior>;
  readonly supplies: ReadonlySet<number>;
  readonly latest: number;
}

function answers(context: Answering): FleetResult {
  const { input, states } = context;
  const fixed = new Map<number, DeviceResult>();
  const estimated: Estimated[] = [];
  const candidates = new Set<number>();
  for (const state of states)
    for (const candidate of state.prepared.candidates) candidates.add(candidate.meter);
  const put = (meter: number, result: DeviceResult): void => {
    const before = fixed.get(meter);
    // a meter in two areas: the more urgent answer stands
    if (before === undefined || before.recommendation === 'none') fixed.set(meter, result);
  };
  for (const state of states) answerArea(context, state, put, estimated);
  const byId = new Map(decide(estimated).map((result) => [result.deviceId, result]));
  const devices = input.meters.map((meter, index): DeviceResult => {
    const fixedResult = fixed.get(index);
    const own = byId.get(meter.deviceId);
    if (fixedResult !== undefined && fixedResult.recommendation !== 'none') return fixedResult;
    return own ?? fixedResult ?? outside(context, index, candidates.has(index));
  });
  return { devices, areas: states.map(({ prepared }) => areaResult(input, prepared)) };
}

/** A meter in no group, or a supply meter. */
function outside(context: Answering, index: number, candidate: boolean): DeviceResult {
  const check = context.checks[index] as MeterCheck;
  return {
    deviceId: context.input.meters[index]?.deviceId ?? '',
    asOfUs: context.latest,
    indication: 'no_reference',
    recommendation: candidate ? 'inspect' : 'none',
    evidenceDays: check.evidenceDays,
    evidence: candidate ? [{ code: 'candidate', values: {} }] : [],
    history: [],
  };
}

function areaResult(input: FleetInput, prepared: PreparedArea): AreaResult {
  const items: EvidenceItem[] = [...prepared.items];
  for (const { meter, beta } of prepared.misfiled)
    items.push({
      code: 'misfiled_meter',
      values: { device_id: input.meters[meter]?.deviceId ?? '', beta },
    });
  return {
    groupId: prepared.area.groupId,
    asOfUs: prepared.area.asOfUs,
    status: prepared.status,
    candidates: prepared.candidates.map(({ meter, correlation }) => ({
      deviceId: input.meters[meter]?.deviceId ?? '',
      correlation,
    })),
    evidence: items,
  };
}

function answerArea(
  context: Answering,
  state: AreaState,
  put: (meter: number, result: DeviceResult) => void,
  estimated: Estimated[],
): void {
  const { input, checks, latest } = context;
  const { prepared } = state;
  const { area } = prepared;
  const misfiled = new Map(prepared.misfiled.map(({ meter, beta }) => [meter, beta]));
  const consumers = prepared.evidence?.design.intervals.consumers ?? [];
  const position = new Map(consumers.map((consumer, i) => [consumer.meter, i]));
  for (const member of area.members) {
    const meter = input.meters[member.meter];
    const check = checks[member.meter];
    if (meter === undefined || check === undefined) continue;
    const base = {
      deviceId: meter.deviceId,
      groupId: area.groupId,
      groupStatus: prepared.status,
      asOfUs: Math.min(area.asOfUs, latest),
      evidenceDays: check.evidenceDays,
      history: [],
    } as const;
    const fixed = (
      indication: DeviceResult['indication'],
      recommendation: DeviceResult['recommendation'],
      evidence: readonly EvidenceItem[] = [],
    ): void => put(member.meter, { ...base, indication, recommendation, evidence });
    const beta = misfiled.get(member.meter);
    const clock = prepared.clockFaults.get(member.meter);
    const i = position.get(member.meter);
    if (member.role !== 'consumer') fixed('no_reference', 'none');
    else if (!check.hasRegister) fixed('insufficient_data', 'none');
    else if (beta !== undefined)
      fixed('not_in_group', 'inspect', [{ code: 'not_in_supply', values: { beta } }]);
    else if (check.stoppedAt !== undefined)
      fixed('stopped', 'inspect', [
        {
          code: 'register_frozen',
          values: {
            days:
              ((base.asOfUs - input.grid.startUs) / input.grid.stepUs - check.stoppedAt) *
              (input.grid.stepUs / 86_400e6),
            mean_watts: check.meanWatts,
          },
        },
      ]);
    else if (prepared.tooShort || check.evidenceDays < LEAST_DAYS)
      fixed('insufficient_data', 'none');
    else if (prepared.evidence === undefined || i === undefined)
      fixed('group_inconsistent', 'none');
    else if (clock !== undefined)
      fixed('clock_fault', 'inspect', [{ code: 'clock_offset', values: { seconds: clock } }]);
    else if (!isResolvable(prepared.evidence, i))
      put(member.meter, {
        ...base,
        indication: 'not_resolvable',
        recommendation: 'none',
        minimumDetectable: minimumDetectable(
          levelSd((state.judged[i] as JudgedConsumer).path),
          meter.limit,
        ),
        evidence: [{ code: 'small_load', values: { mean_watts: check.meanWatts } }],
      });
    else estimated.push(estimate(context, state, { i, base }));
  }
}

/** sd of a constant beta from the data alone, at most 1. */
function levelSd(path: PathEvidence): number {
  let information = 0;
  for (const value of path.information) information += value;
  return information > 0 ? Math.min(1, 1 / Math.sqrt(information)) : 1;
}

function estimate(
  context: Answering,
  state: AreaState,
  device: {
    readonly i: number;
    readonly base: Pick<
      DeviceResult,
      'deviceId' | 'groupId' | 'groupStatus' | 'asOfUs' | 'evidenceDays'
    >;
  },
): Estimated {
  const consumer = state.prepared.evidence?.design.intervals.consumers[device.i];
  const meter = context.input.meters[consumer?.meter ?? -1];
  const { path, posterior } = state.judged[device.i] as JudgedConsumer;
  if (meter === undefined) throw new RangeError('an estimated consumer without its meter');
  const prior = context.priors.get(meter.lot) ?? initialPrior();
  const statement = stateError(posterior.components, meter.limit, meter.inServiceLimit);
  // Gauge: where the lot's own mean is beyond the limit, drifting together is no excuse (CONTRACTS.md 3).
  const lotOver = Math.abs(prior.lotMean) - 1.645 * prior.lotMeanSd > meter.limit;
  const dataSd = levelSd(path);
  const best = state.profiles[posterior.best] as Profile;
  const evidence: EvidenceItem[] = [
    { code: 'balance', values: { data_sd: dataSd, log_bayes_factor: posterior.logBayesFactor } },
  ];
  if (posterior.probabilityDrifted >= 0.5)
    evidence.push({
      code: best.kind === 'step' ? 'step' : best.kind === 'ramp' ? 'ramp' : 'constant',
      values: {
        size: posterior.size,
        start_day: best.start * (state.prepared.evidence?.daysPerBlock ?? 1),
      },
    });
  return {
    result: {
      ...device.base,
      ...statement,
      indication: 'within_limits',
      recommendation: 'none',
      probabilityDrifted: lotOver ? statement.probabilityOverLimit : posterior.probabilityDrifted,
      minimumDetectable: minimumDetectable(dataSd, meter.limit),
      evidence,
      history: historyOf(state, path, { prior, limit: meter.limit, asOfUs: device.base.asOfUs }),
    },
    limit: meter.limit,
    dataSd,
    confirmed: confirmDrift(path, best, prior, posterior.probabilityDrifted),
  };
}

/** The same evidence cut at weekly steps before as-of. */
function historyOf(
  state: AreaState,
  path: PathEvidence,
  context: { prior: LotPrior; limit: number; asOfUs: number },
): HistoryPoint[] {
  const daysPerBlock = state.prepared.evidence?.daysPerBlock ?? 1;
  return weeklyEnds(path.blocks, daysPerBlock, LEAST_DAYS).map((end): HistoryPoint => {
    const information = new Float64Array(end * end);
    for (let d = 0; d < end; d++)
      for (let c = 0; c < end; c++)
        information[d * end + c] = at(path.information, d * path.blocks + c);
    const cut = { blocks: end, information, moment: path.moment.slice(0, end) };
    const { components } = posteriorOfPath(cut, driftProfiles(end), context.prior);
    const statement = stateError(components, context.limit, 2 * context.limit);
    return {
      asOfUs: context.asOfUs - (path.blocks - end) * daysPerBlock * 86_400e6,
      errorEstimate: statement.errorEstimate,
      intervalLow: statement.intervalLow,
      intervalHigh: statement.intervalHigh,
    };
  });
}
