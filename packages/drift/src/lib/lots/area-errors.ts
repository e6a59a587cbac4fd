import { at } from '@verimeter/statistics';
import type { LotParts } from './lot-parts.ts';
import type { MeasuredMember } from './measurements.ts';

/** Nodes of the common error of an area over +-4 of its standard deviations; half of it is nothing beside what members scatter. */
const NODES = 33;
const REACH = 4;

/**
 * Members less what the others of their area say of the error that they share; what is not known of it joins their variance. Leaving a
 * member's own estimate out keeps its error from being taken for that of the area (docs/lots.md). `shares`: composition of the lot.
 */
export function withoutAreaErrors(
  members: readonly MeasuredMember[],
  parts: LotParts,
  shares: Float64Array,
): MeasuredMember[] {
  const areas = new Map<string, number[]>();
  members.forEach(({ area, areaSd }, i) => {
    if (area === undefined || areaSd === 0) return;
    const list = areas.get(area);
    if (list === undefined) areas.set(area, [i]);
    else list.push(i);
  });
  const corrected = [...members];
  const used = [...shares.keys()].filter((k) => at(shares, k) > 1e-4);
  for (const list of areas.values()) correctArea(corrected, list, { parts, shares, used });
  return corrected;
}

interface Lot {
  readonly parts: LotParts;
  readonly shares: Float64Array;
  /** Parts with more than next to nothing. */
  readonly used: readonly number[];
}

function correctArea(members: MeasuredMember[], list: readonly number[], lot: Lot): void {
  const sd = members[list[0] ?? 0]?.areaSd ?? 0;
  const nodes = Float64Array.from(
    { length: NODES },
    (_, q) => REACH * sd * ((2 * q) / (NODES - 1) - 1),
  );
  const rows = list.map((i) => logDensities(members[i] as MeasuredMember, nodes, lot));
  const total = nodes.map((u, q) =>
    rows.reduce((sum, row) => sum + at(row, q), -0.5 * (u / sd) ** 2),
  );
  list.forEach((i, k) => {
    const row = rows[k] as Float64Array;
    const others = total.map((value, q) => value - at(row, q));
    const { mean, variance } = momentsOf(nodes, others);
    const member = members[i] as MeasuredMember;
    const less = (measured: MeasuredMember['own']) => ({
      error: measured.error - mean,
      variance: measured.variance + variance,
    });
    const own = less(member.own);
    members[i] = {
      ...member,
      own,
      forLot:
        member.forLot === member.own || member.forLot === undefined
          ? member.forLot && own
          : less(member.forLot),
    };
  });
}

/** Log density of a member's estimate if its area's error is that of each node. */
function logDensities({ own }: MeasuredMember, nodes: Float64Array, lot: Lot): Float64Array {
  return nodes.map((node) => {
    let sum = 0;
    for (const k of lot.used) {
      const variance = at(lot.parts.sds, k) ** 2 + own.variance;
      const off = own.error - node - at(lot.parts.means, k);
      sum += (at(lot.shares, k) / Math.sqrt(variance)) * Math.exp((-0.5 * off * off) / variance);
    }
    return Math.log(sum + 1e-300);
  });
}

function momentsOf(nodes: Float64Array, logs: Float64Array): { mean: number; variance: number } {
  const top = Math.max(...logs);
  let weight = 0;
  let first = 0;
  let second = 0;
  for (let q = 0; q < nodes.length; q++) {
    const w = Math.exp(at(logs, q) - top);
    const u = at(nodes, q);
    weight += w;
    first += w * u;
    second += w * u * u;
  }
  const mean = first / weight;
  return { mean, variance: Math.max(0, second / weight - mean * mean) };
}

/** Variance of the mean error over the areas: what they do not average out. `members`: with their areas' errors still in them. */
export function areaMeanVariance(members: readonly MeasuredMember[], spread: number): number {
  const areas = new Map<string, { sd: number; information: number }>();
  let alone = 0;
  for (const { area, areaSd, own } of members) {
    const information = 1 / (own.variance + spread * spread);
    if (area === undefined || areaSd === 0) alone += information;
    else {
      const known = areas.get(area) ?? { sd: areaSd, information: 0 };
      areas.set(area, { ...known, information: known.information + information });
    }
  }
  let total = alone;
  let square = 0;
  for (const { sd, information } of areas.values()) {
    const weight = 1 / (sd * sd + 1 / information);
    total += weight;
    square += (weight * sd) ** 2;
  }
  return total === 0 ? 0 : square / (total * total);
}
