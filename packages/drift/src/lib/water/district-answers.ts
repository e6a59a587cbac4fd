import { at } from '@verimeter/statistics';
import { confirmDrift } from '../confirmation.ts';
import { dataStatement } from '../data-statement.ts';
import { driftEvidence } from '../drift-evidence.ts';
import { forecastDrift } from '../drift-forecast.ts';
import { profilesOf, type Profile } from '../drift-profiles.ts';
import type { JudgedConsumer } from '../drift-search.ts';
import { type Component, componentsAt, type PathEvidence, posteriorOfPath } from '../error-path.ts';
import type { AreaResult, DeviceResult, EvidenceItem, HistoryPoint } from '../fleet-types.ts';
import {
  type Estimated,
  minimumDetectable,
  stateError,
  stateInterval,
  weeklyEnds,
} from '../health-decision.ts';
import { orRefused } from '../or-refused.ts';
import { pathUntil } from '../path-until.ts';
import type { PreparedDistrict } from './district-analysis.ts';
import type { DistrictEvidence } from './district-evidence.ts';
import { finiteAnswers } from './finite-answers.ts';
import { refusedDistrict } from './prepare-districts.ts';
import { inPhase } from './read-phase.ts';
import { homePrior, lotPriorOf, type WaterLotPrior, type WaterPrior } from './water-prior.ts';
import type { WaterFleetInput } from './water-types.ts';

const DAY_US = 86_400e6;
/** Below this a meter is not judged at all. */
const LEAST_DAYS = 20;
/** A meter that has counted nothing for so long at the end of the window says nothing of its error now. */
const STILL_DAYS = 10;
/** A home whose error the data tell no better than this is not judged: its consumption hardly shows in the balance. */
const LARGEST_SD = 0.3;
/**
 * Water that never turns the meter: a drip, a cistern that does not close. A balance takes it for a leak of the pipes, so that a share of the
 * meters reads less of what passes than any balance says, by so much (decision 0148).
 */
const UNSEEN = { share: 0.025, mean: -0.045, sd: 0.03 } as const;
/** Parts of a mixture with less weight have no such tail of their own. */
const LEAST_TAILED = 0.01;
/** sd over the limit from which on the data say less of a meter than what is known of its lot: its error is not stated. */
const STATED_SD = 0.7;
/** Probability of being beyond the limit from which a member of a lot that is off needs no other confirmation. */
const LOT_CONFIRMED = 0.97;

export interface JudgedDistrict {
  readonly prepared: PreparedDistrict;
  readonly judged: readonly JudgedConsumer[];
}

export interface DistrictAnswers {
  readonly area: AreaResult;
  readonly candidates: readonly number[];
  /** Final answers. */
  readonly fixed: readonly { readonly meter: number; readonly result: DeviceResult }[];
  /** Answers that still depend on the lists of the tenant. */
  readonly estimated: readonly Estimated[];
}

/** What is said of a district and its members; of one whose answer is no number, that it cannot be estimated. */
export function answerOrRefuse(
  fleet: WaterFleetInput,
  state: JudgedDistrict,
  prior: WaterPrior,
): DistrictAnswers {
  const { district } = state.prepared;
  const input = inPhase(fleet, district);
  const answers = orRefused(() => finiteAnswers(answerDistrict(input, state, prior)));
  if (!('refused' in answers)) return answers;
  const prepared = refusedDistrict(district, answers);
  return answerDistrict(input, { prepared, judged: [] }, prior);
}

