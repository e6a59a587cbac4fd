import {
  CONNECTIONS,
  INSTRUMENT_CATEGORIES,
  LEGAL_EVENT_KINDS,
  LEGAL_REASONS,
  LEGAL_STANDINGS,
  RULE_BASES,
  RULE_SET_NAMES,
  RULE_STATUSES,
  TECHNOLOGIES,
  VALIDITY_PRECISIONS,
} from '@verimeter/metrology';
import {
  DEVICE_CONDITIONS,
  DEVICE_KINDS,
  LEGAL_STATUSES,
  type LegalStatus,
} from '@verimeter/telemetry';
import { z } from 'zod';
import {
  choiceParam,
  count,
  date,
  identifierParam,
  instant,
  listOf,
  numericIdParam,
  pageParams,
} from './common.ts';
import { legalDay } from './legal-dates.ts';
import { filledText, plainText } from './plain-text.ts';

const person = z.object({
  id: z.string().meta({ description: 'Id of the key, or who ran the command' }),
  name: z.string().nullable(),
});

// --- how devices stand ----------------------------------------------------------------------------------------

const standing = {
  device_id: z.string(),
  kind: z.enum(DEVICE_KINDS),
  serial: z.string().nullable(),
  address: z.string().nullable(),
  status: z.enum(LEGAL_STATUSES).meta({ description: 'Today, where the tenant is' }),
  state: z.enum(LEGAL_STANDINGS),
  verified_on: date.nullable().meta({ description: 'Of the verification that counts' }),
  due_on: date.nullable().meta({
    description: 'Last day of validity; null: no legal date can be stated',
    examples: ['2027-03-31'],
  }),
  due_precision: z
    .enum(VALIDITY_PRECISIONS)
    .nullable()
    .meta({ description: '`month`: the mark tells the month only; show it as one' }),
  due_earliest: date.nullable(),
  due_latest: date.nullable().meta({
    description:
      'Other than `due_earliest` where confirmed rules differ, for want of the technology',
  }),
  provisional_due_on: date.nullable().meta({
    description:
      'No legal date: what the rules of the device would give at the earliest, unverified ones included ("unverified: would be until …")',
  }),
  provisional_latest_on: date.nullable(),
  since: date.nullable().meta({ description: 'Void, taken out or swapped since this day' }),
  reasons: z.array(z.enum(LEGAL_REASONS)),
  rules: z.array(z.string()).meta({ description: 'Ids of the rules used; see /legal-rules' }),
} as const;
export const legalState = z.object(standing);
export type LegalStateItem = z.infer<typeof legalState>;

export const legalStateList = listOf(legalState);

export const legalStateListQuery = z.strictObject({
  status: choiceParam(LEGAL_STATUSES).optional(),
  kind: choiceParam(DEVICE_KINDS).optional(),
  group: identifierParam.optional().meta({ description: 'Members of this group today' }),
  due_from: legalDay.optional().meta({ format: 'date', description: 'Due on this day or later' }),
  due_before: legalDay.optional().meta({ format: 'date', description: 'Due before this day' }),
  provisional: z.enum(['true', 'false'], { error: 'must be true or false' }).optional().meta({
    description:
      '`false`: days that unverified rules give do not count for `due_from` and `due_before`; default: they do, and the row says so',
  }),
  ...pageParams,
});

export const legalSummary = z.object({
  today: date,
  pending: count.meta({ description: 'Devices whose standing is still being worked out' }),
  devices: count,
  statuses: z.object({
    valid: count,
    due_soon: count,
    expired: count,
    void: count,
    not_regulated: count,
    unknown: count,
  } satisfies Record<LegalStatus, z.ZodInt>),
  months: z
    .array(
      z.object({
        month: z.string().meta({ examples: ['2027-03'] }),
        due: count.meta({ description: 'Legal dates in this month' }),
        provisional: count.meta({
          description:
            'Devices without one, whose rules would give a day in this month at the earliest',
        }),
      }),
    )
    .meta({ description: 'This month and the 23 that follow' }),
  overdue: count.meta({ description: 'Legal dates before today' }),
});
export type LegalSummary = z.infer<typeof legalSummary>;
export const legalSummaryQuery = z.strictObject({
  kind: choiceParam(DEVICE_KINDS).optional(),
  group: identifierParam.optional().meta({ description: 'Members of this group today' }),
});

export const deviceLegalState = z.object({
  ...standing,
  rules_used: z.array(
    z.object({
      id: z.string(),
      status: z.enum(RULE_STATUSES),
      basis: z.enum(RULE_BASES),
      months: z.int().nullable(),
      source: z.string(),
      note: z.string().nullable(),
      ends: z.array(date).meta({ description: 'What it gives; several where sources contradict' }),
    }),
  ),
  seal_checks: z
    .array(
      z.object({
        ts: instant,
        event: z.string(),
        condition: z.enum(DEVICE_CONDITIONS),
        state: z.enum(['active', 'past', 'cleared']),
      }),
    )
    .meta({
      description:
        'What the device reported since the verification that counts and is a reason to look at its seal; it voids nothing',
    }),
});
export type DeviceLegalState = z.infer<typeof deviceLegalState>;

