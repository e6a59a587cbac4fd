import { at } from '@verimeter/statistics';
import type { AreaEvidence } from './area-evidence.ts';
import {
  type ActiveDrift,
  type AreaPosterior,
  factorArea,
  type HealthyPrior,
  type LotShifts,
  pathEvidence,
} from './area-posterior.ts';
import {
  type PathEvidence,
  type PathPosterior,
  posteriorOfPath,
  type Profile,
  type TwoGroupPrior,
} from './error-path.ts';

/** A meter enters the set of the drifted above this probability and leaves it below half of it. */
const ENTER = 0.5;
const MAX_PASSES = 24;
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
  /** The area's model beside these drifts. */
  readonly posterior: AreaPosterior;
}

/**
 * Judges every consumer of an area given that those found drifted have drifted: the most probable one is taken into the
 * model, all are judged again, until nobody enters or leaves. Deterministic; no sampling.
 */
export function searchDrifts(
  evidence: AreaEvidence,
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
  let actives: readonly ActiveDrift[] = context.start;
  for (let pass = 0; ; pass++) {
    const posterior = factorArea(evidence, healthy, actives, context.lots);
    const judged = context.priors.map((prior, i): JudgedConsumer => {
      const bare = deflate(pathEvidence(posterior, i), at(context.inflation, i));
      const path = withBias(bare, {
        level: at(bias, i),
        wander: at(evidence.design.betaWanderSd, i),
      });
      const own = isResolvable(evidence, i) ? prior : { ...prior, drifted: 0 };
      return { path, level: levelOf(bare), posterior: posteriorOfPath(path, profiles, own) };
    });
    if (pass === MAX_PASSES) return { judged, actives, posterior };
    const next = actives
      .filter((active) => (judged[active.consumer]?.posterior.probabilityDrifted ?? 0) > ENTER / 2)
      .map((active) => ({
        consumer: active.consumer,
        profile: profiles[judged[active.consumer]?.posterior.best ?? 0] as Profile,
      }));
    let changed = next.length !== actives.length;
    next.forEach((active, k) => {
      if (active.profile !== actives[k]?.profile) changed = true;
    });
    const inside = new Set(next.map((active) => active.consumer));
    let enter = -1;
    let best = 0;
    judged.forEach((consumer, i) => {
      const { probabilityDrifted, logBayesFactor } = consumer.posterior;
      if (inside.has(i) || probabilityDrifted < ENTER) return;
      if (enter < 0 || logBayesFactor > best) {
        enter = i;
        best = logBayesFactor;
      }
    });
    if (enter >= 0) {
      const profile = profiles[judged[enter]?.posterior.best ?? 0] as Profile;
      next.push({ consumer: enter, profile });
      changed = true;
    }
    if (!changed) return { judged, actives, posterior };
    actives = next;
  }
}

/** Whether a meter's load stands out of its register's rounding: a regression on rounding says nothing of the meter. */
export function isResolvable(evidence: AreaEvidence, consumer: number): boolean {
  return at(evidence.design.betaWanderSd, consumer) <= LARGEST_ROUNDING;
}

/** Integrates out errors of beta itself: one for good, and one of each block; sd of each. */
function withBias(path: PathEvidence, sd: { level: number; wander: number }): PathEvidence {
  const { blocks } = path;
  const information = Float64Array.from(path.information);
  const moment = Float64Array.from(path.moment);
  const integrateOut = (direction: Float64Array, deviation: number): void => {
    const rows = new Float64Array(blocks);
    let total = 1 / (deviation * deviation);
    let shift = 0;
    for (let d = 0; d < blocks; d++) {
      for (let c = 0; c < blocks; c++)
        rows[d] = at(rows, d) + at(information, d * blocks + c) * at(direction, c);
      total += at(direction, d) * at(rows, d);
      shift += at(direction, d) * at(moment, d);
    }
    for (let d = 0; d < blocks; d++) {
      moment[d] = at(moment, d) - (at(rows, d) * shift) / total;
      for (let c = 0; c < blocks; c++)
        information[d * blocks + c] =
          at(information, d * blocks + c) - (at(rows, d) * at(rows, c)) / total;
    }
  };
  if (sd.level > 0) integrateOut(new Float64Array(blocks).fill(1), sd.level);
  if (sd.wander > 0)
    for (let d = 0; d < blocks; d++) {
      const unit = new Float64Array(blocks);
      unit[d] = 1;
      integrateOut(unit, sd.wander);
    }
  return { blocks, information, moment };
}

function levelOf({ information, moment }: PathEvidence): { mean: number; variance: number } {
  let total = 0;
  let shift = 0;
  for (const value of information) total += value;
  for (const value of moment) shift += value;
  return total > 0 ? { mean: shift / total, variance: 1 / total } : { mean: 0, variance: 1 };
}

function deflate(path: PathEvidence, inflation: number): PathEvidence {
  if (inflation <= 1) return path;
  return {
    blocks: path.blocks,
    information: path.information.map((value) => value / inflation),
    moment: path.moment.map((value) => value / inflation),
  };
}
