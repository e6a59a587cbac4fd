import { at, median, normalQuantile, robustDeviation } from '@verimeter/statistics';
import { beyond } from './lot-parts.ts';
import type { LotMember } from './lot-types.ts';
import { LARGEST_SHARE } from './sampling-plan.ts';
import type { Composition, LotAtHand } from './share-posterior.ts';

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
const DAYS_PER_YEAR = 365.25;

/**
 * Days until 5 % of the lot are beyond the limit if all members go on together; absent where that does not happen with the
 * probability asked for.
 */
export function daysUntilExit(
  { parts, limit }: LotAtHand,
  compositions: readonly Composition[],
  drift: LotDrift,
): { readonly medianDays?: number; readonly earliestDays?: number } {
  const likely = compositions.filter(({ weight }) => weight > 0.01);
  const times: { years: number; weight: number }[] = [];
  for (const { shares, weight } of likely) {
    const used = [...shares.keys()].filter((k) => at(shares, k) > 1e-6);
    const share = (moved: number): number => {
      let sum = 0;
      for (const k of used)
        sum +=
          at(shares, k) * beyond(at(parts.means, k) + moved, at(parts.sds, k), { limit, shift: 0 });
      return sum;
    };
    for (let q = 0; q < RATES; q++) {
      const rate = drift.perYear + drift.se * normalQuantile((q + 0.5) / RATES);
      times.push({ years: exitYears((years) => share(rate * years)), weight });
    }
  }
  times.sort((a, b) => a.years - b.years);
  const total = times.reduce((sum, { weight }) => sum + weight, 0);
  const at50 = weightedQuantile(times, 0.5 * total);
  const at5 = weightedQuantile(times, 0.05 * total);
  return {
    ...(at50 < MOST_YEARS ? { medianDays: at50 * DAYS_PER_YEAR } : {}),
    ...(at5 < MOST_YEARS ? { earliestDays: at5 * DAYS_PER_YEAR } : {}),
  };
}

/** When the share first is too large; Infinity: not within 30 years. */
function exitYears(share: (years: number) => number): number {
  if (share(0) > LARGEST_SHARE) return 0;
  // a lot whose mean is off may first come nearer to zero: the share falls, then rises
  let low = 0;
  let high = 0.25;
  while (share(high) <= LARGEST_SHARE) {
    low = high;
    high *= 1.6;
    if (high > MOST_YEARS) return Infinity;
  }
  for (let turn = 0; turn < 20; turn++) {
    const middle = (low + high) / 2;
    if (share(middle) > LARGEST_SHARE) high = middle;
    else low = middle;
  }
  return high;
}

function weightedQuantile(
  sorted: readonly { readonly years: number; readonly weight: number }[],
  wanted: number,
): number {
  let sum = 0;
  for (const { years, weight } of sorted) {
    sum += weight;
    if (sum >= wanted) return years;
  }
  return Infinity;
}
