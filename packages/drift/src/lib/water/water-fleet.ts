import { at } from '@verimeter/statistics';
import type { DeviceResult, FleetInput } from '../fleet-types.ts';
import type { ActiveDrift } from '../area-posterior.ts';
import { profilesOf } from '../drift-profiles.ts';
import type { JudgedConsumer } from '../drift-search.ts';
import type { Estimated } from '../health-decision.ts';
import { varianceInflations } from '../sandwich.ts';
import { orRefused } from '../or-refused.ts';
import { tenantLists } from '../tenant-lists.ts';
import { answerOrRefuse, type DistrictAnswers, evidenceDays } from './district-answers.ts';
import { judgeDistrict } from './district-judgement.ts';
import { asFleet } from './fleet-view.ts';
import { prepareDistricts, refusedDistrict } from './prepare-districts.ts';
import {
  FIRST_WATER,
  homePrior,
  type JudgedWaterMeter,
  learnWater,
  levelSdOf,
  lotPriorOf,
} from './water-prior.ts';
import {
  concludeWater,
  listedWaterMeters,
  type SaidOfWaterMeter,
  type WaterAnswers,
} from './conclude-water.ts';
import type { WaterFleetInput, WaterFleetResult, WaterMeterSeries } from './water-types.ts';

/** Names the estimator and its constants; changes whenever a result may change. */
export const WATER_MODEL_VERSION = 'water-3';

/** Rounds of learning the fleet's prior from its meters and judging the meters with it. */
const EM_ROUNDS = 4;
/**
 * Squares that the district's own ratio of empirical to model variance counts as beside the some eighteen of a single home: what the noise model
 * misses is common to its homes, and chance alone must not widen every third of them.
 */
const DISTRICT_WEIGHT = 40;

/** What balances alone say of every water meter, where the tenant has no other devices. */
export function analyzeWaterFleet(input: WaterFleetInput): WaterFleetResult {
  const answers = answerWaterFleet(input);
  return concludeWater(answers, tenantLists(listedWaterMeters(answers)));
}

/** What balances say of every water meter of the tenant and every district. Deterministic; no clock. */
export function answerWaterFleet(fleet: WaterFleetInput): WaterAnswers {
  const input = withoutComing(fleet);
  const view = asFleet(input);
  const states = prepareDistricts(input, view).map((prepared) => ({
    prepared,
    judged: [] as readonly JudgedConsumer[],
    actives: [] as readonly ActiveDrift[],
    inflation: new Float64Array() as Float64Array,
  }));
  let prior = FIRST_WATER;
  for (let round = 0; round < EM_ROUNDS; round++) {
    const learned: JudgedWaterMeter[] = [];
    const levels = new Map<string, number>();
    for (const state of states) {
      const { evidence, district, candidates } = state.prepared;
      if (evidence === undefined) continue;
      const { consumers } = evidence.design.intervals;
      if (state.inflation.length === 0)
        state.inflation = new Float64Array(consumers.length).fill(1);
      const lots = consumers.map(({ meter }) => input.meters[meter]?.lot ?? '');
      const { inflation, actives } = state;
      const priors = lots.map((lot, i) =>
        homePrior(lotPriorOf(prior, lot), at(evidence.design.lowFlowShare, i)),
      );
      const found = orRefused(() => judgeDistrict(evidence, priors, inflation, actives));
      if ('refused' in found) {
        state.prepared = refusedDistrict(district, found, state.prepared);
        continue;
      }
      state.judged = found.judged;
      state.actives = found.actives;
      if (round === 0)
        state.inflation = varianceInflations(
          state.judged,
          profilesOf(evidence.blocks),
          DISTRICT_WEIGHT,
        );
      levels.set(district.groupId, levelSdOf(evidence.design.supplySd, evidence.design.lossShare));
      const joined = new Set(candidates.map(({ meter }) => meter));
      state.judged.forEach(({ level, posterior }, i) => {
        if (joined.has(consumers[i]?.meter ?? -1)) return;
        learned.push({
          lot: lots[i] as string,
          district: district.groupId,
          healthy: 1 - posterior.probabilityDrifted,
          mean: level.mean + at(evidence.design.lowFlowShare, i),
          variance: level.variance + at(evidence.design.betaBiasSd, i) ** 2,
          bayesFactors: posterior.bayesFactors,
        });
      });
    }
    if (round < EM_ROUNDS - 1) prior = learnWater(learned, levels);
  }
  return answersOf(
    input,
    view,
    states.map((state) => answerOrRefuse(input, state, prior)),
  );
}

/** The lists as they were at as-of: who became a member after it was none, and its readings are no gaps of the district. */
function withoutComing(input: WaterFleetInput): WaterFleetInput {
  return {
    ...input,
    districts: input.districts.map((district) => ({
      ...district,
      members: district.members.filter(({ fromUs }) => fromUs <= district.asOfUs),
    })),
  };
}

/** Of all meters, also of those that no district answers for. */
function answersOf(
  input: WaterFleetInput,
  view: FleetInput,
  answers: readonly DistrictAnswers[],
): WaterAnswers {
  const fixed = new Map<number, DeviceResult>();
  for (const { meter, result } of answers.flatMap((answer) => answer.fixed)) {
    const before = fixed.get(meter);
    // a meter in two districts: the more urgent answer stands
    if (before === undefined || before.recommendation === 'none') fixed.set(meter, result);
  }
  const candidates = new Set(answers.flatMap((answer) => answer.candidates));
  const estimated = new Map<string, Estimated>();
  for (const found of answers.flatMap((answer) => answer.estimated))
    if (!estimated.has(found.result.deviceId)) estimated.set(found.result.deviceId, found);
  const said = input.meters.map((meter, index): SaidOfWaterMeter => {
    const own = fixed.get(index);
    const found = estimated.get(meter.deviceId);
    if (own !== undefined && own.recommendation !== 'none') return { fixed: own };
    if (found !== undefined) return { estimated: found };
    return { fixed: own ?? outside(view, meter, candidates.has(index)) };
  });
  return { said, areas: answers.map((answer) => answer.area) };
}

/** What is said of a meter in no district, at its own as-of. */
function outside(
  { grid }: FleetInput,
  meter: WaterMeterSeries,
  isCandidate: boolean,
): DeviceResult {
  const startUs = grid.startUs + (meter.phaseUs ?? 0);
  const asOfUs = meter.asOfUs ?? startUs + (grid.count - 1) * grid.stepUs;
  return {
    deviceId: meter.deviceId,
    asOfUs,
    indication: 'no_reference',
    recommendation: isCandidate ? 'inspect' : 'none',
    evidenceDays: evidenceDays({ grid: { ...grid, startUs }, meters: [meter] }, 0, {
      fromUs: -Infinity,
      asOfUs,
    }),
    evidence: isCandidate ? [{ code: 'fed_from_district', values: {} }] : [],
    history: [],
  };
}
