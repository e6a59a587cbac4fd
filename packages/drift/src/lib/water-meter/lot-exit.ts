import { monotoneRoot, normalCdf } from '@verimeter/statistics';
import { DAY_US } from './register-history.ts';

const YEAR_US = 365.25 * DAY_US;
const MOST_YEARS = 40;

/** When the mean error of a lot leaves its limit: with probability 0.5, and at the earliest (0.05). Microseconds since 1970. */
export interface LotExit {
  readonly medianUs?: number;
  readonly earliestUs?: number;
}

/** Of a level and a slope per year that are both uncertain; a date is absent where so much probability stays within for forty years. */
export function lotExit(
  level: { readonly mean: number; readonly se: number },
  slope: { readonly mean: number; readonly se: number },
  { limit, asOfUs }: { readonly limit: number; readonly asOfUs: number },
): LotExit {
  const outside = (years: number): number => {
    const mean = level.mean + slope.mean * years;
    const sd = Math.hypot(level.se, slope.se * years);
    return 1 - normalCdf((limit - mean) / sd) + normalCdf((-limit - mean) / sd);
  };
  const when = (probability: number): number | undefined => {
    if (outside(0) >= probability) return asOfUs;
    // a line crosses once: the first year in which so much lies outside
    let until = 0;
    while (until < MOST_YEARS && outside(until) < probability) until += 0.25;
    if (outside(until) < probability) return undefined;
    return asOfUs + YEAR_US * monotoneRoot((t) => outside(t) - probability, until - 0.25, until);
  };
  const [medianUs, earliestUs] = [when(0.5), when(0.05)];
  return {
    ...(medianUs === undefined ? {} : { medianUs }),
    ...(earliestUs === undefined ? {} : { earliestUs }),
  };
}
