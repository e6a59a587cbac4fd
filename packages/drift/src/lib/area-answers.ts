import { at } from '@verimeter/statistics';
import type { PreparedArea } from './area-analysis.ts';
import type { Misfiled } from './area-corrections.ts';
import type { AreaSums } from './area-evidence.ts';
import { confirmDrift } from './confirmation.ts';
import { isResolvable, type JudgedConsumer } from './drift-search.ts';
import { dataStatement } from './data-statement.ts';
import { driftEvidence } from './drift-evidence.ts';
import { forecastDrift } from './drift-forecast.ts';
import { profilesOf, type Profile } from './drift-profiles.ts';
import { type Component, type PathEvidence, componentsAt, posteriorOfPath } from './error-path.ts';
import { pathUntil } from './path-until.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { instantOf } from './gate-evidence.ts';
import { type FleetPrior, type LotPrior, priorOf } from './fleet-prior.ts';
import type {
  AreaResult,
  DeviceResult,
  EvidenceItem,
  FleetInput,
  HistoryPoint,
} from './fleet-types.ts';
import { SUN_WANDER_SD } from './sun-shape.ts';
import {
  type ErrorStatement,
  type Estimated,
  LEAST_DAYS,
  minimumDetectable,
  stateError,
  stateInterval,
  weeklyEnds,
} from './health-decision.ts';

const DAY_US = 86_400e6;
/** Probability of being beyond the limit from which a member of a lot that is off needs no other confirmation. */
const LOT_CONFIRMED = 0.97;

interface Answering {
  readonly input: FleetInput;
  readonly facts: FleetFacts;
  readonly prior: FleetPrior;
}

/** An area whose consumers are judged. */
export interface AnsweredArea {
  readonly prepared: Omit<PreparedArea, 'evidence'> & {
    readonly evidence: AreaSums | undefined;
  };
  /** Meters of the consumers, in the order of the evidence. */
  readonly consumers: readonly number[];
  readonly profiles: readonly Profile[];
  readonly judged: readonly JudgedConsumer[];
  /** What was said before as-of, where that is known. */
  readonly history?: ReadonlyMap<string, readonly HistoryPoint[]>;
}

/** What an area answers for its members once they are judged. */
export interface AreaAnswers {
  readonly area: AreaResult;
  /** Meters (by index) that explain what the balance leaves over. */
  readonly candidates: readonly number[];
  /** Final answers. */
  readonly fixed: readonly { readonly meter: number; readonly result: DeviceResult }[];
  /** Answers that still depend on the lists of the tenant. */
  readonly estimated: readonly Estimated[];
}

export function answerArea(context: Answering, state: AnsweredArea): AreaAnswers {
  const { input, facts } = context;
  const { checks, latest } = facts;
  const { prepared } = state;
  const answers: { meter: number; result: DeviceResult }[] = [];
  const estimated: Estimated[] = [];
  const weeks = weeksOf(state);
  const { area } = prepared;
  const misfiled = new Map(prepared.misfiled.map((found) => [found.meter, found]));
  const position = new Map(state.consumers.map((meter, i) => [meter, i]));
  for (const member of area.members) {
    const meter = input.meters[member.meter];
    const check = checks[member.meter];
    if (meter === undefined || check === undefined) continue;
    // A meter that has moved is answered for where it is now.
    const ended = member.role === 'consumer' && member.toUs <= area.asOfUs;
    if (ended && facts.home.get(member.meter) !== member) continue;
    const base = {
      deviceId: meter.deviceId,
      groupId: area.groupId,
      groupStatus: prepared.status,
      asOfUs: Math.min(area.asOfUs, latest),
      evidenceDays: evidenceDaysOf(prepared, check.evidenceDays),
      ...(check.meanWatts > 0 ? { meanLoad: check.meanWatts } : {}),
      history: [],
    } as const;
    const fixed = (
      indication: DeviceResult['indication'],
      recommendation: DeviceResult['recommendation'],
      evidence: readonly EvidenceItem[] = [],
    ): void => {
      answers.push({
        meter: member.meter,
        result: { ...base, indication, recommendation, evidence },
      });
    };
    const notHere = misfiled.get(member.meter);
    const clock = prepared.clockFaults.get(member.meter);
    const i = position.get(member.meter);
    if (member.role !== 'consumer') fixed('no_reference', 'none');
    else if (!check.hasRegister) fixed('insufficient_data', 'none');
    else if (notHere !== undefined) fixed('not_in_group', 'inspect', [notInSupply(input, notHere)]);
    else if (check.stoppedAt !== undefined)
      fixed('stopped', 'inspect', [
        {
          code: 'register_frozen',
          values: {
            days:
              ((base.asOfUs - input.grid.startUs) / input.grid.stepUs - check.stoppedAt) *
              (input.grid.stepUs / DAY_US),
            mean_watts: check.meanWatts,
          },
        },
      ]);
    else if (prepared.tooShort || check.evidenceDays < LEAST_DAYS)
      fixed('insufficient_data', 'none');
    else if (prepared.evidence === undefined || i === undefined)
      fixed('group_inconsistent', 'none');
    else if (clock !== undefined) fixed('clock_fault', 'inspect', [clock]);
    else if (!isResolvable(prepared.evidence, i))
      answers.push({
        meter: member.meter,
        result: {
          ...base,
          indication: 'not_resolvable',
          recommendation: 'none',
          minimumDetectable: minimumDetectable(
            levelSd((state.judged[i] as JudgedConsumer).path),
            meter.limit,
          ),
          evidence: [
            at(prepared.evidence.design.betaWanderSd, i) === SUN_WANDER_SD
              ? { code: 'sun_shape', values: {} }
              : { code: 'small_load', values: { mean_watts: check.meanWatts } },
          ],
        },
      });
    else estimated.push(estimate(context, state, { i, base, weeks }));
  }
  return {
    area: areaResult(input, prepared),
    candidates: prepared.candidates.map((candidate) => candidate.meter),
    fixed: answers,
    estimated,
  };
}

