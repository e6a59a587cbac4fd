import { at } from '@verimeter/statistics';
import type { AreaSums } from './area-evidence.ts';
import { type DriftColumns, openPaths, type PathOf, pathsBeside } from './area-paths.ts';
import {
  type ActiveDrift,
  type AreaPosterior,
  factorArea,
  type HealthyPrior,
  type LotShifts,
} from './area-posterior.ts';
import { farEndFactors } from './far-end.ts';
import type { Profile } from './drift-profiles.ts';
import {
  type PathEvidence,
  type PathPosterior,
  posteriorOfPath,
  type TwoGroupPrior,
} from './error-path.ts';

/** A meter enters the set of the drifted above this probability and leaves it below half of it. */
const ENTER = 0.5;
const MAX_PASSES = 24;
/** Rounds over the drifts that are known; most areas need one or two. */
const MAX_SWEEPS = 4;
/** Error of beta that rounding may leave in a meter that is judged, ratio. */
const LARGEST_ROUNDING = 0.01;

export interface JudgedConsumer {
  readonly path: PathEvidence;
  /** Constant level of beta by the data alone, before what is wrong with the meter's share of the loss. */
  readonly level: { readonly mean: number; readonly variance: number };
  readonly posterior: PathPosterior;
}

export interface SearchedArea {
  readonly judged: readonly JudgedConsumer[];
  readonly actives: readonly ActiveDrift[];
  /** The area's model beside these drifts, factorised when it is asked for. */
  readonly posterior: () => AreaPosterior;
}

/**
 * Judges every consumer of an area given that those found drifted have drifted: the most probable one is taken into the
 * model, all are judged again, until nobody enters or leaves. Deterministic; no sampling.
 */
export function searchDrifts(
  evidence: AreaSums,
  profiles: readonly Profile[],
  context: {
    readonly priors: readonly TwoGroupPrior[];
    readonly start: readonly ActiveDrift[];
    /** Inflation of each consumer's variance (sandwich over model). */
    readonly inflation: Float64Array;
    /** Factor on the stated bias of every beta. */
    readonly biasScale: number;
    /** What is not known of the means of the lots. */
    readonly lots?: LotShifts;
  },
): SearchedArea {
  const bias = evidence.design.betaBiasSd.map((sd) => sd * context.biasScale);
  const healthy: HealthyPrior[] = context.priors.map((prior, i) => ({
    mean: prior.lotMean,
    sd: Math.hypot(prior.lotSd, at(bias, i)),
  }));
  const paths = openPaths(evidence, healthy, context.lots);
  const columns: DriftColumns = new Map();
  const farEnd = farEndFactors(paths);
  const found = (
    judged: readonly JudgedConsumer[],
    actives: readonly ActiveDrift[],
  ): SearchedArea => ({
    judged,
    actives,
    // without a drift it is what the paths were told from
    posterior: () =>
      actives.length === 0
        ? { ...paths, actives, lots: context.lots }
        : factorArea(evidence, healthy, actives, context.lots),
  });
  const judge = (i: number, pathOf: PathOf): JudgedConsumer => {
    const bare = deflate(pathOf(i), at(context.inflation, i));
    const level = levelOf(bare);
    const path = withBias(bare, {
      level: at(bias, i),
      wander: at(evidence.design.betaWanderSd, i),
    });
    const prior = context.priors[i] as TwoGroupPrior;
    const own = {
      ...prior,
      drifted: isResolvable(evidence, i) ? prior.drifted : 0,
      healthyFactor: at(farEnd, i),
    };
    return { path, level, posterior: posteriorOfPath(path, profiles, own) };
  };
  const bestBeside = (i: number, actives: readonly ActiveDrift[]): Profile => {
    const { posterior } = judge(i, pathsBeside(paths, actives, columns));
    return profiles[posterior.best] as Profile;
  };
  let actives: readonly ActiveDrift[] = context.start;
  for (let pass = 0; ; pass++) {
    actives = settleProfiles(actives, bestBeside);
    const pathOf = pathsBeside(paths, actives, columns);
    const judged = context.priors.map((_, i) => judge(i, pathOf));
    if (pass === MAX_PASSES) return found(judged, actives);
    const next = actives.filter(
      ({ consumer }) => (judged[consumer]?.posterior.probabilityDrifted ?? 0) > ENTER / 2,
    );
    const enter = mostProbable(judged, next);
    if (enter !== undefined) {
      const profile = profiles[judged[enter]?.posterior.best ?? 0] as Profile;
      next.push({ consumer: enter, profile });
    } else if (next.length === actives.length) return found(judged, actives);
    actives = next;
  }
}