function answerDistrict(
  input: WaterFleetInput,
  state: JudgedDistrict,
  prior: WaterPrior,
): DistrictAnswers {
  const { prepared } = state;
  const { district, evidence } = prepared;
  const fixed: { meter: number; result: DeviceResult }[] = [];
  const estimated: Estimated[] = [];
  const position = new Map(evidence?.design.intervals.consumers.map(({ meter }, i) => [meter, i]));
  const misfiled = new Map(prepared.misfiled.map((found) => [found.meter, found]));
  for (const { meter, role, fromUs, toUs } of district.members) {
    const series = input.meters[meter];
    if (series === undefined || (role === 'consumer' && toUs <= district.asOfUs)) continue;
    const days = evidenceDays(input, meter, { fromUs, asOfUs: district.asOfUs });
    const base: Base = {
      deviceId: series.deviceId,
      groupId: district.groupId,
      groupStatus: prepared.status,
      asOfUs: district.asOfUs,
      evidenceDays: days,
      history: [],
    };
    const answer = (
      indication: DeviceResult['indication'],
      recommendation: DeviceResult['recommendation'] = 'none',
      items: readonly EvidenceItem[] = [],
      more: Partial<DeviceResult> = {},
    ): void => {
      fixed.push({
        meter,
        result: { ...base, indication, recommendation, evidence: items, ...more },
      });
    };
    const notHere = misfiled.get(meter);
    const minutes = prepared.clockFaults.get(meter);
    const i = position.get(meter);
    if (role !== 'consumer') answer('no_reference');
    else if (notHere !== undefined)
      answer('not_in_group', 'inspect', [
        { code: 'not_in_inflow', values: { beta: notHere.beta } },
      ]);
    else if (series.reads === undefined || prepared.tooShort) answer('insufficient_data');
    else if (evidence === undefined) answer('group_inconsistent');
    else if (i === undefined)
      answer('insufficient_data', 'none', [
        { code: 'left_out', values: { device_id: series.deviceId } },
      ]);
    else if (days < LEAST_DAYS) answer('insufficient_data');
    else if (minutes !== undefined)
      answer('clock_fault', 'inspect', [{ code: 'read_apart', values: { minutes } }]);
    else {
      const judged = state.judged[i] as JudgedConsumer;
      const sd = levelSd(judged.path);
      if (sd > LARGEST_SD || isStill(evidence, i))
        answer(
          'not_resolvable',
          'none',
          [{ code: 'small_flow', values: { litres_per_day: dailyLitres(evidence, i) } }],
          { minimumDetectable: minimumDetectable(Math.min(1, sd), series.limit) },
        );
      else {
        const lot = homePrior(lotPriorOf(prior, series.lot), at(evidence.design.lowFlowShare, i));
        estimated.push(estimate({ evidence, judged, base, lot, limits: series, i }));
      }
    }
  }
  return {
    area: areaResult(input, prepared),
    candidates: prepared.candidates.map(({ meter }) => meter),
    fixed,
    estimated,
  };
}

type Base = Pick<
  DeviceResult,
  'deviceId' | 'groupId' | 'groupStatus' | 'asOfUs' | 'evidenceDays' | 'history'
>;

/** Days between its first and last counted reading. */
export function evidenceDays(
  { grid, meters }: Pick<WaterFleetInput, 'grid' | 'meters'>,
  meter: number,
  { fromUs, asOfUs }: { readonly fromUs: number; readonly asOfUs: number },
): number {
  const series = meters[meter];
  if (series === undefined) return 0;
  const since = Math.max(fromUs, series.validFromUs ?? -Infinity);
  let first = NaN;
  let last = NaN;
  for (let k = 0; k < series.register.length; k++) {
    const us = grid.startUs + k * grid.stepUs;
    if (us < since || us > asOfUs || !Number.isFinite(series.register[k])) continue;
    if (Number.isNaN(first)) first = us;
    last = us;
  }
  return Number.isNaN(first) ? 0 : (last - first) / DAY_US;
}

/** sd of a constant beta from the data alone, at most 1. */
function levelSd(path: PathEvidence): number {
  let information = 0;
  for (const value of path.information) information += value;
  return information > 0 ? Math.min(1, 1 / Math.sqrt(information)) : 1;
}

function isStill({ design }: DistrictEvidence, i: number): boolean {
  const flow = design.district.flows[i] as Float64Array;
  const { day, days, count } = design.intervals;
  const quantum = at(design.district.quanta, i);
  let volume = 0;
  for (let t = count - 1; t >= 0 && at(day, t) >= days - STILL_DAYS; t--) volume += at(flow, t);
  return volume <= Math.max(quantum, 1);
}

function dailyLitres({ design }: DistrictEvidence, i: number): number {
  const flow = design.district.flows[i] as Float64Array;
  const hours = design.intervals.hours.reduce((sum, value) => sum + value, 0);
  return (24 * flow.reduce((sum, value) => sum + value, 0)) / hours;
}

