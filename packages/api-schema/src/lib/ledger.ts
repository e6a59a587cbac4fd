import { z } from 'zod';
import { count, identifierParam, instant, instantParam, pageParams } from './common.ts';

const counts = {
  received: count,
  stored: count,
  duplicate: count,
  conflicting: count,
  rejected: count,
  pending: count,
} as const;

export const ledgerEntry = z.object({
  device_id: z.string().nullable().meta({ description: 'null: no registered device' }),
  topic: z.string().nullable(),
  hour: instant.meta({ description: 'Start of the receive hour, UTC' }),
  source: z.string().meta({ description: '`mqtt`, `import` or `replay`' }),
  ...counts,
});
export type LedgerEntry = z.infer<typeof ledgerEntry>;

export const ledgerTotals = z.object(counts);
export type LedgerTotals = z.infer<typeof ledgerTotals>;

export const ledgerList = z.object({
  items: z.array(ledgerEntry),
  next_cursor: z.string().nullable(),
  totals: ledgerTotals.meta({ description: 'Over all pages of this query' }),
});

export const ledgerListQuery = z
  .strictObject({
    from: instantParam
      .optional()
      .meta({ format: 'date-time', description: 'Hours that start at or after' }),
    to: instantParam
      .optional()
      .meta({ format: 'date-time', description: 'Hours that start before' }),
    device_id: identifierParam.optional(),
    ...pageParams,
  })
  .superRefine((query, context) => {
    if (query.from !== undefined && query.to !== undefined && query.from > query.to)
      context.addIssue({ code: 'custom', path: ['to'], message: 'is before `from`; swap them' });
  });
