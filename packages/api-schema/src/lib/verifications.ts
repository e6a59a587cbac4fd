import { VERIFICATION_KINDS, VERIFICATION_WARNINGS } from '@verimeter/metrology';
import { z } from 'zod';
import {
  choiceParam,
  date,
  identifierParam,
  instant,
  listOf,
  numericIdParam,
  pageParams,
} from './common.ts';
import { legalDay, validityText } from './legal-dates.ts';
import { filledText, plainText } from './plain-text.ts';

export const VERIFICATION_MARKS = ['certificate', 'sticker', 'mark_type_1', 'mark_type_2'] as const;
export const VERIFICATION_RESULTS = ['pass', 'fail'] as const;

const ratio = (what: string, least: number, most: number) =>
  z
    .number({ error: `must be a number: ${what}` })
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);
const orNull = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);

const verificationPoint = z.strictObject({
  test_point: filledText(200, 'what was set, such as "Ib, cosφ 1" or "Q2"').meta({
    examples: ['Ib, cosφ 1'],
  }),
  error: orNull(ratio('a ratio, 0.012 for 1.2 %', -10_000, 10_000)).meta({
    description: '(indicated - actual) / actual, a ratio',
    examples: [-0.0042],
  }),
  expanded_uncertainty: orNull(ratio('a ratio', 0, 10_000)).meta({ examples: [0.0008] }),
  coverage_factor: orNull(ratio('k, such as 2', 0.1, 100)).meta({ examples: [2] }),
  limit: orNull(ratio('a ratio', 0, 10_000)).meta({
    description: 'Maximum permissible error at this point, a ratio',
    examples: [0.01],
  }),
  pass: orNull(z.boolean({ error: 'must be true or false' })),
  load: orNull(ratio('a ratio of the base or rated current', 0, 1000)).meta({
    description: 'Electricity: current as a ratio of the base or rated one',
    examples: [1],
  }),
  power_factor: orNull(ratio('cos φ', -1, 1)).meta({ examples: [1] }),
  flow: orNull(ratio('m3/h', 0, 1e6)).meta({ description: 'Water: m3/h', examples: [2.5] }),
  as_found: orNull(z.boolean({ error: 'must be true or false' })).meta({
    description: 'Measured before anything was adjusted or cleaned; null: that of the record',
  }),
});
export type VerificationPointItem = z.infer<typeof verificationPoint>;

const standard = z.strictObject({
  name: filledText(200, 'the name of the standard'),
  serial: orNull(plainText(100)),
  certificate_no: orNull(plainText(100)),
  valid_until: orNull(validityText),
});

const ambient = z.strictObject({
  temperature_cel: orNull(ratio('degrees Celsius', -100, 200)).meta({ examples: [23.4] }),
  humidity_percent: orNull(ratio('%', 0, 100)).meta({ examples: [58] }),
  pressure_hpa: orNull(ratio('hPa', 0, 2000)).meta({ examples: [1008] }),
});

const fields = {
  device_id: identifierParam.meta({ examples: ['PA0123456'] }),
  verified_on: legalDay.meta({ description: 'Day of the tenant; not in the future' }),
  kind: z
    .enum(VERIFICATION_KINDS, { error: `must be one of ${VERIFICATION_KINDS.join(', ')}` })
    .nullable()
    .meta({ description: 'Kind of verification; null: an old record that does not tell it' }),
  result: z.enum(VERIFICATION_RESULTS, { error: 'must be pass or fail' }),
  valid_until: orNull(validityText),
  mark: orNull(z.enum(VERIFICATION_MARKS)).meta({
    description:
      'What was given: a certificate, a sticker, a mark that only seals (type 1), or one that seals and tells the end (type 2, no certificate)',
  }),
  certificate_no: plainText(100)
    .default('')
    .meta({ description: 'Empty: none was given', examples: ['4302 - 26'] }),
  seal_no: orNull(plainText(100)).meta({ examples: ['QN 26-0153'] }),
  seal_year: orNull(z.int().min(1900).max(2200)).meta({ examples: [2026] }),
  body: orNull(plainText(200)).meta({
    description: 'The authorised body',
    examples: ['Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng'],
  }),
  procedure: orNull(plainText(100)).meta({
    description: 'Number and edition',
    examples: ['ĐLVN 39:2012'],
  }),
  serial: orNull(plainText(100)).meta({
    description:
      'Serial number of the meter that was verified: tells the initial verification of a new meter from those of the one it replaced',
  }),
  as_found: orNull(z.boolean({ error: 'must be true or false' })).meta({
    description: 'Of all test points: measured before anything was adjusted or cleaned',
  }),
  standards: z.array(standard).max(20, 'at most 20 standards').default([]),
  ambient: orNull(ambient),
  verified_by: orNull(plainText(200)),
  checked_by: orNull(plainText(200)),
  note: orNull(plainText(4000)),
  points: z
    .array(verificationPoint)
    .max(100, 'at most 100 test points')
    .refine(
      (points) => new Set(points.map((point) => point.test_point)).size === points.length,
      'names a test point twice; name each once, such as "Ib, cosφ 1 (left)"',
    )
    .default([]),
} as const;