/**
 * The drifts with the profile that describes each best beside the others, one after the other: drifts that look alike - ramps of
 * one season - describe a part of each other, and all of them renewed together swing from too steep to too shallow and back.
 */
function settleProfiles(
  start: readonly ActiveDrift[],
  bestBeside: (consumer: number, actives: readonly ActiveDrift[]) => Profile,
): readonly ActiveDrift[] {
  const settled = [...start];
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let moved = false;
    start.forEach(({ consumer }, k) => {
      const profile = bestBeside(consumer, settled);
      if (profile === settled[k]?.profile) return;
      settled[k] = { consumer, profile };
      moved = true;
    });
    if (!moved) break;
  }
  return settled;
}

/** The consumer that has drifted most probably of those not known to have, if any has rather than not. */
function mostProbable(
  judged: readonly JudgedConsumer[],
  known: readonly ActiveDrift[],
): number | undefined {
  const inside = new Set(known.map(({ consumer }) => consumer));
  let enter: number | undefined;
  let best = 0;
  judged.forEach(({ posterior: { probabilityDrifted, logBayesFactor } }, i) => {
    if (inside.has(i) || probabilityDrifted < ENTER) return;
    if (enter !== undefined && logBayesFactor <= best) return;
    enter = i;
    best = logBayesFactor;
  });
  return enter;
}

/** Whether a meter's load stands out of its register's rounding: a regression on rounding says nothing of the meter. */
export function isResolvable(evidence: AreaSums, consumer: number): boolean {
  return at(evidence.design.betaWanderSd, consumer) <= LARGEST_ROUNDING;
}

/** Integrates out errors of beta itself: one for good, and one of each block; sd of each. Works in place on `path`. */
export function withBias(path: PathEvidence, sd: { level: number; wander: number }): PathEvidence {
  const { blocks, information, moment } = path;
  const row = new Float64Array(blocks);
  /** An error with the precision `total` given all else, whose products with the blocks are `row`, with the balance `shift`. */
  const integrateOut = (total: number, shift: number): void => {
    for (let d = 0; d < blocks; d++) {
      const share = (row[d] as number) / total;
      moment[d] = (moment[d] as number) - share * shift;
      const at0 = d * blocks;
      for (let c = 0; c < blocks; c++)
        information[at0 + c] = (information[at0 + c] as number) - share * (row[c] as number);
    }
  };
  if (sd.level > 0) {
    let total = 1 / (sd.level * sd.level);
    let shift = 0;
    for (let d = 0; d < blocks; d++) {
      let sum = 0;
      for (let c = 0; c < blocks; c++) sum += information[d * blocks + c] as number;
      row[d] = sum;
      total += sum;
      shift += at(moment, d);
    }
    integrateOut(total, shift);
  }
  if (sd.wander > 0)
    for (let d = 0; d < blocks; d++) {
      row.set(information.subarray(d * blocks, (d + 1) * blocks));
      integrateOut(1 / (sd.wander * sd.wander) + at(row, d), at(moment, d));
    }
  return path;
}

export function levelOf({ information, moment }: PathEvidence): { mean: number; variance: number } {
  let total = 0;
  let shift = 0;
  for (const value of information) total += value;
  for (const value of moment) shift += value;
  return total > 0 ? { mean: shift / total, variance: 1 / total } : { mean: 0, variance: 1 };
}

export function deflate(path: PathEvidence, inflation: number): PathEvidence {
  if (inflation <= 1) return path;
  return {
    blocks: path.blocks,
    information: path.information.map((value) => value / inflation),
    moment: path.moment.map((value) => value / inflation),
  };
}
