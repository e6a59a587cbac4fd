import { z } from 'zod';
import { fleetFields } from './record-head.ts';

/** Recommendations by their number in a record. */
export const RECOMMENDATIONS = ['none', 'watch', 'reverify', 'inspect'] as const;

const numbers = z.array(z.number().nullable());

/** Columns of the consumer meters of a fleet, one value per meter; null where there is none. Ratios and days. */
const meterColumns = z.object({
  area: z.array(z.number()),
  /** Injected drift at the last look; 0: healthy. */
  drift: z.array(z.number()),
  /** Day on which the drift began; -1: before the first. */
  since: numbers,
  /** e at the last look. */
  truth: z.array(z.number()),
  indication: z.array(z.string()),
  recommendation: z.array(z.number()),
  estimate: numbers,
  standardError: numbers,
  low: numbers,
  high: numbers,
  probability: numbers,
  /** probability_over_limit. */
  overLimit: numbers.optional(),
  oracle: numbers,
  oracleLow: numbers,
  oracleHigh: numbers,
  oracleStandardError: numbers.optional(),
  oracleProbability: numbers.optional(),
  oracleRecommendation: z.array(z.number()),
  /** Baselines, where asked for. */
  leastSquares: numbers.optional(),
  ridge: numbers.optional(),
  recursive: numbers.optional(),
  lasso: numbers.optional(),
  prototype: numbers.optional(),
  prototypeStandardError: numbers.optional(),
  prototypeProbability: numbers.optional(),
  prototypeRecommendation: z.array(z.number()).optional(),
  /** Repeated looks: first day on the list, day on which |e| reached 2 %, error of the forecast of that day. */
  firstReverify: numbers.optional(),
  crossing: numbers.optional(),
  exitError: numbers.optional(),
  /** Day on which |e| reached the limit of the class, and what was said of it on the first day on the list. */
  limitCrossing: numbers.optional(),
  exitEarliest: numbers.optional(),
  exitMedian: numbers.optional(),
  exitLatest: numbers.optional(),
});

export const fleetRecord = z.object({
  ...fleetFields,
  /** ms, over all areas. */
  time: z.object({ simulate: z.number(), analyze: z.number(), oracle: z.number() }),
  areas: z.array(
    z.object({
      status: z.string(),
      oracleStatus: z.string(),
      loss: z.number(),
      /** e of the supply meter: the part of all errors of an area that its balance cannot see. */
      supplyError: z.number(),
      /** Whether the archive is right about the area; `wrong`: something that a gate has to find. */
      archive: z.enum(['clean', 'lists', 'feeds', 'wrong']),
    }),
  ),
  /** Per misfiled or unregistered customer: whether each answer of the contract was given. */
  guests: z.array(
    z.object({
      device: z.boolean(),
      listing: z.boolean(),
      feeding: z.boolean(),
      nothingPublished: z.boolean(),
    }),
  ),
  /** Per area with something else wrong: answered as the contract wants, and no honest member accused. */
  troubles: z
    .array(z.object({ kind: z.string(), right: z.boolean(), nothingWrong: z.boolean() }))
    .optional(),
  meters: meterColumns,
});

export type FleetRecord = z.infer<typeof fleetRecord>;
export type MeterColumns = FleetRecord['meters'];

/** As a column holds it; null: there is none. */
export function orNull(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : rounded(value);
}

/** Six digits behind the point: 0.0001 %. */
export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
