import type { GroupBalanceBucket } from '@verimeter/api-schema';
import { KEPT_STEP_US, type MemberDay } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import { rounded } from './register-sums.ts';

/** What goes in and out of a group: the roles of members that are balanced. */
const SIDES = ['supply', 'supply_out', 'consumer'] as const;
type Side = (typeof SIDES)[number];

/** When a device is a member on a side. Microseconds since 1970; infinite: open. */
export interface Spell {
  readonly side: Side;
  readonly fromUs: number;
  readonly toUs: number;
}

interface SideSums {
  readonly amounts: Float64Array;
  /** Microseconds of the members' time that are known. */
  readonly knownUs: Float64Array;
}

interface BalanceOptions {
  /** Where buckets begin, and where the last one ends, microseconds since 1970. */
  readonly starts: readonly number[];
  /** Register that runs against the balanced one, such as export: its amounts are taken off. */
  readonly opposite: string | undefined;
}

export interface Balance {
  readonly add: (day: MemberDay) => void;
  readonly buckets: (spells: readonly Spell[]) => GroupBalanceBucket[];
}

/**
 * Adds up the registers of a group's members in buckets. A merged interval counts in each bucket by the share of its time there; what is
 * not known is not estimated, it lowers the coverage.
 */
export function balance({ starts, opposite }: BalanceOptions): Balance {
  const count = starts.length - 1;
  const none = (): SideSums => ({
    amounts: new Float64Array(count),
    knownUs: new Float64Array(count),
  });
  const sums: Readonly<Record<Side, SideSums>> = {
    supply: none(),
    supply_out: none(),
    consumer: none(),
  };

  const bucketAt = (us: number): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle + 1] ?? Infinity) <= us) low = middle + 1;
      else high = middle;
    }
    return us >= (starts[0] ?? Infinity) && low < count ? low : -1;
  };

  const add = ({ role, quantity, intervals, memberFromUs, memberToUs }: MemberDay): void => {
    if (role === 'sensor' || role === 'reference') return;
    const { amounts, knownUs } = sums[role];
    const sign = quantity === opposite ? -1 : 1;
    for (const { startUs, endUs, amount } of intervals) {
      if (amount === undefined) continue;
      const perStep = (sign * amount * KEPT_STEP_US) / (endUs - startUs);
      for (let at = startUs; at < endUs; at += KEPT_STEP_US) {
        const bucket = at < memberFromUs || at >= memberToUs ? -1 : bucketAt(at);
        if (bucket < 0) continue;
        amounts[bucket] = (amounts[bucket] ?? 0) + perStep;
        if (sign > 0) knownUs[bucket] = (knownUs[bucket] ?? 0) + KEPT_STEP_US;
      }
    }
  };

  const buckets = (spells: readonly Spell[]): GroupBalanceBucket[] =>
    starts.slice(0, -1).map((startUs, bucket) => {
      const endUs = starts[bucket + 1] ?? startUs;
      const expectedUs = (side: Side): number =>
        spells.reduce(
          (sum, spell) =>
            spell.side === side
              ? sum + Math.max(0, Math.min(spell.toUs, endUs) - Math.max(spell.fromUs, startUs))
              : sum,
          0,
        );
      const sideOf = (side: Side): { amount: number | null; coverage: number | null } => {
        const knownUs = sums[side].knownUs[bucket] ?? 0;
        const expected = expectedUs(side);
        return {
          amount: knownUs === 0 ? null : rounded(sums[side].amounts[bucket] ?? 0),
          coverage: expected === 0 ? null : Math.min(1, knownUs / expected),
        };
      };
      const supply = sideOf('supply');
      const out = sideOf('supply_out');
      const consumers = sideOf('consumer');
      return {
        start: formatTimestamp(startUs),
        end: formatTimestamp(endUs),
        supply: supply.amount,
        supply_out: out.amount,
        consumers: consumers.amount,
        supply_coverage: supply.coverage,
        supply_out_coverage: out.coverage,
        consumer_coverage: consumers.coverage,
      };
    });

  return { add, buckets };
}
