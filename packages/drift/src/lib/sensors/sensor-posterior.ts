import { at, normalCdf } from '@verimeter/statistics';
import { WEEKS_PER_YEAR } from './calendar.ts';
import type { DriftPath } from './drift-paths.ts';
import { DRIFT_PRIOR } from './drift-prior.ts';
import type { Filtered } from './wander-filter.ts';

/** Factors of the network's wander that a single sensor may have. */
export const WANDER_FACTORS: readonly number[] = [0.5, Math.SQRT1_2, 1, Math.SQRT2, 2];
/** Typical sizes of drifts in limits (of a ramp: a year). */
/** Parts of the mixture with less weight are left out; those this far below the largest, as a logarithm, are not formed. */
const LEAST_PART = 1e-6;
const LOG_LEAST = 18;

/** What the data of a stretch say of every path, one filter run per wander factor. */
export interface StretchEvidence {
  readonly weeks: number;
  readonly paths: readonly DriftPath[];
  readonly filtered: readonly Filtered[];
  readonly factors: readonly number[];
  /** Unit of sizes: the limit. */
  readonly sizeUnit: number;
  /** Short wander of the network, of which the steps and slopes of healthy sensors are multiples. */
  readonly wander: number;
  /** Level of the stretch over that of the last 30 days: what an offset of one level adds to e today. */
  readonly levelNow: number;
}

/** e at the end of a week is N(mean, variance) with this weight. */
export interface Part {
  readonly weight: number;
  readonly mean: number;
  readonly variance: number;
  /** Index of the path; -1: healthy. */
  readonly path: number;
  /** Whether it belongs to the drifted component; small paths do not. */
  readonly drifted: boolean;
  /** Size of the drift with its variance. */
  readonly size: number;
  readonly sizeVariance: number;
  /** What a drift of size 1 adds to e at that week, and what of it is lasting: covariance with e is `reach` x variance of the size. */
  readonly reach: number;
}

export interface Posterior {
  readonly probabilityDrifted: number;
  readonly parts: readonly Part[];
}

interface Visited extends Omit<Part, 'weight'> {
  /** Logarithm of the weight, up to a constant. */
  readonly log: number;
}

/** Healthy wander of every factor and every path of drift, with the data up to the end of a week. */
function visitParts(
  { weeks, paths, filtered, factors, sizeUnit, wander, levelNow }: StretchEvidence,
  at_: { readonly week: number; readonly onsetsPerYear: number },
  visit: (part: Visited) => void,
): void {
  const { week, onsetsPerYear } = at_;
  const { sizes, small, excursion, wanderSd } = DRIFT_PRIOR;
  const years = (week + 1) / WEEKS_PER_YEAR;
  const healthyLog = -(onsetsPerYear + small.perYear) * years;
  const components = [
    ...sizes.map((typical) => ({
      typical: { step: typical * sizeUnit, ramp: typical * sizeUnit },
      log: Math.log(onsetsPerYear / sizes.length),
      drifted: true,
      passing: false,
    })),
    {
      typical: { step: small.step * wander, ramp: small.ramp * wander },
      log: Math.log(small.perYear),
      drifted: false,
      passing: false,
    },
    {
      typical: { step: excursion.size * sizeUnit, ramp: 0 },
      log: Math.log(excursion.perYear),
      drifted: false,
      passing: true,
    },
  ];
  let top = -Infinity;
  filtered.forEach((run, f) => {
    const factor = Math.log(at(factors, f)) / wanderSd;
    const own = at(run.logLikelihood, week) - 0.5 * factor * factor;
    const mean = at(run.mean, week);
    const variance = at(run.variance, week);
    top = Math.max(top, own + healthyLog);
    visit({
      log: own + healthyLog,
      mean,
      variance,
      path: -1,
      drifted: false,
      size: 0,
      sizeVariance: 0,
      reach: 0,
    });
    for (let k = 0; k < paths.length; k++) {
      const path = paths[k] as DriftPath;
      if (path.onset > week) continue;
      const place = k * weeks + week;
      const information = at(run.information, place);
      const moment = at(run.moment, place);
      for (const { typical, log: logSize, drifted, passing } of components) {
        const priorVariance = typical[path.kind] ** 2;
        const sizeVariance = 1 / (information + 1 / priorVariance);
        const size = moment * sizeVariance;
        const age = week - path.onset;
        if (passing && (path.kind !== 'step' || age > 26)) continue;
        const log =
          (passing ? -age / excursion.weeks : 0) +
          own +
          logSize +
          path.logPrior +
          0.5 * Math.log(sizeVariance / priorVariance) +
          0.5 * moment * size;
        if (log < top - LOG_LEAST) continue;
        top = Math.max(top, log);
        const reach =
          at(path.byWeek, week) * (path.of === 'gain' ? 1 : levelNow) - at(run.taken, place);
        visit({
          log,
          mean: mean + size * reach,
          variance: variance + reach * reach * sizeVariance,
          path: k,
          drifted,
          size,
          sizeVariance,
          reach,
        });
      }
    }
  });
}

