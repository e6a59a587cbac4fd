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
const LOG_LEAST = 14;
/** Variance of a drift's size over that of the model: places stray for seasons in ways that no stationary wander has. */
const SIZE_INFLATION = 2.5;
const LOG_HALF = Math.log(0.5);
/** After so many weeks no excursion is left. */
const MOST_EXCURSION_WEEKS = 26;

/** What the data of a stretch say of every path, one filter run per wander factor. */
export interface StretchEvidence {
  readonly weeks: number;
  readonly paths: readonly DriftPath[];
  readonly filtered: readonly Filtered[];
  readonly factors: readonly number[];
  /** The first element beside the second of the same device, where there is one: what they have in common is not seen. */
  readonly pair?: Filtered;
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
  /** That it belongs to the drifted component and not to the healthy ones, however far its drift has come. */
  readonly probabilityBegun: number;
  /** That a drift has come so far that somebody has to know of it. */
  readonly probabilityDrifted: number;
  readonly parts: readonly Part[];
}

/** One part with the logarithm of its weight, up to a constant; numbers, since millions of them pass. */
type Visit = (
  log: number,
  mean: number,
  variance: number,
  path: number,
  drifted: boolean,
  size: number,
  sizeVariance: number,
  reach: number,
) => void;

interface At {
  readonly week: number;
  readonly onsetsPerYear: number;
  /** Indices of the wander factors; all by default. */
  readonly only?: number;
}

/** Healthy wander of every factor and every path of drift, with the data up to the end of a week. */
function visitParts(evidence: StretchEvidence, look: At, visit: Visit): void {
  const { weeks, paths, filtered, factors, levelNow, pair } = evidence;
  const { week, onsetsPerYear } = look;
  const { small, excursion, wanderSd } = DRIFT_PRIOR;
  const years = (week + 1) / WEEKS_PER_YEAR;
  const healthyLog = -(onsetsPerYear + small.perYear) * years;
  const components = componentsOf(evidence, onsetsPerYear);
  const otherElement = pair === undefined ? 0 : otherElementDrifts(evidence, pair, look);
  let top = -Infinity;
  for (let f = 0; f < filtered.length; f++) {
    if (look.only !== undefined && f !== look.only) continue;
    const run = filtered[f] as Filtered;
    const factor = Math.log(at(factors, f)) / wanderSd;
    const own = at(run.logLikelihood, week) - 0.5 * factor * factor;
    const mean = at(run.mean, week);
    const variance = at(run.variance, week);
    top = Math.max(top, own + healthyLog + otherElement);
    visit(own + healthyLog + otherElement, mean, variance, -1, false, 0, 0, 0);
    for (let k = 0; k < paths.length; k++) {
      const path = paths[k] as DriftPath;
      const age = week - path.onset;
      if (age < 0) continue;
      const place = k * weeks + week;
      const scale = path.of === 'gain' ? 1 : levelNow;
      const reach = (path.byWeek[week] as number) * scale - (run.taken[place] as number);
      const step = path.kind === 'step';
      const addSizes = (prior: number, information: number, moment: number): void => {
        // no size of drift explains more than the best one
        const most = prior + (information > 0 ? (0.5 * moment * moment) / information : 0);
        for (let c = 0; c < components.length; c++) {
          const part = components[c] as SizeComponent;
          if (part.passing && (!step || age > MOST_EXCURSION_WEEKS)) continue;
          if (most + part.log < top - LOG_LEAST) continue;
          const priorVariance = step ? part.step : part.ramp;
          const shrunk = 1 + information * priorVariance;
          const sizeVariance = priorVariance / shrunk;
          const size = moment * sizeVariance;
          const log =
            (part.passing ? -age / excursion.weeks : 0) +
            prior +
            part.log -
            0.5 * Math.log(shrunk) +
            0.5 * moment * size;
          if (log < top - LOG_LEAST) continue;
          top = Math.max(top, log);
          visit(
            log,
            mean + size * reach,
            variance + reach * reach * sizeVariance * SIZE_INFLATION,
            k,
            part.drifted,
            size,
            sizeVariance,
            reach,
          );
        }
      };
      const information = run.information[place] as number;
      const moment = run.moment[place] as number;
      const prior = own + path.logPrior;
      if (pair === undefined || path.of !== 'gain') {
        addSizes(prior + otherElement, information, moment);
        continue;
      }
      // both elements drift alike, or the first one alone and the pair sees it too
      addSizes(prior + otherElement + LOG_HALF, information, moment);
      addSizes(
        prior + LOG_HALF,
        information + (pair.information[place] as number),
        moment + (pair.moment[place] as number),
      );
    }
  }
}