/** Data before a change of the network do not count for the members. */
function evidenceDaysOf({ area, sinceUs }: AnsweredArea['prepared'], ownDays: number): number {
  return sinceUs === undefined ? ownDays : Math.min(ownDays, (area.asOfUs - sinceUs) / DAY_US);
}

function notInSupply(input: FleetInput, { beta, since }: Misfiled): EvidenceItem {
  return since === undefined
    ? { code: 'not_in_supply', values: { beta } }
    : { code: 'left_supply', values: { at: instantOf(input, since) } };
}

/** sd of a constant beta from the data alone, at most 1. */
function levelSd(path: PathEvidence): number {
  let information = 0;
  for (const value of path.information) information += value;
  return information > 0 ? Math.min(1, 1 / Math.sqrt(information)) : 1;
}

function estimate(
  context: Answering,
  state: AnsweredArea,
  device: {
    readonly i: number;
    readonly base: Pick<
      DeviceResult,
      'deviceId' | 'groupId' | 'groupStatus' | 'asOfUs' | 'evidenceDays' | 'meanLoad'
    >;
    readonly weeks: readonly Week[];
  },
): Estimated {
  const meter = context.input.meters[state.consumers[device.i] ?? -1];
  const { path, posterior } = state.judged[device.i] as JudgedConsumer;
  if (meter === undefined) throw new RangeError('an estimated consumer without its meter');
  const prior = priorOf(context.prior, meter.lot);
  const components = withLot(posterior.components, prior);
  const statement = stateError(
    componentsAt(components, state.profiles, blocksUntilAsOf(state)),
    meter.limit,
    meter.inServiceLimit,
  );
  // Gauge: where the lot's own mean is beyond the limit, drifting together is no excuse (CONTRACTS.md 3).
  const lotOver = Math.abs(prior.lotMean) - 1.645 * prior.lotMeanSd > meter.limit;
  const probabilityDrifted = lotOver
    ? statement.probabilityOverLimit
    : posterior.probabilityDrifted;
  const dataSd = levelSd(path);
  const best = state.profiles[posterior.best] as Profile;
  const evidence: EvidenceItem[] = [
    { code: 'balance', values: { data_sd: dataSd, log_bayes_factor: posterior.logBayesFactor } },
  ];
  if (lotOver) evidence.push({ code: 'lot', values: { mean: prior.lotMean, sd: prior.lotMeanSd } });
  if (posterior.probabilityDrifted >= 0.5) {
    const { daysPerBlock } = state.prepared.evidence ?? { daysPerBlock: 1 };
    const drift = driftEvidence(components, state.profiles, daysPerBlock);
    if (drift !== undefined) evidence.push(drift);
  }
  return {
    result: {
      ...device.base,
      ...statement,
      indication: 'within_limits',
      recommendation: 'none',
      probabilityDrifted,
      minimumDetectable: minimumDetectable(dataSd, meter.limit),
      ...dataStatement(path, posterior, {
        profiles: state.profiles,
        time: blocksUntilAsOf(state),
        daysPerBlock: state.prepared.evidence?.daysPerBlock ?? 1,
      }),
      commonErrorSd: prior.lotMeanSd,
      ...forecastOf(state, components, meter.limit, device.base.asOfUs),
      evidence,
      history: historyOf(state, path, {
        ...device,
        prior,
        statement,
      }),
    },
    limit: meter.limit,
    dataSd,
    // A lot that is off as a whole is confirmed by all its members; there is no moment to confirm from.
    confirmed:
      lotOver && probabilityDrifted >= LOT_CONFIRMED
        ? true
        : confirmDrift(path, best, prior, probabilityDrifted),
  };
}