export function posteriorAt(
  evidence: StretchEvidence,
  week: number,
  onsetsPerYear: number,
): Posterior {
  const visited: Visited[] = [];
  let top = -Infinity;
  visitParts(evidence, { week, onsetsPerYear }, (part) => {
    top = Math.max(top, part.log);
    visited.push(part);
  });
  let total = 0;
  for (const { log } of visited) total += Math.exp(log - top);
  let drifted = 0;
  const parts: Part[] = [];
  for (const { log, ...part } of visited) {
    const weight = Math.exp(log - top) / total;
    if (part.drifted) drifted += weight;
    if (weight >= LEAST_PART) parts.push({ ...part, weight });
  }
  return { probabilityDrifted: Math.min(1, drifted), parts };
}

/** Mean and standard deviation of e at the end of a week. */
export function momentsAt(
  evidence: StretchEvidence,
  week: number,
  onsetsPerYear: number,
): { readonly mean: number; readonly sd: number } {
  let [top, total, first, second] = [-Infinity, 0, 0, 0];
  visitParts(evidence, { week, onsetsPerYear }, ({ log, mean, variance }) => {
    if (log > top) {
      const shrunk = Math.exp(top - log);
      total *= shrunk;
      first *= shrunk;
      second *= shrunk;
      top = log;
    }
    const weight = Math.exp(log - top);
    total += weight;
    first += weight * mean;
    second += weight * (mean * mean + variance);
  });
  const mean = first / total;
  return { mean, sd: Math.sqrt(Math.max(0, second / total - mean * mean)) };
}

/** P(abs e > limit). */
export function overLimit(parts: readonly Part[], limit: number): number {
  let sum = 0;
  let total = 0;
  for (const { weight, mean, variance } of parts) {
    const sd = Math.sqrt(variance);
    sum += weight * (normalCdf((mean - limit) / sd) + normalCdf((-limit - mean) / sd));
    total += weight;
  }
  return sum / total;
}

/** sd of e from the data alone, if a drift of unknown size had begun at half time. */
export function dataDeviation(evidence: StretchEvidence, week: number): number {
  const { weeks, paths, filtered, factors } = evidence;
  const run = filtered[factors.indexOf(1)] as Filtered;
  let best = -1;
  paths.forEach((path, k) => {
    const before = paths[best];
    if (path.kind !== 'ramp' || path.of !== 'gain') return;
    if (before === undefined || Math.abs(path.onset - week / 2) < Math.abs(before.onset - week / 2))
      best = k;
  });
  const path = paths[best];
  if (path === undefined) return Infinity;
  const place = best * weeks + week;
  const reach = at(path.byWeek, week) - at(run.taken, place);
  return Math.sqrt(at(run.variance, week) + reach ** 2 / at(run.information, place));
}
