import type { GroupBalance, GroupBalanceBucket } from '@verimeter/api-schema';
import { type ChartColumns, seconds } from './chart-data.ts';

export const BALANCE_PERIODS = ['48h', '30d', '90d', 'all'] as const;
export type BalancePeriod = (typeof BALANCE_PERIODS)[number];

const DAYS: Readonly<Record<BalancePeriod, number>> = { '48h': 2, '30d': 30, '90d': 90, all: 400 };

/** Both sides must be known to so much of their time before they are compared. */
const COMPLETE = 0.995;

/** The query of a period that ends where what is known ends. */
export function balanceQuery(
  period: BalancePeriod,
): Readonly<{ resolution: '1h' | '1d'; days: number }> {
  return { resolution: period === '48h' ? '1h' : '1d', days: DAYS[period] };
}

/** Supply less what was passed on and what consumers took; undefined where part of a side is not known. */
export function differenceOf(bucket: GroupBalanceBucket): number | undefined {
  const { supply, supply_out: out, consumers } = bucket;
  if (supply === null || consumers === null) return undefined;
  const coverages = [bucket.supply_coverage, bucket.supply_out_coverage, bucket.consumer_coverage];
  if (coverages.some((coverage) => coverage !== null && coverage < COMPLETE)) return undefined;
  return supply - (out ?? 0) - consumers;
}

export interface BalanceTotal {
  readonly difference: number;
  readonly supply: number;
  readonly complete: number;
  readonly partial: number;
}

/** Sums over the buckets that can be compared. */
export function balanceTotal(items: readonly GroupBalanceBucket[]): BalanceTotal {
  let difference = 0;
  let supply = 0;
  let complete = 0;
  for (const bucket of items) {
    const own = differenceOf(bucket);
    if (own === undefined) continue;
    difference += own;
    supply += (bucket.supply ?? 0) - (bucket.supply_out ?? 0);
    complete++;
  }
  return { difference, supply, complete, partial: items.length - complete };
}

const middle = ({ start, end }: GroupBalanceBucket): number => (seconds(start) + seconds(end)) / 2;

/** Supply and consumers of the buckets that can be compared. */
export function amountColumns({ items }: GroupBalance): ChartColumns {
  const compared = items.map((bucket) => (differenceOf(bucket) === undefined ? undefined : bucket));
  return [
    items.map(middle),
    compared.map((bucket) =>
      bucket === undefined ? null : (bucket.supply ?? 0) - (bucket.supply_out ?? 0),
    ),
    compared.map((bucket) => bucket?.consumers ?? null),
  ];
}

/** The difference as a share of the supply. */
export function shareColumns({ items }: GroupBalance): ChartColumns {
  return [
    items.map(middle),
    items.map((bucket) => {
      const difference = differenceOf(bucket);
      const supply = (bucket.supply ?? 0) - (bucket.supply_out ?? 0);
      return difference === undefined || supply <= 0 ? null : difference / supply;
    }),
  ];
}
