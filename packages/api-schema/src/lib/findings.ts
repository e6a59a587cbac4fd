import {
  DEVICE_KINDS,
  GROUP_STATUSES,
  INDICATIONS,
  LEGAL_STATUSES,
  RECOMMENDATIONS,
} from '@verimeter/telemetry';
import { z } from 'zod';
import {
  choiceParam,
  count,
  date,
  identifierParam,
  instant,
  instantParam,
  listOf,
  numericIdParam,
  pageParams,
} from './common.ts';
import {
  CHANGE_REASONS,
  DISMISS_REASONS,
  FINDING_SORTS,
  FINDING_STATUSES,
  type FindingStatus,
  MAXIMUM_ASSIGNEE,
  MAXIMUM_BULK_IDS,
  isLiveStatus,
} from './finding-workflow.ts';
import { evidence } from './health.ts';
import { plainText } from './plain-text.ts';
import { verificationScore } from './track-record.ts';

const ratio = z.number().nullable();

/** What is published of the device and quantity now. */
const findingEstimate = z.object({
  as_of: instant.nullable(),
  error_estimate: ratio,
  interval_low: ratio.meta({ description: '95 % interval' }),
  interval_high: ratio,
  limit: ratio,
  probability_over_limit: ratio,
  probability_drifted: ratio,
  minimum_detectable: ratio,
  evidence_days: z.number().nullable(),
});
export type FindingEstimate = z.infer<typeof findingEstimate>;

export const finding = z.object({
  id: z.int(),
  device_id: z.string().nullable(),
  group_id: z.string().nullable(),
  quantity: z.string(),
  indication: z.enum(INDICATIONS).nullable(),
  recommendation: z.enum(RECOMMENDATIONS).nullable(),
  group_status: z.enum(GROUP_STATUSES).nullable(),
  as_of: instant.nullable(),
  status: z.enum(FINDING_STATUSES),
  comment: z.string().nullable().meta({ description: 'The last one; all are in `history`' }),
  evidence: z.array(evidence),
  created_at: instant,
  updated_at: instant,
  reason: z.enum(DISMISS_REASONS).nullable().meta({ description: 'Why it was dismissed' }),
  assignee: z.string().nullable(),
  verification_id: z
    .int()
    .nullable()
    .meta({ description: 'The verification record that closed it; null: none did' }),
  kind: z.enum(DEVICE_KINDS).nullable().meta({ description: 'Of the device' }),
  address: z.string().nullable(),
  area_id: z.string().nullable().meta({
    description: 'group_id of the finding, else of the group that the device is balanced in',
  }),
  estimate: findingEstimate.nullable(),
  legal_status: z.enum(LEGAL_STATUSES).nullable().meta({ description: 'Today' }),
  due_on: date.nullable().meta({ description: 'Last day of validity, where one can be stated' }),
});
export type Finding = z.infer<typeof finding>;

export const findingList = listOf(finding);

const FINDING_EVENT_KINDS = [
  'status',
  'comment',
  'assignment',
  'indication_changed',
  'verified',
] as const;

const findingEvent = z.object({
  at: instant,
  by: z
    .object({ id: z.string(), name: z.string().nullable() })
    .nullable()
    .meta({ description: 'Id and name of the key, or who ran the command; null: the analysis' }),
  kind: z.enum(FINDING_EVENT_KINDS),
  from: z.string().nullable(),
  to: z
    .string()
    .nullable()
    .meta({
      description:
        'status, verified: the status; assignment: the assignee; indication_changed: `indication/recommendation`, of a group its status',
      examples: ['drift_likely/reverify'],
    }),
  text: z.string().nullable().meta({
    description: 'comment: its text; status: the reason; verified: the result of the record',
  }),
  verification_id: z.int().nullable(),
  as_of: instant.nullable(),
});
export type FindingEvent = z.infer<typeof findingEvent>;

export const findingDetail = finding.extend({
  history: z.array(findingEvent).meta({ description: 'First thing first' }),
  score: verificationScore
    .nullable()
    .meta({ description: 'What was published against what was measured; null: nothing was yet' }),
});
export type FindingDetail = z.infer<typeof findingDetail>;

const assigneeParam = plainText(MAXIMUM_ASSIGNEE)
  .min(1, 'is empty; ask for findings of nobody with unassigned=true')
  .optional()
  .meta({ description: 'Exactly as written' });

const filters = {
  indication: choiceParam(INDICATIONS).optional(),
  recommendation: choiceParam(RECOMMENDATIONS).optional(),
  kind: choiceParam(DEVICE_KINDS).optional(),
  assignee: assigneeParam,
  device_id: identifierParam.optional(),
  device: identifierParam
    .optional()
    .meta({ description: 'Beginning of the device id, whatever the case of its letters' }),
  group: identifierParam.optional().meta({
    description: 'group_id: findings of the group, and of devices balanced in it',
  }),
  since: instantParam.optional().meta({
    format: 'date-time',
    description: 'Opened at this instant or later; a date alone means 00:00 UTC',
  }),
} as const;

const unassigned = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .optional()
  .meta({ description: 'Only those that nobody has, or only others' });