const EXAMPLE = {
  device_id: 'PA0123456',
  verified_on: '2026-11-03',
  kind: 'periodic',
  result: 'pass',
  valid_until: '2032-11',
  mark: 'mark_type_2',
  seal_no: 'QN 26-0153',
  seal_year: 2026,
  body: 'Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng',
  procedure: 'ĐLVN 39:2012',
  as_found: true,
  verified_by: 'Nguyễn Văn A',
  checked_by: 'Trần Thị B',
  ambient: { temperature_cel: 23.4, humidity_percent: 58, pressure_hpa: 1008 },
  standards: [
    { name: 'PTS 400.3', serial: '51234', certificate_no: 'V09.CN5.26', valid_until: '2027-05' },
  ],
  points: [
    {
      test_point: '0.1 Ib, cosφ 1',
      error: -0.0061,
      expanded_uncertainty: 0.001,
      coverage_factor: 2,
      limit: 0.015,
      pass: true,
      load: 0.1,
      power_factor: 1,
    },
    {
      test_point: 'Ib, cosφ 1',
      error: -0.0042,
      expanded_uncertainty: 0.0008,
      coverage_factor: 2,
      limit: 0.01,
      pass: true,
      load: 1,
      power_factor: 1,
    },
  ],
};

/** What a record tells beside its result, as it is kept; a record that was imported tells nothing. */
export const verificationDetails = z.object({
  serial: fields.serial,
  seal_year: fields.seal_year,
  standards: fields.standards,
  ambient: fields.ambient,
  verified_by: fields.verified_by,
  checked_by: fields.checked_by,
  note: fields.note,
});

export const verificationInput = z
  .strictObject(fields)
  .superRefine((input, context) => {
    if (
      input.valid_until !== null &&
      input.valid_until < input.verified_on.slice(0, input.valid_until.length)
    )
      context.addIssue({
        code: 'custom',
        path: ['valid_until'],
        message: `is before verified_on ${input.verified_on}`,
      });
  })
  .meta({ examples: [EXAMPLE] });
export type VerificationInputItem = z.infer<typeof verificationInput>;

const reason = filledText(4000, 'why');

export const verificationCorrection = z
  .strictObject({ verification: verificationInput, reason })
  .meta({ description: 'The whole record as it should have been, and why it is changed' });
export const verificationWithdrawal = z
  .strictObject({ reason })
  .meta({ examples: [{ reason: 'entered for the wrong meter' }] });

const verificationWarning = z.object({
  code: z.enum(VERIFICATION_WARNINGS),
  test_point: z.string().nullable(),
  message: z.string().meta({ description: 'In English; `code` tells it for other languages' }),
});
export type VerificationWarning = z.infer<typeof verificationWarning>;

const person = z.object({
  id: z.string().meta({ description: 'Id of the key, or who ran the command' }),
  name: z.string().nullable(),
});

export const verification = z.object({
  id: z.int(),
  version: z.int(),
  ...fields,
  valid_until_day: date.nullable().meta({ description: 'Last day of validity' }),
  entered_by: person,
  entered_at: instant,
  change_reason: z.string().nullable(),
  withdrawn: z
    .object({ by: person, at: instant, reason: z.string() })
    .nullable()
    .meta({ description: 'A withdrawn record counts nowhere' }),
  weighted_error: z
    .object({
      error: z.number(),
      standard_uncertainty: z
        .number()
        .nullable()
        .meta({ description: 'null: one of the points tells no uncertainty' }),
      method: z.string(),
      points: z.array(z.object({ test_point: z.string(), weight: z.number() })),
    })
    .nullable()
    .meta({
      description:
        'One error of all test points as found, weighted as docs/legal.md says; null: not to be had',
    }),
  warnings: z.array(verificationWarning),
});
export type VerificationItem = z.infer<typeof verification>;

export const verificationDetail = verification.extend({
  history: z.array(verification).meta({ description: 'Versions before this one, latest first' }),
});

export const verificationList = listOf(verification);

export const verificationListQuery = z.strictObject({
  device_id: identifierParam.optional(),
  from: legalDay.optional().meta({ format: 'date', description: 'Verified on this day or later' }),
  to: legalDay.optional().meta({ format: 'date', description: 'Verified on this day or before' }),
  kind: choiceParam(VERIFICATION_KINDS).optional(),
  result: choiceParam(VERIFICATION_RESULTS).optional(),
  body: plainText(200).optional().meta({ description: 'The authorised body, as it is written' }),
  withdrawn: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .optional()
    .meta({ description: 'Only withdrawn records, or only others; default: others' }),
  ...pageParams,
});

export const verificationPath = z.strictObject({ id: numericIdParam });
