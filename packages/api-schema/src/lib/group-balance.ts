import { z } from 'zod';
import { count, date, instant, instantParam, wholeNumber, zoneParam } from './common.ts';

const amount = z.number().nullable();
const coverage = z.number().min(0).max(1).nullable();

const bucket = z.object({
  start: instant,
  end: instant,
  supply: amount.meta({
    description: 'What came into the group, in `unit`; export taken off; null: nothing is known',
  }),
  supply_out: amount.meta({ description: 'What went on to other groups' }),
  consumers: amount.meta({ description: 'Sum of the consumers, export taken off' }),
  supply_coverage: coverage.meta({
    description: "Share of the members' time that is known; null: the group has none of them",
  }),
  supply_out_coverage: coverage,
  consumer_coverage: coverage,
});
export type GroupBalanceBucket = z.infer<typeof bucket>;

export const groupBalance = z
  .object({
    group_id: z.string(),
    quantity: z.string().nullable().meta({
      description: 'The register that is balanced; null: a network of sensors has none',
    }),
    unit: z.string().nullable().meta({ description: 'UCUM' }),
    formed_from: date.nullable().meta({
      description: 'First and last day (UTC) of which intervals are formed; null: none yet',
    }),
    formed_until: date.nullable(),
    consumers: count.meta({ description: 'Consumers at the end of the period' }),
    items: z.array(bucket),
  })
  .meta({
    description:
      'Differences of readings as they were formed for good, never estimated: compare a supply and its consumers only where both coverages are near 1.',
  });
export type GroupBalance = z.infer<typeof groupBalance>;

/** Longest period of a balance, days. */
export const BALANCE_DAYS: Readonly<Record<'1h' | '1d', number>> = { '1h': 14, '1d': 400 };

export const groupBalanceQuery = z
  .strictObject({
    from: instantParam.optional().meta({
      format: 'date-time',
      description: 'Default: `days` before `to`',
    }),
    to: instantParam
      .optional()
      .meta({ format: 'date-time', description: 'Default: the end of what is formed' }),
    days: wholeNumber(1, 400, 'must be a whole number from 1 to 400').optional().meta({
      type: 'integer',
      minimum: 1,
      maximum: 400,
      description: 'How many before `to`, instead of `from`; default: 30, of hours 2',
    }),
    resolution: z
      .enum(['1h', '1d'], { error: 'must be one of 1h, 1d' })
      .optional()
      .meta({ description: 'Default: 1d' }),
    zone: zoneParam.optional(),
  })
  .superRefine(({ from, to, days: asked, resolution = '1d' }, context) => {
    if (asked !== undefined && from !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['days'],
        message: 'says what `from` says; give one',
      });
    if (asked !== undefined && asked > BALANCE_DAYS[resolution])
      context.addIssue({
        code: 'custom',
        path: ['days'],
        message: `must be at most ${BALANCE_DAYS[resolution]} for a resolution of ${resolution}`,
      });
    if (from === undefined || to === undefined) return;
    const days = BALANCE_DAYS[resolution];
    if (from >= to)
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: 'must be after `from`; swap them',
      });
    else if (to - from > days * 86_400e6)
      context.addIssue({
        code: 'custom',
        path: ['from'],
        message: `is more than ${days} days before \`to\`; ask for less at a time`,
      });
  });
