import { GROUP_KINDS, GROUP_STATUSES, MEMBER_ROLES } from '@verimeter/telemetry';
import { z } from 'zod';
import { choiceParam, count, identifierParam, instant, listOf, pageParams } from './common.ts';

/** Why the answer of a group may change with the next analysis. */
export const provisional = z.object({
  noticed_at: instant,
  late_from: instant.meta({
    description: 'Earliest time that one of the late readings belongs to',
  }),
  last_received_at: instant.meta({ description: 'Arrival of the last of them' }),
  series: count.meta({ description: 'Series of readings that they belong to, at least' }),
});
export type Provisional = z.infer<typeof provisional>;

const groupFields = {
  group_id: z.string(),
  kind: z.enum(GROUP_KINDS),
  name: z.string().nullable(),
  technical_loss: z.number().nullable().meta({ description: 'Ratio of the supply, as stated' }),
  status: z.enum(GROUP_STATUSES).nullable().meta({ description: 'null: not analysed yet' }),
  as_of: instant.nullable(),
  provisional: provisional.nullable().meta({
    description:
      'Readings came after the analysis for a time that it had looked at; the next one takes them in. null: none',
  }),
} as const;

export const group = z.object(groupFields);
export type Group = z.infer<typeof group>;

export const member = z.object({
  device_id: z.string(),
  role: z.enum(MEMBER_ROLES),
  from: instant.nullable().meta({ description: 'Inclusive; null: always' }),
  to: instant.nullable().meta({ description: 'Exclusive; null: open' }),
  feeder: z.string().nullable(),
});
export type Member = z.infer<typeof member>;

export const candidate = z.object({ device_id: z.string(), correlation: z.number() });
export type Candidate = z.infer<typeof candidate>;

export const groupDetail = z.object({
  ...groupFields,
  members: z.array(member),
  candidates: z
    .array(candidate)
    .meta({ description: 'Meters that may explain energy missing from the balance' }),
});
export type GroupDetail = z.infer<typeof groupDetail>;

export const groupList = listOf(group);

export const groupListQuery = z.strictObject({
  kind: choiceParam(GROUP_KINDS).optional(),
  status: choiceParam(GROUP_STATUSES).optional(),
  ...pageParams,
});

export const groupPath = z.strictObject({ group_id: identifierParam });