/**
 * What is not known of the lot's mean - its members' common level - belongs to each of them. Taken as independent of what the area says
 * of the meter's place in its lot, which errs on the wide side.
 */
function withLot(components: readonly Component[], prior: LotPrior): Component[] {
  const variance = prior.lotMeanSd * prior.lotMeanSd;
  return components.map((part) => ({ ...part, variance: part.variance + variance }));
}

/** Time from the start of the window to as-of; the last block may be shorter than the others. */
function blocksUntilAsOf({ prepared: { evidence } }: AnsweredArea): number {
  return evidence === undefined ? 1 : evidence.days / evidence.daysPerBlock;
}

function forecastOf(
  state: AnsweredArea,
  components: readonly Component[],
  limit: number,
  asOfUs: number,
): Pick<
  DeviceResult,
  'driftPerYear' | 'driftPerYearSe' | 'exitMedianUs' | 'exitEarliestUs' | 'exitLatestUs'
> {
  const { evidence } = state.prepared;
  const forecast = forecastDrift({
    components,
    profiles: state.profiles,
    days: evidence?.days ?? 1,
    daysPerBlock: evidence?.daysPerBlock ?? 1,
    limit,
  });
  const { exitEarliestDays, exitMedianDays, exitLatestDays } = forecast;
  const instant = (days: number): number => asOfUs + days * DAY_US;
  return {
    driftPerYear: forecast.perYear,
    driftPerYearSe: forecast.perYearSd,
    ...(exitMedianDays === undefined ? {} : { exitMedianUs: instant(exitMedianDays) }),
    ...(exitEarliestDays === undefined ? {} : { exitEarliestUs: instant(exitEarliestDays) }),
    ...(exitLatestDays === undefined ? {} : { exitLatestUs: instant(exitLatestDays) }),
  };
}

/** A weekly step before as-of at which the history is stated. */
interface Week {
  /** Blocks up to it. */
  readonly end: number;
  readonly profiles: readonly Profile[];
}

function weeksOf({ prepared, profiles }: AnsweredArea): Week[] {
  const { blocks, daysPerBlock } = prepared.evidence ?? { blocks: 1, daysPerBlock: 1 };
  return weeklyEnds(blocks, daysPerBlock, LEAST_DAYS).map((end) => ({
    end,
    profiles: end === blocks ? profiles : profilesOf(end),
  }));
}

/** The same evidence cut at weekly steps before as-of; the last step is as-of itself, of which `statement` is known. */
function historyOf(
  state: AnsweredArea,
  path: PathEvidence,
  context: {
    readonly weeks: readonly Week[];
    readonly base: { readonly deviceId: string; readonly asOfUs: number };
    readonly prior: LotPrior;
    readonly statement: ErrorStatement;
  },
): HistoryPoint[] {
  const { weeks, base, prior, statement } = context;
  const said = state.history?.get(base.deviceId);
  if (said !== undefined) return [...said, pointOf(statement, base.asOfUs)];
  const { days, daysPerBlock } = state.prepared.evidence ?? { days: 1, daysPerBlock: 1 };
  return weeks.map(({ end, profiles }): HistoryPoint =>
    pointOf(
      end === path.blocks
        ? statement
        : stateInterval(
            withLot(
              componentsAt(
                posteriorOfPath(pathUntil(path, end), profiles, prior).components,
                profiles,
                end,
              ),
              prior,
            ),
          ),
      base.asOfUs - Math.max(0, days - end * daysPerBlock) * DAY_US,
    ),
  );
}

function pointOf(
  { errorEstimate, intervalLow, intervalHigh }: ReturnType<typeof stateInterval>,
  asOfUs: number,
): HistoryPoint {
  return { asOfUs, errorEstimate, intervalLow, intervalHigh };
}

function areaResult(input: FleetInput, prepared: AnsweredArea['prepared']): AreaResult {
  const items: EvidenceItem[] = [...prepared.items];
  const deviceId = (meter: number): string => input.meters[meter]?.deviceId ?? '';
  for (const { meter, beta, since } of prepared.misfiled)
    items.push(
      since === undefined
        ? { code: 'misfiled_meter', values: { device_id: deviceId(meter), beta } }
        : {
            code: 'moved_meter',
            values: { device_id: deviceId(meter), at: instantOf(input, since) },
          },
    );
  for (const { meter, since } of prepared.candidates)
    if (since !== undefined)
      items.push({
        code: 'arrived_meter',
        values: { device_id: deviceId(meter), at: instantOf(input, since) },
      });
  for (const meter of prepared.clockFaults.keys())
    if (prepared.clockFaults.get(meter)?.code !== 'clock_offset')
      items.push({ code: 'shifted_meter', values: { device_id: deviceId(meter) } });
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
