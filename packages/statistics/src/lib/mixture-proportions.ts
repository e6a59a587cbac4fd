/** Likelihoods of observations under the parts of a mixture, row per observation. Each row may have a factor of its own. */
export interface MixtureLikelihoods {
  readonly rows: number;
  readonly parts: number;
  readonly values: Float64Array;
}

/** Shares with a given mean of a value that each part has. */
export interface ShareConstraint {
  /** Value of each part. */
  readonly values: Float64Array;
  /** Strictly between the least and the largest of them. */
  readonly mean: number;
}

export interface MixtureShares {
  /** Add up to 1. */
  readonly shares: Float64Array;
  /** Sum over the observations of the log of their likelihood. */
  readonly logLikelihood: number;
}

const MOST_CYCLES = 400;
/** Gain of log-likelihood in a cycle of three steps below which the search ends. */
const LEAST_GAIN = 1e-4;
const LEAST_SHARE = 1e-12;
/** Of all counts. */
const LEAST_COUNT = 1e-9;
const MOST_TURNS = 400;
/** A jump leaves a share at least this part of what it was. */
const LEAST_LEFT = 0.1;
/** A share below `small` that a step lets grow by this factor was given up too early: it is raised, at most so many times. */
const REVIVED = { growth: 1.002, small: 1e-3, times: 4 } as const;

interface Step extends MixtureShares {
  /** What the step started from; its likelihood is `logLikelihood`. */
  readonly from: Float64Array;
}

/**
 * Most likely shares of the parts of a mixture with fixed parts (the convex problem of Kiefer and Wolfowitz on a grid, and of
 * Stephens, Biostatistics 18(2), 2017), with or without a given mean of a value: then each step of expectation maximisation is
 * that of Owen's empirical likelihood. Accelerated by squared extrapolation (Varadhan and Roland, Scandinavian Journal of Statistics 35,
 * 2008, S3). `start` speeds it up; parts with share 0 in it stay at 0.
 */
export function mixtureShares(
  likelihoods: MixtureLikelihoods,
  options: {
    readonly start?: Float64Array | undefined;
    readonly constraint?: ShareConstraint | undefined;
    readonly leastGain?: number;
  } = {},
): MixtureShares {
  const { constraint, leastGain = LEAST_GAIN } = options;
  const feasible = (shares: Float64Array): Float64Array =>
    constraint === undefined ? toShares(shares) : constrainedShares(shares, constraint);
  const step = (from: Float64Array): Step => {
    const { counts, logLikelihood } = expectedCounts(likelihoods, from);
    return { from, shares: feasible(counts), logLikelihood };
  };
  let start = feasible(
    options.start?.map((share) => (share > 0 ? Math.max(share, LEAST_SHARE) : 0)) ??
      new Float64Array(likelihoods.parts).fill(1 / likelihoods.parts),
  );
  for (let time = 0; ; time++) {
    const { from, shares, logLikelihood } = climbed(start, { step, feasible, leastGain });
    const revived = from.map((share, k) =>
      share > 0 && share < REVIVED.small && (shares[k] as number) > REVIVED.growth * share
        ? REVIVED.small
        : (shares[k] as number),
    );
    if (time === REVIVED.times || revived.every((share, k) => share === shares[k]))
      return { shares: from, logLikelihood };
    start = feasible(revived);
  }
}

function climbed(
  start: Float64Array,
  climb: {
    readonly step: (from: Float64Array) => Step;
    readonly feasible: (shares: Float64Array) => Float64Array;
    readonly leastGain: number;
  },
): Step {
  let last = climb.step(start);
  for (let cycle = 0; cycle < MOST_CYCLES; cycle++) {
    const before = last.logLikelihood;
    const second = climb.step(last.shares);
    const third = climb.step(second.shares);
    const jump = extrapolated(last.from, last.shares, second.shares);
    const jumped = jump === undefined ? undefined : climb.step(climb.feasible(jump));
    last = jumped !== undefined && jumped.logLikelihood >= third.logLikelihood ? jumped : third;
    if (last.logLikelihood - before < climb.leastGain) break;
  }
  return last;
}