/** Logarithm of what a drift of the second element alone adds to the likelihood of everything in which the pair is not the first one's. */
function otherElementDrifts(
  { paths, weeks, sizeUnit }: StretchEvidence,
  pair: Filtered,
  { week, onsetsPerYear }: At,
): number {
  const variance = sizeUnit * sizeUnit;
  let sum = 1;
  for (let k = 0; k < paths.length; k++) {
    const path = paths[k] as DriftPath;
    if (path.of !== 'gain' || path.onset > week) continue;
    const place = k * weeks + week;
    const shrunk = 1 + at(pair.information, place) * variance;
    const moment = at(pair.moment, place);
    const log = (0.5 * moment * moment * variance) / shrunk - 0.5 * Math.log(shrunk);
    sum += onsetsPerYear * Math.exp(Math.min(600, path.logPrior + log));
  }
  return Math.log(sum);
}

/** Sizes of one kind: variances of steps and of ramps, and the logarithm of how often they begin. */
interface SizeComponent {
  readonly step: number;
  readonly ramp: number;
  readonly log: number;
  readonly drifted: boolean;
  /** Whether it passes again within weeks. */
  readonly passing: boolean;
}

function componentsOf(
  { sizeUnit, wander }: StretchEvidence,
  onsetsPerYear: number,
): readonly SizeComponent[] {
  const { sizes, small, excursion } = DRIFT_PRIOR;
  return [
    ...sizes.map((typical) => ({
      step: (typical * sizeUnit) ** 2,
      ramp: (typical * sizeUnit) ** 2,
      log: Math.log(onsetsPerYear / sizes.length),
      drifted: true,
      passing: false,
    })),
    {
      step: Math.max(small.step * wander, small.leastStep * sizeUnit) ** 2,
      ramp: Math.max(small.ramp * wander, small.leastRamp * sizeUnit) ** 2,
      log: Math.log(small.perYear),
      drifted: false,
      passing: false,
    },
    {
      step: Math.max(excursion.size * wander, excursion.least * sizeUnit) ** 2,
      ramp: 0,
      log: Math.log(excursion.perYear),
      drifted: false,
      passing: true,
    },
  ];
}

export function posteriorAt(
  evidence: StretchEvidence,
  week: number,
  onsetsPerYear: number,
): Posterior {
  const logs: number[] = [];
  const visited: Omit<Part, 'weight'>[] = [];
  let top = -Infinity;
  visitParts(
    evidence,
    { week, onsetsPerYear },
    (log, mean, variance, path, drifted, size, sizeVariance, reach) => {
      top = Math.max(top, log);
      logs.push(log);
      visited.push({ mean, variance, path, drifted, size, sizeVariance, reach });
    },
  );
  let total = 0;
  for (const log of logs) total += Math.exp(log - top);
  let drifted = 0;
  let begun = 0;
  const least = DRIFT_PRIOR.leastDrift * evidence.sizeUnit;
  const parts: Part[] = [];
  visited.forEach((part, i) => {
    const weight = Math.exp(at(logs, i) - top) / total;
    if (part.drifted) {
      begun += weight;
      drifted += weight * shareBeyond(evidence, part, week, least);
    }
    if (weight >= LEAST_PART) parts.push({ ...part, weight });
  });
  return { probabilityDrifted: Math.min(1, drifted), probabilityBegun: Math.min(1, begun), parts };
}

/** Probability that a drift of this path has come farther than `least` by the end of a week. */
function shareBeyond(
  { paths, levelNow }: StretchEvidence,
  { path: index, size, sizeVariance }: Omit<Part, 'weight'>,
  week: number,
  least: number,
): number {
  const path = paths[index] as DriftPath;
  const grown = Math.abs(at(path.byWeek, week) * (path.of === 'gain' ? 1 : levelNow));
  if (!(grown > 0)) return 0;
  const sd = grown * Math.sqrt(sizeVariance);
  const mean = grown * size;
  return normalCdf((mean - least) / sd) + normalCdf((-least - mean) / sd);
}

/** Mean and standard deviation of e at the end of a week; `only`: with one wander factor. */
export function momentsAt(
  evidence: StretchEvidence,
  week: number,
  onsetsPerYear: number,
  only?: number,
): { readonly mean: number; readonly sd: number } {
  let [top, total, first, second] = [-Infinity, 0, 0, 0];
  visitParts(
    evidence,
    { week, onsetsPerYear, ...(only === undefined ? {} : { only }) },
    (log, mean, variance) => {
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
    },
  );
  const mean = first / total;
  return { mean, sd: Math.sqrt(Math.max(0, second / total - mean * mean)) };
}

/** Index of the wander factor under which all data of the stretch are likeliest. */
export function likeliestFactor({ filtered, weeks }: StretchEvidence): number {
  let best = 0;
  filtered.forEach((run, f) => {
    const likeliest = filtered[best] as Filtered;
    if (at(run.logLikelihood, weeks - 1) > at(likeliest.logLikelihood, weeks - 1)) best = f;
  });
  return best;
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
