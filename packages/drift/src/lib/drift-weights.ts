import { DRIFT_KINDS, type DriftPrevalence, type DriftSize } from './drift-sizes.ts';
import type { Profile } from './drift-profiles.ts';
import type { PathEvidence, TwoGroupPrior } from './error-path.ts';

/**
 * What the path of a meter says of a drift along each profile, its level integrated out: the likelihood of the size s is
 * exp(score s - information s^2 / 2).
 */
export interface ProfileSums {
  readonly information: Float64Array;
  readonly score: Float64Array;
  /** By how much a drift of 1 lowers the level that is told. */
  readonly taken: Float64Array;
  /** Posterior of the level without a drift. */
  readonly healthyMean: number;
  readonly healthyVariance: number;
}

/** Blocks in which a profile is zero, in between, and 1. */
interface Span {
  readonly shape: Float64Array;
  /** First block that is not zero. */
  readonly first: number;
  /** First block from which on all are 1. */
  readonly full: number;
}

const spans = new WeakMap<readonly Profile[], readonly Span[]>();

function spansOf(profiles: readonly Profile[]): readonly Span[] {
  let known = spans.get(profiles);
  if (known === undefined) spans.set(profiles, (known = profiles.map(spanOf)));
  return known;
}

function spanOf({ shape }: Profile): Span {
  let first = 0;
  while (first < shape.length && shape[first] === 0) first++;
  let full = shape.length;
  while (full > first && shape[full - 1] === 1) full--;
  return { shape, first, full };
}

/** Sums over the blocks from one on: steps are told from nothing else, and ramps from little else. */
interface Tails {
  /** Of each row of the information; blocks x (blocks + 1). */
  readonly rows: Float64Array;
  /** Of the information in rows and columns from there on. */
  readonly squares: Float64Array;
  /** Of whole rows. */
  readonly rowSums: Float64Array;
  readonly moments: Float64Array;
}

function tailsOf({ blocks, information: q, moment: u }: PathEvidence): Tails {
  const width = blocks + 1;
  const rows = new Float64Array(blocks * width);
  const squares = new Float64Array(width);
  const rowSums = new Float64Array(width);
  const moments = new Float64Array(width);
  for (let d = blocks - 1; d >= 0; d--) {
    const row = d * width;
    for (let c = blocks - 1; c >= 0; c--)
      rows[row + c] = (rows[row + c + 1] as number) + (q[d * blocks + c] as number);
    rowSums[d] = (rowSums[d + 1] as number) + (rows[row] as number);
    moments[d] = (moments[d + 1] as number) + (u[d] as number);
    squares[d] =
      (squares[d + 1] as number) +
      (q[d * blocks + d] as number) +
      2 * (rows[row + d + 1] as number);
  }
  return { rows, squares, rowSums, moments };
}

export function profileSums(
  evidence: PathEvidence,
  profiles: readonly Profile[],
  { lotMean, lotSd }: Pick<TwoGroupPrior, 'lotMean' | 'lotSd'>,
): ProfileSums {
  const { blocks, information: q, moment: u } = evidence;
  const { rows, squares, rowSums, moments } = tailsOf(evidence);
  const width = blocks + 1;
  const all = rowSums[0] as number;
  const healthyVariance = 1 / (1 / (lotSd * lotSd) + all);
  const healthyMean = lotMean + ((moments[0] as number) - all * lotMean) * healthyVariance;
  const count = profiles.length;
  const information = new Float64Array(count);
  const score = new Float64Array(count);
  const taken = new Float64Array(count);
  const known = spansOf(profiles);
  for (let k = 0; k < count; k++) {
    const { shape, first, full } = known[k] as Span;
    let withLevel = rowSums[full] as number;
    let withBalance = moments[full] as number;
    let own = squares[full] as number;
    for (let d = first; d < full; d++) {
      const f = shape[d] as number;
      const row = d * width;
      withLevel += f * ((rowSums[d] as number) - (rowSums[d + 1] as number));
      withBalance += f * (u[d] as number);
      let others = rows[row + full] as number;
      for (let c = first; c < d; c++)
        others += (shape[c] as number) * (q[d * blocks + c] as number);
      own += f * (2 * others + f * (q[d * blocks + d] as number));
    }
    const share = withLevel * healthyVariance;
    taken[k] = share;
    information[k] = own - share * withLevel;
    score[k] = withBalance - withLevel * healthyMean;
  }
  return { information, score, taken, healthyMean, healthyVariance };
}