function expectedCounts(
  { rows, parts, values }: MixtureLikelihoods,
  shares: Float64Array,
): { readonly counts: Float64Array; readonly logLikelihood: number } {
  const counts = new Float64Array(parts);
  let logLikelihood = 0;
  for (let i = 0; i < rows; i++) {
    const row = i * parts;
    let sum = 0;
    for (let k = 0; k < parts; k++) sum += (shares[k] as number) * (values[row + k] as number);
    logLikelihood += Math.log(sum);
    const weight = 1 / sum;
    for (let k = 0; k < parts; k++)
      counts[k] = (counts[k] as number) + weight * (values[row + k] as number);
  }
  for (let k = 0; k < parts; k++) counts[k] = (counts[k] as number) * (shares[k] as number);
  return { counts, logLikelihood };
}

function toShares(values: Float64Array): Float64Array {
  let total = 0;
  for (const value of values) total += value;
  return values.map((value) => value / total);
}

/**
 * Shares p that make the sum of count log(p) largest with mean `mean` of the values: p = count / (total + tilt (value - mean)).
 * Counts that have all but vanished are kept at next to nothing: the tilt that gives them a share again is told from a pole.
 */
function constrainedShares(all: Float64Array, { values, mean }: ShareConstraint): Float64Array {
  const counts = toShares(all).map((count) => (count > 0 ? Math.max(count, LEAST_COUNT) : 0));
  let total = 0;
  let least = Infinity;
  let most = -Infinity;
  for (let k = 0; k < counts.length; k++) {
    const count = counts[k] as number;
    if (count === 0) continue;
    total += count;
    least = Math.min(least, values[k] as number);
    most = Math.max(most, values[k] as number);
  }
  let low = -total / (most - mean);
  let high = total / (mean - least);
  let tilt = 0;
  // the excess falls as the tilt rises: Newton's steps while they stay inside, halves else
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    let excess = 0;
    let slope = 0;
    for (let k = 0; k < counts.length; k++) {
      const off = (values[k] as number) - mean;
      const ratio = off / (total + tilt * off);
      excess += (counts[k] as number) * ratio;
      slope += (counts[k] as number) * ratio * ratio;
    }
    if (excess > 0) low = tilt;
    else high = tilt;
    if (Math.abs(excess) < 1e-13 || high - low < 1e-15 * total) break;
    const next = tilt + excess / slope;
    // a step of Newton's that hardly moves the far end is none near a pole
    tilt = next > low && next < high && turn % 8 !== 7 ? next : 0.5 * (low + high);
  }
  return toShares(
    counts.map((count, k) => count / (total + tilt * ((values[k] as number) - mean))),
  );
}

/** Three points in a row to where they lead; undefined: nowhere, or out of the simplex. */
function extrapolated(
  x0: Float64Array,
  x1: Float64Array,
  x2: Float64Array,
): Float64Array | undefined {
  let r2 = 0;
  let v2 = 0;
  for (let k = 0; k < x0.length; k++) {
    const r = (x1[k] as number) - (x0[k] as number);
    const v = (x2[k] as number) - (x1[k] as number) - r;
    r2 += r * r;
    v2 += v * v;
  }
  if (v2 === 0 || r2 === 0) return undefined;
  const length = Math.sqrt(r2 / v2);
  if (length <= 1) return undefined;
  return x0.map((value, k) => {
    const r = (x1[k] as number) - value;
    const v = (x2[k] as number) - (x1[k] as number) - r;
    const moved = value + 2 * length * r + length * length * v;
    return value > 0 ? Math.max(moved, LEAST_LEFT * (x2[k] as number), LEAST_SHARE) : 0;
  });
}