function estimate(of: {
  readonly evidence: DistrictEvidence;
  readonly judged: JudgedConsumer;
  readonly base: Base;
  readonly lot: WaterLotPrior;
  readonly limits: { readonly limit: number; readonly inServiceLimit: number };
  readonly i: number;
}): Estimated {
  const { evidence, judged, base, lot, limits, i } = of;
  const { path, posterior } = judged;
  const { blocks, days, daysPerBlock } = evidence;
  const profiles = profilesOf(blocks);
  const components = withUnknown(posterior.components, lot);
  const statement = stateError(
    componentsAt(components, profiles, days / daysPerBlock),
    limits.limit,
    limits.inServiceLimit,
  );
  // where the lot's own mean is beyond the limit, drifting together is no excuse (CONTRACTS.md 3)
  const lotOver = Math.abs(lot.lotMean) - 1.645 * lot.lotMeanSd > limits.limit;
  const probabilityDrifted = lotOver
    ? statement.probabilityOverLimit
    : posterior.probabilityDrifted;
  const dataSd = levelSd(path);
  const items: EvidenceItem[] = [
    {
      code: 'water_balance',
      values: {
        data_sd: dataSd,
        log_bayes_factor: posterior.logBayesFactor,
        litres_per_day: dailyLitres(evidence, i),
      },
    },
  ];
  if (lotOver) items.push({ code: 'lot', values: { mean: lot.lotMean, sd: lot.lotMeanSd } });
  if (posterior.probabilityDrifted >= 0.5) {
    const drift = driftEvidence(components, profiles, daysPerBlock);
    if (drift !== undefined) items.push(drift);
  }
  const forecast = forecastDrift({
    components,
    profiles,
    days,
    daysPerBlock,
    limit: limits.limit,
  });
  const instant = (after: number): number => base.asOfUs + after * DAY_US;
  const isStated = dataSd <= STATED_SD * limits.limit || probabilityDrifted >= 0.5;
  const common = {
    ...base,
    indication: 'within_limits',
    recommendation: 'none',
    probabilityDrifted,
    minimumDetectable: minimumDetectable(dataSd, limits.limit),
    evidence: items,
  } as const;
  if (!isStated) return { result: common, limit: limits.limit, dataSd, confirmed: false };
  return {
    result: {
      ...common,
      ...statement,
      ...dataStatement(path, posterior, { profiles, time: days / daysPerBlock, daysPerBlock }),
      commonErrorSd: lot.lotMeanSd,
      meanLoad: dailyLitres(evidence, i),
      driftPerYear: forecast.perYear,
      driftPerYearSe: forecast.perYearSd,
      ...(forecast.exitMedianDays === undefined
        ? {}
        : { exitMedianUs: instant(forecast.exitMedianDays) }),
      ...(forecast.exitEarliestDays === undefined
        ? {}
        : { exitEarliestUs: instant(forecast.exitEarliestDays) }),
      ...(forecast.exitLatestDays === undefined
        ? {}
        : { exitLatestUs: instant(forecast.exitLatestDays) }),
      history: historyOf(evidence, judged, { base, lot, statement }),
    },
    limit: limits.limit,
    dataSd,
    confirmed:
      lotOver && probabilityDrifted >= LOT_CONFIRMED
        ? true
        : confirmDrift(path, profiles[posterior.best] as Profile, lot, probabilityDrifted),
  };
}

/** What is not known of the lot's mean belongs to each of its members, and what no balance sees to each meter. */
function withUnknown(components: readonly Component[], { lotMeanSd }: WaterLotPrior): Component[] {
  const out: Component[] = [];
  for (const part of components) {
    const variance = part.variance + lotMeanSd * lotMeanSd;
    if (part.weight < LEAST_TAILED) {
      out.push({ ...part, variance });
      continue;
    }
    out.push(
      { ...part, variance, weight: part.weight * (1 - UNSEEN.share) },
      {
        ...part,
        weight: part.weight * UNSEEN.share,
        mean: part.mean + UNSEEN.mean,
        variance: variance + UNSEEN.sd ** 2,
      },
    );
  }
  return out;
}

/** The same evidence cut at weekly steps before as-of; the last step is as-of itself. */
function historyOf(
  { blocks, days, daysPerBlock }: DistrictEvidence,
  { path }: JudgedConsumer,
  said: {
    readonly base: Base;
    readonly lot: WaterLotPrior;
    readonly statement: ReturnType<typeof stateInterval>;
  },
): HistoryPoint[] {
  return weeklyEnds(blocks, daysPerBlock, LEAST_DAYS).map((end): HistoryPoint => {
    const profiles = profilesOf(end);
    const { errorEstimate, intervalLow, intervalHigh } =
      end === blocks
        ? said.statement
        : stateInterval(
            withUnknown(
              componentsAt(
                posteriorOfPath(pathUntil(path, end), profiles, said.lot).components,
                profiles,
                end,
              ),
              said.lot,
            ),
          );
    const asOfUs = said.base.asOfUs - Math.max(0, days - end * daysPerBlock) * DAY_US;
    return { asOfUs, errorEstimate, intervalLow, intervalHigh };
  });
}

function areaResult(input: WaterFleetInput, prepared: PreparedDistrict): AreaResult {
  const deviceId = (meter: number): string => input.meters[meter]?.deviceId ?? '';
  return {
    groupId: prepared.district.groupId,
    asOfUs: prepared.district.asOfUs,
    status: prepared.status,
    candidates: prepared.candidates.map(({ meter, correlation }) => ({
      deviceId: deviceId(meter),
      correlation,
    })),
    evidence: [
      ...prepared.items,
      ...prepared.misfiled.map(({ meter, beta }): EvidenceItem => ({
        code: 'misfiled_water_meter',
        values: { device_id: deviceId(meter), beta },
      })),
    ],
  };
}