export const findingListQuery = z.strictObject({
  status: choiceParam(FINDING_STATUSES).optional(),
  ...filters,
  unassigned,
  sort: z
    .enum(FINDING_SORTS, { error: `must be one of ${FINDING_SORTS.join(', ')}` })
    .optional()
    .meta({
      description:
        '`newest` (default); `risk`: reverify, inspect, watch, others, each by falling probability_drifted; `due`: by the last day of validity, those without one last',
    }),
  ...pageParams,
});
export type FindingListQuery = z.output<typeof findingListQuery>;

export const findingSummaryQuery = z.strictObject({ ...filters, unassigned });

export const findingSummary = z.object({
  statuses: z.object({
    open: count,
    acknowledged: count,
    ordered: count,
    verified: count,
    dismissed: count,
  } satisfies Record<FindingStatus, z.ZodInt>),
  assignees: z
    .array(z.object({ assignee: z.string(), live: count }))
    .meta({ description: 'Of live findings, at most 100, by name' }),
});
export type FindingSummary = z.infer<typeof findingSummary>;

export const findingPath = z.strictObject({ id: numericIdParam });

const changeFields = {
  status: z
    .enum(FINDING_STATUSES, { error: `must be one of ${FINDING_STATUSES.join(', ')}` })
    .optional(),
  comment: plainText(4000)
    .nullable()
    .optional()
    .meta({ description: 'Added to the history; null takes the shown one away' }),
  reason: z
    .enum(CHANGE_REASONS, { error: `must be one of ${CHANGE_REASONS.join(', ')}` })
    .optional()
    .meta({
      description:
        'Of a dismissal; `other` needs a comment. `reopened`: makes one that is verified or dismissed live again',
    }),
  assignee: plainText(MAXIMUM_ASSIGNEE)
    .min(1, 'is empty; give null for nobody')
    .nullable()
    .optional()
    .meta({ description: 'A person or team, or the name of a key; null: nobody' }),
} as const;

interface WrittenChange {
  readonly status?: FindingStatus | undefined;
  readonly comment?: string | null | undefined;
  readonly reason?: (typeof CHANGE_REASONS)[number] | undefined;
  readonly assignee?: string | null | undefined;
}

function checkChange(change: WrittenChange, context: z.RefinementCtx): void {
  const { status, comment, reason, assignee } = change;
  const issue = (path: string[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  if (
    status === undefined &&
    comment === undefined &&
    reason === undefined &&
    assignee === undefined
  )
    issue([], 'give `status`, `comment`, `assignee` or several of them');
  if (reason === undefined) return;
  if (reason === 'reopened') {
    if (status === undefined || !isLiveStatus(status))
      issue(['reason'], 'reopened goes with the status open, acknowledged or ordered');
    return;
  }
  if (status !== 'dismissed') issue(['reason'], `${reason} goes with the status dismissed`);
  if (reason === 'other' && (comment === undefined || comment === null || comment === ''))
    issue(['comment'], 'is required with the reason other: say which');
}

export const findingChange = z
  .strictObject(changeFields)
  .superRefine(checkChange)
  .meta({
    examples: [
      { status: 'ordered', assignee: 'Đội kiểm định 2', comment: 'Tháo về trong tuần' },
      { status: 'dismissed', reason: 'known_cause' },
      { status: 'open', reason: 'reopened' },
    ],
  });
export type FindingChange = z.infer<typeof findingChange>;

const texts = <T extends string>(values: readonly T[]) =>
  z.array(z.enum(values, { error: `must be one of ${values.join(', ')}` })).min(1, 'is empty');

/** The filters of the list, as JSON. */
const bulkFilter = z
  .strictObject({
    status: texts(FINDING_STATUSES).optional(),
    indication: texts(INDICATIONS).optional(),
    recommendation: texts(RECOMMENDATIONS).optional(),
    kind: texts(DEVICE_KINDS).optional(),
    assignee: filters.assignee,
    unassigned,
    device_id: filters.device_id,
    device: filters.device,
    group: filters.group,
    since: filters.since,
  })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), {
    message: 'is empty: it would change every finding; name at least one thing',
  });

export const findingBulk = z
  .strictObject({
    ids: z
      .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
      .min(1, 'is empty')
      .max(MAXIMUM_BULK_IDS, `at most ${MAXIMUM_BULK_IDS} ids`)
      .optional(),
    filter: bulkFilter.optional(),
    change: findingChange,
  })
  .refine((bulk) => (bulk.ids === undefined) !== (bulk.filter === undefined), {
    message: 'give either `ids` or `filter`',
  })
  .meta({
    examples: [
      { ids: [17, 23], change: { status: 'acknowledged', assignee: 'Nguyễn Văn A' } },
      {
        filter: { status: ['open'], recommendation: ['reverify'], group: 'TBA-0153' },
        change: { status: 'ordered' },
      },
    ],
  });
export type FindingBulk = z.input<typeof findingBulk>;

export const findingBulkResult = z.object({
  changed: count,
  unchanged: count.meta({ description: 'Were so already' }),
  refused: z.array(
    z.object({
      id: z.int(),
      code: z.enum(['not_found', 'conflict']),
      message: z.string(),
    }),
  ),
});
export type FindingBulkResult = z.infer<typeof findingBulkResult>;