// --- events ---------------------------------------------------------------------------------------------------

export const legalEvent = z.object({
  id: z.int(),
  device_id: z.string(),
  kind: z.enum(LEGAL_EVENT_KINDS),
  on: date,
  note: z.string().nullable(),
  entered_by: person,
  entered_at: instant,
  withdrawn: z.object({ by: person, at: instant, reason: z.string() }).nullable(),
});
export type LegalEventItem = z.infer<typeof legalEvent>;

export const legalEventList = z.object({ items: z.array(legalEvent), next_cursor: z.null() });

export const legalEventInput = z
  .strictObject({
    kind: z
      .enum(LEGAL_EVENT_KINDS, { error: `must be one of ${LEGAL_EVENT_KINDS.join(', ')}` })
      .meta({
        description:
          'seal_broken, seal_replaced, mark_lost and repaired void the verification until a later one passes; swapped: another meter is in place',
      }),
    on: legalDay.meta({ description: 'Day of the tenant; not in the future' }),
    note: plainText(4000).nullable().default(null),
  })
  .meta({
    examples: [{ kind: 'seal_broken', on: '2026-11-20', note: 'Kẹp chì đứt, biên bản số 12' }],
  });
export type LegalEventInput = z.infer<typeof legalEventInput>;
export const legalEventWithdrawal = z.strictObject({ reason: filledText(4000, 'why') });
export const legalEventPath = z.strictObject({ device_id: identifierParam, id: numericIdParam });

// --- rules ----------------------------------------------------------------------------------------------------

const texts = z.array(filledText(50, 'a name')).min(1, 'is empty; leave it out').max(50);

const ruleFields = {
  category: z.enum(INSTRUMENT_CATEGORIES, {
    error: `must be one of ${INSTRUMENT_CATEGORIES.join(', ')}`,
  }),
  technology: z.enum(TECHNOLOGIES).nullable().default(null),
  phases: z
    .union([z.literal(1), z.literal(3)])
    .nullable()
    .default(null),
  connection: z.enum(CONNECTIONS).nullable().default(null),
  accuracy_classes: texts.nullable().default(null),
  nominals: texts.nullable().default(null),
  basis: z.enum(RULE_BASES, { error: `must be one of ${RULE_BASES.join(', ')}` }).default('cycle'),
  months: z.int().min(1).max(1200).nullable().default(null),
  ends_with: z
    .enum(['day', 'year'])
    .default('day')
    .meta({ description: '`year`: validity ends with the calendar year in which the months end' }),
  from: legalDay.nullable().default(null).meta({
    description:
      'First day in force; null: since ever. The rule in force on the day of a verification decides its end',
  }),
  to: legalDay.nullable().default(null).meta({ description: 'Last day in force; null: open' }),
  source: filledText(1000, 'article and item of the text').meta({
    examples: ['02/VBHN-BKHCN 2024, Điều 4, mục 50'],
  }),
  status: z.enum(RULE_STATUSES).meta({
    description: '`confirmed`: read in the official text. Only these give legal dates',
  }),
  note: plainText(4000).nullable().default(null),
} as const;

export const legalRule = z.object({
  id: z.string(),
  ...ruleFields,
  other_months: z.array(z.int()).meta({ description: 'What other sources say' }),
  origin: z.enum(['built_in', 'tenant']),
  replaces: z.string().nullable(),
  replaced_by: z
    .array(z.object({ id: z.string(), from: date.nullable(), to: date.nullable() }))
    .meta({ description: 'Rules of the tenant that are used instead, and when' }),
  entered_by: person.nullable(),
  entered_at: instant.nullable(),
  version: z.int().nullable(),
});
export type LegalRuleItem = z.infer<typeof legalRule>;
export const legalRuleList = z.object({
  rule_set: z.enum(RULE_SET_NAMES),
  items: z.array(legalRule),
  next_cursor: z.null(),
});

export const legalRuleInput = z
  .strictObject({
    ...ruleFields,
    replaces: identifierParam.nullable().default(null).meta({
      description: 'The built-in rule that is not used on the days on which this one is in force',
    }),
  })
  .superRefine((rule, context) => {
    const issue = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (rule.basis === 'cycle' && rule.months === null) issue('months', 'is required for a cycle');
    if (rule.basis !== 'cycle' && rule.months !== null)
      issue('months', `cannot be given with basis ${rule.basis}; leave it out`);
    if (rule.from !== null && rule.to !== null && rule.to < rule.from)
      issue('to', `is before from ${rule.from}`);
  })
  .meta({
    examples: [
      {
        category: 'electricity_meter',
        technology: 'electronic',
        phases: 1,
        basis: 'cycle',
        months: 72,
        from: '2020-01-01',
        source: '02/VBHN-BKHCN 2024, Điều 4',
        status: 'confirmed',
        replaces: 'vn-electricity-electronic-1-phase-2020',
      },
    ],
  });
export type LegalRuleInput = z.infer<typeof legalRuleInput>;
export const legalRulePath = z.strictObject({ id: identifierParam });

export const ruleSetChoice = z.strictObject({
  rule_set: z.enum(RULE_SET_NAMES, { error: `must be one of ${RULE_SET_NAMES.join(', ')}` }),
});
