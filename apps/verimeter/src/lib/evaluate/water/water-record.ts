import { z } from 'zod';
import { fleetFields } from '../record-head.ts';

const numbers = z.array(z.number().nullable());

/** Columns of the homes of a fleet, one value per home; null where there is none. Ratios, L and days. */
const homeColumns = z.object({
  district: z.array(z.number()),
  /** What was injected. */
  fault: z.array(z.enum(['none', 'drift', 'wear', 'stopped', 'customer-leak', 'backflow', 'air'])),
  /** Day on which it began; -1: before the first. */
  since: numbers,
  /** e at the last look, weighted by what the home drew; null where it drew nothing or stands still. */
  truth: numbers,
  /** The same without the fault. */
  healthy: numbers,
  litresPerDay: z.array(z.number()),
  indication: z.array(z.string()),
  recommendation: z.array(z.string()),
  estimate: numbers,
  standardError: numbers,
  low: numbers,
  high: numbers,
  probability: numbers,
  /** probability_over_limit. */
  overLimit: numbers,
  minimumDetectable: numbers,
  /** Baselines, where asked for. */
  leastSquares: numbers.optional(),
  leastSquaresSe: numbers.optional(),
  cohort: numbers.optional(),
  /** Repeated looks: first day with `reverify`, and with `stopped`; how many separate times `stopped` was said. */
  firstReverify: numbers.optional(),
  firstStopped: numbers.optional(),
  stoppedSpells: z.array(z.number()).optional(),
});

export const waterRecord = z.object({
  ...fleetFields,
  /** Days from the first to the last look. */
  lookedDays: z.number(),
  /** ms, over all districts. */
  time: z.object({ simulate: z.number(), analyze: z.number() }),
  districts: z.array(
    z.object({
      status: z.string(),
      /** Codes of the evidence of its group. */
      evidence: z.array(z.string()),
      leakShare: z.number(),
      otherShare: z.number(),
      supplyError: z.number(),
    }),
  ),
  /**
   * Per pair of districts with something wrong between them: answered as the contract wants, and no honest home accused. Its homes count
   * nowhere else.
   */
  troubles: z
    .array(
      z.object({
        kind: z.enum(['valve', 'stranger']),
        districts: z.array(z.number()),
        right: z.boolean(),
        nothingWrong: z.boolean(),
        /** Of the home that the wrong district lists. */
        litresPerDay: z.number().nullable(),
      }),
    )
    .optional(),
  homes: homeColumns,
});

export type WaterRecord = z.infer<typeof waterRecord>;
export type HomeColumns = WaterRecord['homes'];
