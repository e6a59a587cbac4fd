import { REQUEST_KINDS, REQUEST_UTILITIES, RULE_STATUSES } from '@verimeter/metrology';
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
import { legalDay } from './legal-dates.ts';
import { filledText, plainText } from './plain-text.ts';

export const REQUEST_STATUSES = ['open', 'answered', 'closed'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** How a request stands against its clock. */
export const REQUEST_TIMINGS = [
  'running', // open, and the last day has not passed
  'overdue', // open, and it has
  'in_time', // answered on the last day or before
  'late', // answered after it
  'no_clock', // no rule gives a time, and none was agreed
] as const;
export type RequestTiming = (typeof REQUEST_TIMINGS)[number];

const person = z.object({
  id: z.string().meta({ description: 'Id of the key, or who ran the command' }),
  name: z.string().nullable(),
});

const requestClockShape = z.object({
  amount: z.int(),
  unit: z.enum(['day', 'working_day']),
  source: z.string(),
  status: z.enum(RULE_STATUSES).meta({
    description: '`unverified`: not confirmed in the official text that is in force',
  }),
});

const written = {
  device_id: identifierParam.meta({ examples: ['PA0123456'] }),
  kind: z
    .enum(REQUEST_KINDS, { error: `must be one of ${REQUEST_KINDS.join(', ')}` })
    .meta({ description: 'What the customer asks for' }),
  received_on: legalDay.meta({ description: 'Day of the tenant; not in the future' }),
  reference: plainText(200)
    .nullable()
    .default(null)
    .meta({
      description: 'Number of the letter or call; no name or address is needed',
      examples: ['CSKH-2026-1187'],
    }),
  note: plainText(4000).nullable().default(null),
} as const;

export const customerRequestInput = z
  .strictObject({
    ...written,
    utility: z
      .enum(REQUEST_UTILITIES, { error: `must be one of ${REQUEST_UTILITIES.join(', ')}` })
      .optional()
      .meta({ description: 'Default: what the kind of the device says' }),
    due_on: legalDay.optional().meta({
      description: 'A day agreed with the customer; default: the last day of the legal clock',
    }),
  })
  .superRefine((input, context) => {
    if (input.due_on !== undefined && input.due_on < input.received_on)
      context.addIssue({
        code: 'custom',
        path: ['due_on'],
        message: `is before received_on ${input.received_on}`,
      });
  })
  .meta({
    examples: [
      {
        device_id: 'PA0123456',
        kind: 'complaint',
        received_on: '2026-11-27',
        reference: 'CSKH-2026-1187',
        note: 'Hóa đơn ba tháng liền giống nhau',
      },
    ],
  });
export type CustomerRequestInput = z.infer<typeof customerRequestInput>;

export const customerRequestChange = z
  .strictObject({
    status: z
      .enum(REQUEST_STATUSES, { error: `must be one of ${REQUEST_STATUSES.join(', ')}` })
      .optional(),
    answered_on: legalDay.optional().meta({
      description: 'With `answered` or `closed`: the day of the answer; default: today',
    }),
    comment: filledText(4000, 'what was said or done').optional(),
  })
  .superRefine((change, context) => {
    if (change.status === undefined && change.comment === undefined)
      context.addIssue({
        code: 'custom',
        path: ['status'],
        message: 'is missing: give status, comment or both',
      });
    if (
      change.answered_on !== undefined &&
      (change.status === undefined || change.status === 'open')
    )
      context.addIssue({
        code: 'custom',
        path: ['answered_on'],
        message: 'goes with the status answered or closed',
      });
  })
  .meta({ examples: [{ status: 'answered', comment: 'Đã gửi hồ sơ EP-2026-000001' }] });

const customerRequestEvent = z.object({
  status: z.enum(REQUEST_STATUSES).nullable().meta({ description: 'null: it stayed as it was' }),
  comment: z.string().nullable(),
  document_id: z.string().nullable(),
  by: person,
  at: instant,
});

export const customerRequest = z.object({
  id: z.int(),
  device_id: z.string(),
  kind: z.enum(REQUEST_KINDS),
  utility: z.enum(REQUEST_UTILITIES),
  received_on: date,
  reference: z.string().nullable(),
  note: z.string().nullable(),
  clock: requestClockShape
    .nullable()
    .meta({ description: 'The rule that gives the time; null: none is known' }),
  due_on: date.nullable().meta({ description: 'Last day on which an answer is in time' }),
  due_agreed: z.boolean().meta({ description: '`due_on` was agreed and is not that of the rule' }),
  status: z.enum(REQUEST_STATUSES),
  answered_on: date.nullable(),
  timing: z.enum(REQUEST_TIMINGS),
  days_left: z
    .int()
    .nullable()
    .meta({ description: 'Calendar days from today to `due_on`, negative after it; open ones' }),
  entered_by: person,
  entered_at: instant,
});
export type CustomerRequest = z.infer<typeof customerRequest>;

export const customerRequestDetail = customerRequest.extend({
  history: z.array(customerRequestEvent).meta({ description: 'Oldest first' }),
});
export type CustomerRequestDetail = z.infer<typeof customerRequestDetail>;

export const customerRequestList = listOf(customerRequest);

export const customerRequestListQuery = z.strictObject({
  status: choiceParam(REQUEST_STATUSES).optional(),
  utility: choiceParam(REQUEST_UTILITIES).optional(),
  timing: choiceParam(REQUEST_TIMINGS).optional(),
  device_id: identifierParam.optional(),
  ...pageParams,
});

export const customerRequestPath = z.strictObject({ id: numericIdParam });

// --- holidays --------------------------------------------------------------------------------------------------

export const holiday = z.object({
  day: z.string().meta({ description: 'YYYY-MM-DD; of the law: MM-DD, each year' }),
  is_working: z.boolean(),
  name: z.string(),
  source: z.string().nullable().meta({ description: 'Of a day of the law' }),
  entered_by: person.nullable().meta({ description: 'null: a day of the law' }),
  entered_at: instant.nullable(),
});
export type Holiday = z.infer<typeof holiday>;

export const holidayList = z
  .object({ items: z.array(holiday), next_cursor: z.null() })
  .meta({ description: "The law's days of fixed date first, then those of the tenant by day" });
export const holidayPath = z.strictObject({ day: legalDay });
export const holidayInput = z
  .strictObject({
    name: filledText(200, 'what the day is'),
    is_working: z.boolean({ error: 'must be true or false' }).default(false).meta({
      description: 'true: a day that is worked in exchange, such as a Saturday',
    }),
  })
  .meta({ examples: [{ name: 'Tết Nguyên đán' }] });
