import { GROUP_STATUSES, INDICATIONS, RECOMMENDATIONS } from '@verimeter/telemetry';
import { z } from 'zod';
import {
  choiceParam,
  identifierParam,
  instant,
  listOf,
  numericIdParam,
  pageParams,
} from './common.ts';
import { evidence } from './health.ts';

export const FINDING_STATUSES = [
  'open',
  'acknowledged',
  'ordered',
  'verified',
  'dismissed',
] as const;
export type FindingStatus = (typeof FINDING_STATUSES)[number];

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
  comment: z.string().nullable(),
  evidence: z.array(evidence),
  created_at: instant,
  updated_at: instant,
});
export type Finding = z.infer<typeof finding>;

export const findingList = listOf(finding);

export const findingListQuery = z.strictObject({
  status: choiceParam(FINDING_STATUSES).optional(),
  indication: choiceParam(INDICATIONS).optional(),
  recommendation: choiceParam(RECOMMENDATIONS).optional(),
  device_id: identifierParam.optional(),
  group: identifierParam.optional().meta({ description: 'group_id' }),
  ...pageParams,
});

export const findingPath = z.strictObject({ id: numericIdParam });

export const findingChange = z
  .strictObject({
    status: z
      .enum(FINDING_STATUSES, { error: `must be one of ${FINDING_STATUSES.join(', ')}` })
      .optional(),
    comment: z
      .string({ error: 'must be a text or null' })
      .max(4000, 'must be at most 4000 characters')
      .nullable()
      .optional(),
  })
  .refine((change) => change.status !== undefined || change.comment !== undefined, {
    message: 'give `status`, `comment` or both',
  });
export type FindingChange = z.infer<typeof findingChange>;
