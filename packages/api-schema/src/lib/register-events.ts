import {
  REGISTER_EVENT_CERTAINTIES,
  REGISTER_EVENT_KINDS,
  REGISTER_EVENT_STATES,
} from '@verimeter/telemetry';
import { z } from 'zod';
import {
  choiceParam,
  identifierParam,
  instant,
  instantParam,
  listOf,
  numericIdParam,
  pageParams,
} from './common.ts';

const registerReading = z.object({ ts: instant, value: z.number() });

export const registerEvent = z.object({
  id: z.int(),
  device_id: z.string(),
  quantity: z.string(),
  ts: instant.meta({ description: 'The first reading that does not follow from those before' }),
  value: z.number().meta({ description: 'What the register showed at `ts`' }),
  kind: z.enum(REGISTER_EVENT_KINDS),
  found_kind: z
    .enum(REGISTER_EVENT_KINDS)
    .meta({ description: 'What the readings say; `kind` is what counts' }),
  certainty: z.enum(REGISTER_EVENT_CERTAINTIES),
  state: z.enum(REGISTER_EVENT_STATES).meta({
    description: '`reversed`: it was no such event, the register counts as it is',
  }),
  before: registerReading,
  after: registerReading.nullable().meta({
    description: 'Readings between `before` and `after` count for nothing; null: it goes on',
  }),
  amount: z.number().nullable().meta({
    description: 'What the register counted from `before` to `after`; null where that is not known',
  }),
  comment: z.string().nullable(),
  decided_by: z.string().nullable().meta({ description: 'Id of the key' }),
  decided_at: instant.nullable(),
  created_at: instant,
  updated_at: instant,
});
export type RegisterEventItem = z.infer<typeof registerEvent>;

export const registerEventList = listOf(registerEvent);

export const registerEventListQuery = z
  .strictObject({
    device_id: identifierParam.optional(),
    kind: choiceParam(REGISTER_EVENT_KINDS).optional(),
    state: choiceParam(REGISTER_EVENT_STATES).optional(),
    from: instantParam.optional().meta({ format: 'date-time', description: 'Inclusive' }),
    to: instantParam.optional().meta({ format: 'date-time', description: 'Exclusive' }),
    ...pageParams,
  })
  .superRefine((query, context) => {
    if (query.from !== undefined && query.to !== undefined && query.from > query.to)
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: 'is before `from`; swap them',
      });
  });

export const registerEventPath = z.strictObject({ id: numericIdParam });

export const registerEventChange = z
  .strictObject({
    state: z
      .enum(REGISTER_EVENT_STATES, { error: `must be one of ${REGISTER_EVENT_STATES.join(', ')}` })
      .optional(),
    kind: z
      .enum(REGISTER_EVENT_KINDS, { error: `must be one of ${REGISTER_EVENT_KINDS.join(', ')}` })
      .optional()
      .meta({ description: 'Another kind than was found; the event is then confirmed' }),
    comment: z
      .string({ error: 'must be a text or null' })
      .max(4000, 'must be at most 4000 characters')
      .nullable()
      .optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    message: 'give `state`, `kind`, `comment` or several of them',
  })
  .refine((change) => change.kind === undefined || change.state !== 'open', {
    path: ['kind'],
    message: 'cannot be given for an open event, which has the kind that was found; leave it out',
  });
export type RegisterEventChange = z.infer<typeof registerEventChange>;
