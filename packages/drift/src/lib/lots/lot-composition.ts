import {
  at,
  dot,
  median,
  type MixtureLikelihoods,
  mixtureShares,
  robustDeviation,
} from '@verimeter/statistics';
import { areaMeanVariance, withoutAreaErrors } from './area-errors.ts';
import { type LotParts, lotParts, partsBeyond } from './lot-parts.ts';
import type { LotInput } from './lot-types.ts';
import {
  type CommonError,
  commonError,
  type MeasuredMember,
  measuredMembers,
  standardSizes,
} from './measurements.ts';
import { profileWeights, shareProfile } from './share-profile.ts';
import { type Composition, type LotAtHand, likelihoodsOf } from './share-posterior.ts';
import {
  logLikelihoodOf,
  type SizeClasses,
  sizeClasses,
  type SizeTilt,
  tiltFactors,
  tiltOf,
  weighTilts,
} from './size-tilt.ts';

/** Rounds of area errors and composition of the lot: each hangs on the other, weakly. */
const AREA_ROUNDS = 2;
/** The same of the composition and how being beyond the limit goes with size. */
const TILT_ROUNDS = 3;

export interface LotComposition {
  readonly lot: LotAtHand;
  readonly compositions: readonly Composition[];
  readonly common: CommonError;
}

/** What the estimates of a lot say of the distribution of its errors; undefined where there is none to learn from. */
export function composeLot(input: LotInput): LotComposition | undefined {
  const { limit } = input;
  const common = commonError(input.members, input.commonSd);
  const sizes = standardSizes(input.members);
  const raw = measuredMembers(input.members, common, sizes);
  if (!raw.some((member) => member.forLot !== undefined)) return undefined;
  const parts = partsOf(raw, limit);
  let members = raw;
  let shares = firstShares(raw, parts);
  if (raw.some(({ areaSd }) => areaSd > 0))
    for (let round = 0; round < AREA_ROUNDS; round++) {
      members = withoutAreaErrors(raw, parts, shares);
      if (round < AREA_ROUNDS - 1) shares = firstShares(members, parts, shares);
    }
  const classes = sizeClasses(input.members.map(({ deviceId }) => sizes.get(deviceId) ?? 0));
  const compositions = composed(learnable(members, parts, limit), classes, shares);
  const areaVariance = areaMeanVariance(raw, at(parts.sds, 0));
  return {
    lot: {
      members,
      unseen: Float64Array.from(
        input.members.filter(
          ({ remote, laboratory }) => remote === undefined && laboratory === undefined,
        ),
        ({ deviceId }) => sizes.get(deviceId) ?? 0,
      ),
      parts,
      limit,
      shiftSd: Math.sqrt(common.sd ** 2 + areaVariance),
    },
    compositions,
    common,
  };
}

function partsOf(members: readonly MeasuredMember[], limit: number): LotParts {
  const used = members.flatMap(({ forLot: measured }) => measured ?? []);
  const errors = used.map(({ error }) => error);
  const centre = median(errors);
  // what the lot scatters beyond what its estimates do
  const seen = robustDeviation(errors) ** 2;
  const noise = median(used.map(({ variance }) => variance));
  let farthest = 0;
  for (const { error } of members.map(({ own }) => own))
    farthest = Math.max(farthest, Math.abs(error));
  return lotParts(limit, farthest, { mean: centre, sd: Math.sqrt(Math.max(0, seen - noise)) });
}

/** What the lot is learned from. */
interface Learnable {
  readonly likelihoods: MixtureLikelihoods;
  /** z of the size of each row. */
  readonly sizes: Float64Array;
  /** What of each part lies beyond the limit. */
  readonly ofParts: Float64Array;
}

function learnable(members: readonly MeasuredMember[], parts: LotParts, limit: number): Learnable {
  const used = members.filter((member) => member.forLot !== undefined);
  return {
    likelihoods: lotLikelihoods(used, parts),
    sizes: Float64Array.from(used, ({ size }) => size),
    ofParts: partsBeyond(parts, limit),
  };
}

function composed(lot: Learnable, classes: SizeClasses, start: Float64Array): Composition[] {
  const { likelihoods, ofParts, sizes } = lot;
  const isTilted = sizes.some((z) => z !== 0);
  let shares = mixtureShares(likelihoods, { start, leastGain: 1e-3 }).shares;
  let slope = 0;
  if (isTilted)
    for (let round = 0; round < TILT_ROUNDS; round++) {
      const share = shareOf(shares, ofParts);
      const { tilts } = weighTilts(classes, { sizes, beyond: beyondOf(lot, shares) }, share);
      slope = tilts.reduce((sum, tilt) => sum + tilt.weight * tilt.slope, 0);
      const tilted = tiltedLikelihoods(lot, tiltOf(classes, slope, share), share);
      shares = mixtureShares(tilted, { start: shares, leastGain: 1e-2 }).shares;
    }
  const points = shareProfile(
    (share) =>
      isTilted ? tiltedLikelihoods(lot, tiltOf(classes, slope, share), share) : likelihoods,
    ofParts,
    shares,
  );
  const found = points.map((point) => {
    const evidence = { sizes, beyond: beyondOf(lot, point.shares) };
    const taken = tiltOf(classes, slope, point.beyond);
    if (!isTilted) return { ...point, tilts: [{ ...taken, weight: 1 }] };
    const { tilts, logEvidence } = weighTilts(classes, evidence, point.beyond);
    // the profile is that of one slope; all of them are meant
    const gain = logEvidence - logLikelihoodOf(taken, evidence, point.beyond);
    return { ...point, logLikelihood: point.logLikelihood + gain, tilts };
  });
  const weights = profileWeights(found);
  return found.map((point, k) => ({
    beyond: point.beyond,
    shares: point.shares,
    tilts: point.tilts,
    weight: at(weights, k),
  }));
}

function shareOf(shares: Float64Array, ofParts: Float64Array): number {
  return Math.min(1 - 1e-9, Math.max(1e-9, dot(shares, ofParts)));
}

/** Probability of each row to belong to a part beyond the limit, by the composition alone. */
function beyondOf({ likelihoods, ofParts }: Learnable, shares: Float64Array): Float64Array {
  const { rows, parts, values } = likelihoods;
  return Float64Array.from({ length: rows }, (_, i) => {
    let all = 0;
    let beyondIt = 0;
    for (let k = 0; k < parts; k++) {
      const joint = (shares[k] as number) * (values[i * parts + k] as number);
      all += joint;
      beyondIt += joint * (ofParts[k] as number);
    }
    return beyondIt / all;
  });
}

function tiltedLikelihoods(
  { likelihoods, sizes, ofParts }: Learnable,
  tilt: SizeTilt,
  share: number,
): MixtureLikelihoods {
  const { rows, parts, values } = likelihoods;
  const tilted = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    const factors = tiltFactors(tilt, at(sizes, i), share);
    for (let k = 0; k < parts; k++) {
      const inside = ofParts[k] as number;
      tilted[i * parts + k] =
        (values[i * parts + k] as number) *
        (factors.beyond * inside + factors.within * (1 - inside));
    }
  }
  return { rows, parts, values: tilted };
}

function lotLikelihoods(members: readonly MeasuredMember[], parts: LotParts) {
  const used = members.flatMap(({ forLot: measured }) => measured ?? []);
  return { rows: used.length, parts: parts.count, values: likelihoodsOf(used, parts) };
}

function firstShares(
  members: readonly MeasuredMember[],
  parts: LotParts,
  start?: Float64Array,
): Float64Array {
  return mixtureShares(lotLikelihoods(members, parts), { start, leastGain: 0.05 }).shares;
}
