import { at, mean, median, normalQuantile, robustDeviation } from '@verimeter/statistics';
import { beyond } from './lot-parts.ts';
import { averageShares } from './lot-moments.ts';
import type { LotMember } from './lot-types.ts';
import { LARGEST_SHARE } from './sampling-plan.ts';
import { type Composition, type LotAtHand, probabilityOver } from './share-posterior.ts';

export interface LotDrift {
  readonly perYear: number;
  readonly se: number;
}

/** Growth beyond this many standard deviations of the others is that of a single meter, not of the lot. */
const CLIP = 2.5;

/** Growth of the typical member's error per year; `commonSe`: what all members have wrong alike. */
export function lotDrift(members: readonly LotMember[], commonSe: number): LotDrift | undefined {
  const seen = members.flatMap(({ remote }) =>
    remote?.perYear === undefined || remote.perYearSe === undefined
      ? []
      : [{ rate: remote.perYear, variance: remote.perYearSe ** 2 }],
  );
  if (seen.length < 2) return undefined;
  const rates = seen.map(({ rate }) => rate);
  const centre = median(rates);
  const own = Math.max(
    0,
    robustDeviation(rates) ** 2 - median(seen.map(({ variance }) => variance)),
  );
  let information = 0;
  let moment = 0;
  let scatter = 0;
  for (const { rate, variance } of seen) {
    const sd = Math.sqrt(own + variance);
    const off = Math.min(CLIP * sd, Math.max(-CLIP * sd, rate - centre));
    const weight = 1 / (sd * sd);
    information += weight;
    moment += weight * off;
    scatter += weight * weight * off * off;
  }
  return {
    perYear: centre + moment / information,
    se: Math.sqrt(Math.max(1 / information, scatter / information ** 2) + commonSe ** 2),
  };
}

const RATES = 21;
const MOST_YEARS = 30;
const FIRST_YEARS = 0.02;
const DAYS_PER_YEAR = 365.25;

/**
 * Days until more than 5 % of the lot are beyond the limit if all members go on together, with a probability of one half and of 5 %;
 * absent where that takes more than 30 years. `counts`: P(K members are beyond the limit now).
 */
export function daysUntilExit(
  lot: LotAtHand & { readonly counts: Float64Array },
  compositions: readonly Composition[],
  drift: LotDrift,
): { readonly medianDays?: number; readonly earliestDays?: number } {
  const shares = averageShares(compositions, lot.parts.count);
  const used = [...shares.keys()].filter((k) => at(shares, k) > 1e-6);
  const shareAt = (moved: number): number => {
    let sum = 0;
    for (const k of used)
      sum +=
        at(shares, k) *
        beyond(at(lot.parts.means, k) + moved, at(lot.parts.sds, k), {
          limit: lot.limit,
          shift: 0,
        });
    return sum;
  };
  const now = shareAt(0);
  const rates = Array.from(
    { length: RATES },
    (_, q) => drift.perYear + drift.se * normalQuantile((q + 0.5) / RATES),
  );
  const probabilityAt = (years: number): number =>
    mean(
      rates.map((rate) =>
        probabilityOver(lot.counts, LARGEST_SHARE - (shareAt(rate * years) - now)),
      ),
    );
  const medianYears = yearsUntil(probabilityAt, 0.5);
  const earliestYears = yearsUntil(probabilityAt, 0.05);
  return {
    ...(medianYears === undefined ? {} : { medianDays: medianYears * DAYS_PER_YEAR }),
    ...(earliestYears === undefined ? {} : { earliestDays: earliestYears * DAYS_PER_YEAR }),
  };
}

/** When a probability that rises, after it may have fallen, first is as large; undefined: not within 30 years. */
function yearsUntil(probabilityAt: (years: number) => number, wanted: number): number | undefined {
  if (probabilityAt(0) >= wanted) return 0;
  let low = 0;
  let high = FIRST_YEARS;
  while (probabilityAt(high) < wanted) {
    if (high === MOST_YEARS) return undefined;
    low = high;
    high = Math.min(MOST_YEARS, 1.6 * high);
  }
  for (let turn = 0; turn < 12; turn++) {
    const middle = (low + high) / 2;
    if (probabilityAt(middle) >= wanted) high = middle;
    else low = middle;
  }
  return high;
}
