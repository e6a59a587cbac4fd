import { at } from '@verimeter/statistics';
import { type Composition, type LotAtHand, likelihoodsOf } from './share-posterior.ts';

export interface LotMoments {
  readonly mean: number;
  readonly meanSe: number;
  readonly spread: number;
  readonly spreadLow90: number;
  readonly spreadHigh90: number;
}

/** Mean and spread of the errors of the lot's own members, those without an estimate included (docs/lots.md). */
export function lotMoments(lot: LotAtHand, compositions: readonly Composition[]): LotMoments {
  const { members, parts, shiftSd } = lot;
  const unseen = lot.unseen.length;
  const shares = averageShares(compositions, parts.count);
  const size = members.length + unseen;
  const whole = momentsOfParts(lot, shares);
  const likely = likelihoodsOf(
    members.map(({ own }) => own),
    parts,
  );
  let first = unseen * whole.mean;
  let second = unseen * (whole.variance + whole.mean ** 2);
  let left = unseen * whole.variance;
  let others = unseen;
  let information = 0;
  let squares = 0;
  members.forEach(({ own: { error, variance } }, i) => {
    let total = 0;
    let mean = 0;
    let square = 0;
    for (let k = 0; k < parts.count; k++) {
      const own = at(parts.sds, k) ** 2;
      const weight = at(shares, k) * at(likely, i * parts.count + k);
      const centre = (error * own + at(parts.means, k) * variance) / (own + variance);
      total += weight;
      mean += weight * centre;
      square += weight * (centre * centre + (own * variance) / (own + variance));
    }
    first += mean / total;
    second += square / total;
    left += square / total - (mean / total) ** 2;
    const trust = whole.variance / (whole.variance + variance);
    others += 1 - trust;
    information += 1 / (whole.variance + variance);
    squares += trust * trust;
  });
  const mean = first / size;
  const variance = Math.max(0, second / size - mean * mean);
  // what members scatter given the lot, and what is not known of the lot itself
  const ofLot = (others / size) ** 2 / information;
  const relative = Math.sqrt(
    ((whole.kurtosis - 1) * Math.max(0, 1 - squares / size) + squares / size ** 2) /
      Math.max(1, squares),
  );
  const spread = Math.sqrt(variance);
  const reach = Math.exp((1.645 * relative) / 2);
  return {
    mean,
    meanSe: Math.sqrt(left / size ** 2 + ofLot + shiftSd ** 2),
    spread,
    spreadLow90: spread / reach,
    spreadHigh90: spread * reach,
  };
}

/** Shares of the parts over all compositions. */
export function averageShares(compositions: readonly Composition[], count: number): Float64Array {
  const shares = new Float64Array(count);
  for (const composition of compositions)
    for (let k = 0; k < count; k++)
      shares[k] = at(shares, k) + composition.weight * at(composition.shares, k);
  return shares;
}

function momentsOfParts(
  { parts }: LotAtHand,
  shares: Float64Array,
): { mean: number; variance: number; kurtosis: number } {
  let mean = 0;
  for (let k = 0; k < parts.count; k++) mean += at(shares, k) * at(parts.means, k);
  let variance = 0;
  let fourth = 0;
  for (let k = 0; k < parts.count; k++) {
    const own = at(parts.sds, k) ** 2;
    const off = (at(parts.means, k) - mean) ** 2;
    variance += at(shares, k) * (own + off);
    fourth += at(shares, k) * (3 * own * own + 6 * own * off + off * off);
  }
  return { mean, variance, kurtosis: fourth / variance ** 2 };
}
