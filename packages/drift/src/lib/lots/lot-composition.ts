import { at, mixtureShares, robustDeviation, median } from '@verimeter/statistics';
import { areaMeanVariance, withoutAreaErrors } from './area-errors.ts';
import { type LotParts, lotParts, partsBeyond } from './lot-parts.ts';
import type { LotInput } from './lot-types.ts';
import {
  type CommonError,
  commonError,
  type MeasuredMember,
  measuredMembers,
} from './measurements.ts';
import { type Composition, shareProfile } from './share-profile.ts';
import { type LotAtHand, likelihoodsOf } from './share-posterior.ts';

/** Rounds of area errors and composition of the lot: each hangs on the other, weakly. */
const AREA_ROUNDS = 2;

export interface LotComposition {
  readonly lot: LotAtHand;
  readonly compositions: readonly Composition[];
  readonly common: CommonError;
}

/** What the estimates of a lot say of the distribution of its errors; undefined where there is none to learn from. */
export function composeLot(input: LotInput): LotComposition | undefined {
  const { limit } = input;
  const common = commonError(input.members, input.commonSd);
  const raw = measuredMembers(input.members, common);
  if (!raw.some((member) => member.forLot !== undefined)) return undefined;
  const parts = partsOf(raw, limit);
  let members = raw;
  let shares = firstShares(raw, parts);
  if (raw.some(({ areaSd }) => areaSd > 0))
    for (let round = 0; round < AREA_ROUNDS; round++) {
      members = withoutAreaErrors(raw, parts, shares);
      if (round < AREA_ROUNDS - 1) shares = firstShares(members, parts, shares);
    }
  const compositions = shareProfile(
    lotLikelihoods(members, parts),
    partsBeyond(parts, limit),
    shares,
  );
  const areaVariance = areaMeanVariance(raw, at(parts.sds, 0));
  return {
    lot: {
      members,
      unseen: input.members.length - members.length,
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
