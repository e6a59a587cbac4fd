import { at } from '@verimeter/statistics';

/**
 * Whether members beyond the limit are rather the small or the large customers: the odds of being beyond it are exp(-slope z) of what they
 * are for a member of mean size, z the log of the size in standard deviations (docs/lots.md). Which members are estimated, and how
 * well, hangs on their size.
 */
export interface SizeTilt {
  readonly slope: number;
  /** Logit of the share of a member of mean size. */
  readonly level: number;
}

export interface WeighedTilt extends SizeTilt {
  /** Posterior probability given the composition. */
  readonly weight: number;
}

/** Sizes z of all members of a lot in classes. */
export interface SizeClasses {
  readonly places: Float64Array;
  readonly counts: Float64Array;
}

/** What the members that the lot is learned from say: z of each, and how likely it belongs to a part beyond the limit, by the composition alone. */
export interface SizeEvidence {
  readonly sizes: Float64Array;
  readonly beyond: Float64Array;
}

/** Before any data: sd of the slope per standard deviation of the log of the size: odds times 1.65. */
const SLOPE_SD = 0.5;
const COARSE_STEP = 0.4;
const COARSE_STEPS = 6;
/** Over the standard deviation of the slope. */
const FINE_STEP = 0.8;
const FINE_STEPS = 4;
const LEAST_WEIGHT = 0.01;
const CLASS = 0.125;

export function sizeClasses(sizes: readonly number[]): SizeClasses {
  const counts = new Map<number, number>();
  for (const z of sizes) {
    const place = CLASS * Math.round(z / CLASS);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const sorted = [...counts].toSorted(([a], [b]) => a - b);
  return {
    places: Float64Array.from(sorted, ([place]) => place),
    counts: Float64Array.from(sorted, ([, count]) => count),
  };
}

/** The tilt with this slope under which the members of a lot have this share on average. */
export function tiltOf({ places, counts }: SizeClasses, slope: number, share: number): SizeTilt {
  let level = logit(share);
  if (slope === 0) return { slope, level };
  const size = counts.reduce((sum, count) => sum + count, 0);
  for (let turn = 0; turn < 20; turn++) {
    let sum = 0;
    let rise = 0;
    for (let c = 0; c < places.length; c++) {
      const own = expit(level - slope * at(places, c));
      sum += at(counts, c) * own;
      rise += at(counts, c) * own * (1 - own);
    }
    const step = (sum - share * size) / rise;
    level -= Math.min(1, Math.max(-1, step));
    if (Math.abs(step) < 1e-9) break;
  }
  return { slope, level };
}

/** Factors on the parts of a member's mixture, on what of them lies beyond the limit and within it. They leave a sum over the parts at 1. */
export function tiltFactors(
  tilt: SizeTilt,
  z: number,
  share: number,
): { readonly beyond: number; readonly within: number } {
  if (tilt.slope === 0) return { beyond: 1, within: 1 };
  const own = expit(tilt.level - tilt.slope * z);
  return { beyond: own / share, within: (1 - own) / (1 - share) };
}

/** Slopes with their posterior probabilities for a composition with this share, and the log of its likelihood over all of them. */
export function weighTilts(
  classes: SizeClasses,
  evidence: SizeEvidence,
  share: number,
): { readonly tilts: readonly WeighedTilt[]; readonly logEvidence: number } {
  const logAt = (tilt: SizeTilt): number =>
    -0.5 * (tilt.slope / SLOPE_SD) ** 2 + logLikelihoodOf(tilt, evidence, share);
  const nodes = (centre: number, step: number, steps: number) =>
    Array.from({ length: 2 * steps + 1 }, (_, k) => {
      const tilt = tiltOf(classes, centre + (k - steps) * step, share);
      return { tilt, log: logAt(tilt) };
    });
  const coarse = nodes(0, COARSE_STEP, COARSE_STEPS);
  const { centre, sd } = peakOf(coarse.map(({ log }) => log));
  const step = Math.min(COARSE_STEP, FINE_STEP * sd);
  const found = nodes(centre, step, FINE_STEPS);
  const top = Math.max(...found.map(({ log }) => log));
  const weights = found.map(({ log }) => Math.exp(log - top));
  const total = weights.reduce((sum, weight) => (weight > LEAST_WEIGHT ? sum + weight : sum), 0);
  return {
    tilts: found.flatMap(({ tilt }, k) =>
      at(weights, k) > LEAST_WEIGHT ? [{ ...tilt, weight: at(weights, k) / total }] : [],
    ),
    logEvidence: top + Math.log(total * step),
  };
}

/** Where a log density on the coarse nodes is largest, and its standard deviation, by the parabola through the nodes beside the top. */
function peakOf(logs: readonly number[]): { readonly centre: number; readonly sd: number } {
  let top = 1;
  for (let k = 1; k < logs.length - 1; k++) if (at(logs, k) > at(logs, top)) top = k;
  const [below, middle, above] = [at(logs, top - 1), at(logs, top), at(logs, top + 1)];
  const curvature = 2 * middle - below - above;
  const place = (top - COARSE_STEPS) * COARSE_STEP;
  if (!(curvature > 0)) return { centre: place, sd: COARSE_STEP };
  const moved = (above - below) / (2 * curvature);
  return {
    centre: place + COARSE_STEP * Math.min(1, Math.max(-1, moved)),
    sd: COARSE_STEP / Math.sqrt(curvature),
  };
}

/** Over that of the composition without a tilt. */
export function logLikelihoodOf(
  tilt: SizeTilt,
  { sizes, beyond }: SizeEvidence,
  share: number,
): number {
  let log = 0;
  for (let i = 0; i < sizes.length; i++) {
    const factors = tiltFactors(tilt, at(sizes, i), share);
    const own = at(beyond, i);
    log += Math.log(factors.beyond * own + factors.within * (1 - own));
  }
  return log;
}

function logit(p: number): number {
  return Math.log(p / (1 - p));
}

function expit(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
