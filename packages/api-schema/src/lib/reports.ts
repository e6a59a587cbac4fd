import { VERIFICATION_KINDS } from '@verimeter/metrology';
import { DEVICE_KINDS } from '@verimeter/telemetry';
import { z } from 'zod';
import { count, date, instant } from './common.ts';
import { printQuery } from './documents.ts';
import { trackRecord } from './track-record.ts';

export const REPORT_VERIFICATION_KINDS = [...VERIFICATION_KINDS, 'unknown'] as const;

/** Columns of every table of a report. */
export const REPORT_COUNTS = [
  'registered',
  'verified',
  'cross_checked',
  'passed',
  'failed',
  'overdue',
  'due_next_month',
  'void',
  'not_stated',
] as const;
export type ReportCount = (typeof REPORT_COUNTS)[number];

const counts = {
  registered: count.meta({ description: 'Devices at the end of the period' }),
  verified: count.meta({ description: 'Verifications in the period, cross-checks left out' }),
  cross_checked: count.meta({ description: 'Cross-checks in the period' }),
  passed: count.meta({ description: 'Of both, those that passed' }),
  failed: count.meta({ description: 'Of both, those that failed' }),
  overdue: count.meta({ description: 'Devices whose validity had ended' }),
  due_next_month: count.meta({ description: 'Devices whose validity ends in the month after' }),
  void: count.meta({ description: 'Devices whose verification was void' }),
  not_stated: count.meta({
    description: 'Devices of which no status could be stated, for want of a record or a rule',
  }),
} satisfies Record<ReportCount, z.ZodType>;

const byVerificationKind = z.object({
  initial: count,
  periodic: count,
  after_repair: count,
  extraordinary: count,
  cross_check: count,
  unknown: count,
} satisfies Record<(typeof REPORT_VERIFICATION_KINDS)[number], z.ZodType>);

const lot = {
  manufacturer: z.string().nullable(),
  model: z.string().nullable(),
  year: z.string().nullable().meta({ description: 'Of build; else of verification' }),
} as const;
const kind = z.enum(DEVICE_KINDS);

const failures = z.object({
  count,
  over: count.meta({ description: 'Counts more than passes: error above the limit' }),
  under: count.meta({ description: 'Counts less than passes' }),
  both: count.meta({ description: 'Test points beyond the limit on either side' }),
  unknown: count.meta({ description: 'No error was recorded' }),
  median_error: z
    .number()
    .nullable()
    .meta({ description: 'Of the worst test point of each, a ratio; null: none was recorded' }),
});

export const report = z.object({
  period: z.string(),
  from: date,
  to: date,
  as_of: date.meta({ description: 'The end of the period, or today where it is not over' }),
  complete: z.boolean().meta({ description: 'Whether the period is over' }),
  tenant: z.string(),
  made_at: instant,
  totals: z.object(counts),
  by_kind: z.array(z.object({ kind, ...counts })),
  by_area: z.array(
    z.object({ group_id: z.string().nullable(), name: z.string().nullable(), ...counts }),
  ),
  by_lot: z.array(z.object({ kind, ...lot, ...counts })),
  by_verification_kind: z.array(
    z.object({
      kind: z.enum(REPORT_VERIFICATION_KINDS),
      verified: count,
      passed: count,
      failed: count,
    }),
  ),
  rows: z
    .array(
      z.object({
        kind,
        group_id: z.string().nullable(),
        ...lot,
        ...counts,
        by_verification_kind: byVerificationKind,
      }),
    )
    .meta({ description: 'Kind, area and lot; at most 5,000, the XLSX has 10,000' }),
  rows_left_out: count,
  failures,
  data_quality: z.object({
    received: count,
    stored: count,
    duplicate: count,
    conflicting: count,
    rejected: count,
    pending: count,
  }),
  track_record: trackRecord
    .pick({ scored: true, outcomes: true, precision: true, recall: true, coverage: true })
    .meta({ description: 'What the data had said of the devices verified in the period' }),
  requests: z.object({
    received: count.meta({ description: 'Received in the period' }),
    answered: count.meta({ description: 'Answered in the period' }),
    in_time: count.meta({ description: 'Of those, within their time' }),
    late: count,
    without_clock: count.meta({ description: 'Of those, without a time limit' }),
    open: count.meta({ description: 'Open at the end of the period' }),
    overdue: count.meta({ description: 'Of the open ones, those past their last day' }),
  }),
});
export type Report = z.infer<typeof report>;

const PERIOD = /^(?:19|20|21)\d{2}(?:-(?:0[1-9]|1[0-2]))?$/;

export const reportPath = z.strictObject({
  period: z
    .string()
    .regex(PERIOD, 'must be a month such as 2026-11 or a year such as 2026')
    .meta({ description: 'Month or year', examples: ['2026-11'] }),
});
export const reportQuery = printQuery;
