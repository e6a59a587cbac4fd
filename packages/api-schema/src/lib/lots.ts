import { z } from 'zod';
import { count, date, instant, listOf, pageParams } from './common.ts';

const ratio = z.number().nullable();
const probability = z.number().min(0).max(1).nullable();
const number = z.number().nullable();

const lotFields = {
  lot: z.string().meta({ description: 'kind|manufacturer|model|class|size|year; ? is unknown' }),
  quantity: z.string().meta({ description: 'The register that is balanced' }),
  as_of: instant.nullable(),
  limit: z.number().meta({ description: 'Maximum permissible error of the class, a ratio' }),
  members: count.meta({ description: 'Registered devices of the lot' }),
  estimated: count.meta({ description: 'Members with an estimate or a laboratory result' }),
  verified: count.meta({ description: 'Members with a recent laboratory result as found' }),
  mean: ratio.meta({ description: 'Mean error of all members' }),
  mean_se: ratio,
  spread: ratio.meta({ description: 'Standard deviation of the errors of the members' }),
  spread_low: ratio.meta({ description: '90 % interval' }),
  spread_high: ratio,
  share: probability.meta({
    description: 'Share of the members whose error is beyond the limit, posterior mean',
  }),
  share_low: probability.meta({ description: '90 % interval' }),
  share_high: probability,
  share_low_95: probability.meta({ description: '95 % interval' }),
  share_high_95: probability,
  p_share_over_5: probability.meta({
    description: 'Probability that more than 5 % of the members are beyond the limit',
  }),
  p_mean_over_limit: probability,
  effective_members: number.meta({
    description: 'Random laboratory tests that would tell the share as well',
  }),
  drift_per_year: ratio.meta({ description: 'Growth of the error of the typical member' }),
  drift_per_year_se: ratio,
  exit_date: date.nullable().meta({
    description: 'When more than 5 % will be beyond the limit, with probability 0.5',
  }),
  exit_date_earliest: date.nullable().meta({ description: 'The same with probability 0.05' }),
  relative_drift_per_year: ratio.meta({
    description:
      'Growth of what the lot registers beyond the other lots in the same districts or areas, without any reference. What all lots have in common is not in it, and no share follows from it',
  }),
  relative_drift_per_year_se: ratio,
  relative_drift_per_1000_m3: ratio.meta({
    description: 'The same per 1,000 m3 that pass; water meters only',
  }),
  relative_drift_per_1000_m3_se: ratio,
  relative_homes: count.nullable().meta({ description: 'Members that the difference rests on' }),
  relative_minimum_detectable: ratio.meta({
    description: 'Smallest difference per year that would have been found with 90 % power',
  }),
  relative_posterior_per_year: ratio.meta({
    description:
      'relative_drift_per_year with what lots of its type and age do: posterior mean; water meters only',
  }),
  relative_posterior_per_year_se: ratio,
  relative_posterior_per_1000_m3: ratio.meta({ description: 'The same per 1,000 m3 that pass' }),
  relative_posterior_per_1000_m3_se: ratio,
  relative_exit_date: date.nullable().meta({
    description:
      'When the mean error of the lot leaves its limit with probability 0.5, if it goes on like relative_posterior_per_year and the other lots stay as they are; null where the sign of that trend is not certain (95 %)',
  }),
  relative_exit_date_earliest: date.nullable().meta({
    description: 'The same with probability 0.05',
  }),
  relative_exit_level_assumed: z.boolean().nullable().meta({
    description: 'Nothing is known of the mean error today: the exit is reckoned from none',
  }),
} as const;

const samplingPlan = z.object({
  n: count.meta({ description: 'Members to test in a laboratory; 0: it is decided' }),
  accept: z.int().meta({
    description: 'Conforms where no more than this many of them are beyond the limit; -1: never',
  }),
  reject: count.meta({ description: 'Does not from this many on' }),
  accept_probability: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .meta({ description: 'Probability that the sample accepts the lot, by what is known' }),
  without_prior: z
    .object({ n: count, accept: count })
    .meta({ description: 'Plan that shows 95 % conforming with 95 % confidence by itself' }),
  sample: z.array(z.string()).meta({
    description:
      'Devices to dismount: the first of the random order of the lot, which does not change',
  }),
});

const lot = z.object({ ...lotFields, plan: samplingPlan });
export type Lot = z.infer<typeof lot>;
/** The columns of `export lots`, in order; the plan is one more. */
export const LOT_COLUMNS = z.object(lotFields).keyof().options;

export const lotList = listOf(lot);
export const lotListQuery = z.strictObject({
  lot: z
    .string()
    .max(1000)
    .optional()
    .meta({ description: 'Only the lot of this key, spelt as `lot` is' }),
  ...pageParams,
});
