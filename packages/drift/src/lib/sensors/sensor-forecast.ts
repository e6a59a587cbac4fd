import { at, normalCdf } from '@verimeter/statistics';
import { DAYS_PER_YEAR } from './calendar.ts';
import type { DriftPath } from './drift-paths.ts';
import type { Part, StretchEvidence } from './sensor-posterior.ts';

const HORIZON_DAYS = 3653;
const STEP_DAYS = 7;
const EARLIEST = 0.05;
const LATEST = 0.95;

export interface SensorForecast {
  /** Change of the error per year at as-of with its standard deviation. */
  readonly perYear: number;
  readonly perYearSd: number;
  /** Days from as-of (negative: before). */
  readonly exitMedianDays?: number;
  readonly exitEarliestDays?: number;
  readonly exitLatestDays?: number;
}

/**
 * Growth of the error at as-of, and when it leaves or left the limit: ramps go on as they are, everything else stays. No exit is stated
 * where even half of the probability does not leave the limit within ten years.
 */
export function forecastSensor(
  evidence: StretchEvidence,
  parts: readonly Part[],
  limit: number,
): SensorForecast {
  let [first, second, total] = [0, 0, 0];
  for (const part of parts) {
    const rate = rateOf(evidence, part);
    total += part.weight;
    first += part.weight * rate * part.size;
    second += part.weight * rate * rate * (part.size * part.size + part.sizeVariance);
  }
  const perYear = first / total;
  const perYearSd = Math.sqrt(Math.max(0, second / total - perYear * perYear));
  const over = (days: number): number => overAt(evidence, parts, { limit, days });
  const begin = -7 * evidence.weeks;
  const exit = (probability: number): number | undefined => {
    for (let day = begin; day <= HORIZON_DAYS; day += day < 60 ? STEP_DAYS : 30)
      if (over(day) >= probability) return day;
    return undefined;
  };
  if (over(HORIZON_DAYS) < 0.5 && over(0) < 0.5) return { perYear, perYearSd };
  const median = exit(0.5);
  if (median === undefined) return { perYear, perYearSd };
  const latest = exit(LATEST);
  return {
    perYear,
    perYearSd,
    exitMedianDays: median,
    exitEarliestDays: Math.min(median, exit(EARLIEST) ?? median),
    ...(latest === undefined ? {} : { exitLatestDays: latest }),
  };
}

/** What a drift of size 1 adds to e in a year. */
function rateOf({ paths, levelNow }: StretchEvidence, part: Part): number {
  const path = paths[part.path];
  if (path?.kind !== 'ramp') return 0;
  return path.of === 'gain' ? 1 : levelNow;
}

function overAt(
  evidence: StretchEvidence,
  parts: readonly Part[],
  at_: { readonly limit: number; readonly days: number },
): number {
  let sum = 0;
  let total = 0;
  for (const part of parts) {
    const change = changeUntil(evidence, part, at_.days);
    const mean = part.mean + part.size * change;
    const reach = part.reach + change;
    const variance = part.variance + (reach * reach - part.reach * part.reach) * part.sizeVariance;
    const sd = Math.sqrt(Math.max(variance, 1e-12));
    total += part.weight;
    sum += part.weight * (normalCdf((mean - at_.limit) / sd) + normalCdf((-at_.limit - mean) / sd));
  }
  return sum / total;
}

/** What a drift of size 1 adds to e between as-of and a day. */
function changeUntil(evidence: StretchEvidence, part: Part, days: number): number {
  if (part.path < 0) return 0;
  const path = evidence.paths[part.path] as DriftPath;
  const scale = path.of === 'gain' ? 1 : evidence.levelNow;
  if (days >= 0) return path.kind === 'ramp' ? (scale * days) / DAYS_PER_YEAR : 0;
  const last = evidence.weeks - 1;
  const week = Math.max(0, Math.round(last + days / 7));
  return scale * (at(path.byWeek, week) - at(path.byWeek, last));
}
