import { QUANTITIES, VALIDATION_SEVERITIES, type ValidationRules } from '@verimeter/telemetry';
import { z } from 'zod';
import { date, instant } from './common.ts';

const bounded = (least: number, most: number) => {
  const message = `must be a number from ${least} to ${most}`;
  return z.number({ error: message }).min(least, message).max(most, message);
};
const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.int({ error: message }).min(least, message).max(most, message);
};

/** Runs are looked back at so far at most: longer ones are told by the day that they reach. */
const MOST_DAYS = 60;
const hours = bounded(1, 24 * 28);

const rule = {
  enabled: z.boolean({ error: 'must be true or false' }),
  severity: z.enum(VALIDATION_SEVERITIES, {
    error: `must be one of ${VALIDATION_SEVERITIES.join(', ')}`,
  }),
} as const;

const quantityNames = new Set(QUANTITIES.map(({ name }) => name));

const limits = z
  .record(
    z.string(),
    z.tuple([z.number(), z.number()], { error: 'must be [lowest, highest], two numbers' }),
  )
  .superRefine((given, context) => {
    for (const [name, [low, high]] of Object.entries(given)) {
      if (!quantityNames.has(name))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'is not a known quantity; docs/quantities.md lists them',
        });
      if (low >= high)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `the lowest value ${low} must be below the highest ${high}; swap them`,
        });
    }
  });

/** A rule set as a whole, each rule with its parameters. */
export const validationRules = z
  .strictObject({
    history_days: whole(8, MOST_DAYS),
    spike: z.strictObject({
      ...rule,
      register_ratio: bounded(0.1, 1000),
      instant_ratio: bounded(0.1, 1000),
    }),
    high_usage: z.strictObject({
      ...rule,
      ratio: bounded(1.01, 1000),
      least_days: whole(1, MOST_DAYS),
    }),
    low_usage: z.strictObject({
      ...rule,
      ratio: bounded(0.0001, 0.99),
      least_days: whole(1, MOST_DAYS),
    }),
    rating: z.strictObject({ ...rule, ratio: bounded(0.1, 100) }),
    range: z.strictObject({ ...rule, limits }),
    error_code: z.strictObject({ ...rule, values: z.array(z.number()).max(100) }),
    sum_check: z.strictObject({
      ...rule,
      tolerance_percent: bounded(0, 100),
      tolerance_quanta: bounded(0, 1000),
      spread_ratio: bounded(0, 1000),
    }),
    zero: z.strictObject(rule),
    consecutive_zero: z.strictObject({ ...rule, hours }),
    gap: z.strictObject({
      ...rule,
      ratio: bounded(1.1, 1000),
      warning_hours: bounded(0, 100_000),
      severe_hours: bounded(0, 100_000),
    }),
    duplicate: z.strictObject({ ...rule, share: bounded(0, 0.5) }),
    interval_size: z.strictObject({
      ...rule,
      tolerance: bounded(0.001, 0.49),
      steady_share: bounded(0.1, 1),
    }),
    unit: z.strictObject({ ...rule, ratio: bounded(1, 1e6) }),
    multiplier: z.strictObject({
      ...rule,
      factors: z.array(bounded(2, 1e6)).min(1, 'needs one factor at least').max(100),
      tolerance: bounded(0.01, 0.5),
      days: whole(1, 7),
    }),
    prolonged_estimation: z.strictObject({ ...rule, hours: bounded(1, 100_000) }),
    identical: z.strictObject({
      ...rule,
      intervals: whole(3, 2000),
      hours,
      days: whole(2, 28),
      least_quanta: bounded(1, 1e6),
    }),
    negative: z.strictObject(rule),
    reverse_flow: z.strictObject({ ...rule, least: bounded(0, 1e6) }),
    register_event: z.strictObject(rule),
    estimation: z.strictObject({
      enabled: z.boolean({ error: 'must be true or false' }),
      linear_hours: bounded(0, 24),
      most_hours: bounded(0, 24 * 60),
    }),
  })
  .refine(({ gap }) => gap.warning_hours <= gap.severe_hours, {
    path: ['gap', 'severe_hours'],
    message: 'is less than `warning_hours`; give at least as many hours',
  }) satisfies z.ZodType<ValidationRules>;

export const ruleSet = z.object({
  version: z.int(),
  effective_from: date.nullable().meta({
    description: 'Readings of this day (UTC) and later are held against it; null: since ever',
  }),
  rules: validationRules,
  changed_by: z.string().meta({ description: 'Id of the key, or who ran the command' }),
  changed_at: instant,
  reason: z.string(),
});
export type RuleSet = z.infer<typeof ruleSet>;

export const ruleSetList = z.object({
  items: z.array(ruleSet).meta({ description: 'All versions, the latest first' }),
});

/** `rules` may name single parameters only. */
export const ruleSetChange = z.strictObject({
  rules: z
    .record(z.string(), z.unknown(), { error: 'must be an object with rules by name' })
    .meta({ description: 'Rules by name; what is left out stays as it is in the latest version' }),
  effective_from: z.iso
    .date('must be a day such as 2026-11-01')
    .nullable()
    .optional()
    .meta({ description: 'From the readings of this day (UTC) on; null: all; default: today' }),
  reason: z
    .string({ error: 'is required: say why the rules change' })
    .min(1, 'is empty: say why the rules change')
    .max(4000, 'must be at most 4000 characters'),
});