/** One of the normals that the sizes of drifts are a mixture of. */
export interface SignedSize {
  /** Index into the sizes. */
  readonly size: number;
  readonly centre: number;
  readonly precision: number;
  readonly weight: number;
}

const signed = new WeakMap<readonly DriftSize[], readonly SignedSize[]>();

/** All meters of a fleet have the same sizes: they are taken apart once. */
function signedSizes(sizes: readonly DriftSize[]): readonly SignedSize[] {
  let known = signed.get(sizes);
  if (known === undefined) {
    known = sizes.flatMap(({ centre, sd, weight }, size): SignedSize[] => {
      const precision = 1 / (sd * sd);
      if (centre === 0) return [{ size, centre, precision, weight }];
      return [
        { size, centre, precision, weight: weight / 2 },
        { size, centre: -centre, precision, weight: weight / 2 },
      ];
    });
    signed.set(sizes, known);
  }
  return known;
}

/** Drifts of every profile and signed size against each other. */
export interface WeighedDrifts {
  readonly sums: ProfileSums;
  /** Profiles. */
  readonly count: number;
  readonly slabs: readonly SignedSize[];
  /** Prior weight times likelihood over that of "healthy" and over exp(top); profiles x slabs. */
  readonly odds: Float64Array;
  readonly total: number;
  readonly top: number;
  readonly logBayesFactor: number;
}

export function weighDrifts(
  sums: ProfileSums,
  profiles: readonly Profile[],
  { kinds, sizes }: DriftPrevalence,
): WeighedDrifts {
  const slabs = signedSizes(sizes);
  const width = slabs.length;
  const count = profiles.length;
  // first the exponents of the likelihoods, then what they are over the largest
  const odds = new Float64Array(count * width);
  const shares = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const { kind, weight } = profiles[i] as Profile;
    shares[i] = weight * (kinds[DRIFT_KINDS.indexOf(kind)] as number);
  }
  let top = -Infinity;
  for (let k = 0; k < width; k++) {
    const { centre, precision } = slabs[k] as SignedSize;
    const pull = precision * centre;
    const given = pull * centre;
    for (let i = 0; i < count; i++) {
      const shift = (sums.score[i] as number) + pull;
      const own = (sums.information[i] as number) + precision;
      const exponent = 0.5 * ((shift * shift) / own - given);
      odds[i * width + k] = exponent;
      if (exponent > top && (shares[i] as number) > 0) top = exponent;
    }
  }
  let total = 0;
  for (let i = 0; i < count; i++) {
    const share = shares[i] as number;
    const information = sums.information[i] as number;
    for (let k = 0; k < width; k++) {
      const { precision, weight } = slabs[k] as SignedSize;
      const below = top - (odds[i * width + k] as number);
      const value =
        share * weight * Math.sqrt(precision / (information + precision)) * decay(below);
      odds[i * width + k] = value;
      total += value;
    }
  }
  return { sums, count, slabs, odds, total, top, logBayesFactor: top + Math.log(total) };
}

/** exp(-x) in steps of 1/64 up to where a term no longer counts in a sum of thousands. */
const FINE = 64;
const NOTHING = 64;
const COARSE = Float64Array.from({ length: FINE * NOTHING }, (_, k) => Math.exp(-k / FINE));

/** exp(-x), x not negative, to the last digits; zero beyond 64. */
function decay(x: number): number {
  if (!(x < NOTHING)) return 0;
  const step = Math.trunc(x * FINE);
  const r = step / FINE - x;
  // r^7 / 5040 is below 5e-17
  const rest = 1 + r * (1 + (r / 2) * (1 + (r / 3) * (1 + (r / 4) * (1 + (r / 5) * (1 + r / 6)))));
  return (COARSE[step] as number) * rest;
}

/** One drift of the mixture: beta at the last block, and the size it has. */
export function partOf(
  { information, score, taken, healthyMean, healthyVariance }: ProfileSums,
  profile: number,
  slab: SignedSize | undefined,
): {
  readonly mean: number;
  readonly variance: number;
  readonly size: number;
  readonly sizeVariance: number;
  readonly sizeCovariance: number;
} {
  const { centre, precision } = slab ?? { centre: 0, precision: 0 };
  const sizeVariance = 1 / ((information[profile] as number) + precision);
  const size = ((score[profile] as number) + precision * centre) * sizeVariance;
  const left = 1 - (taken[profile] as number);
  return {
    mean: healthyMean + left * size,
    variance: healthyVariance + left * left * sizeVariance,
    size,
    sizeVariance,
    sizeCovariance: left * sizeVariance,
  };
}
