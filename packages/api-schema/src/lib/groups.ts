import { GROUP_KINDS, GROUP_STATUSES, MEMBER_ROLES } from '@verimeter/telemetry';
import { z } from 'zod';
import { choiceParam, identifierParam, instant, listOf, pageParams } from './common.ts';

const groupFields = {
  group_id: z.string(),
  kind: z.enum(GROUP_KINDS),
  name: z.string().nullable(),
  technical_loss: z.number().nullable().meta({ description: 'Ratio of the supply, as stated' }),
  status: z.enum(GROUP_STATUSES).nullable().meta({ description: 'null: not analysed yet' }),
  as_of: instant.nullable(),
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
