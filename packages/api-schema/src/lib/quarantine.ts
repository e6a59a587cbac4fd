import { QUARANTINE_REASONS } from '@verimeter/telemetry';
import { z } from 'zod';
import {
  choiceParam,
  count,
  identifierParam,
  instant,
  listOf,
  numericIdParam,
  pageParams,
} from './common.ts';

export const QUARANTINE_STATUSES = ['open', 'replayed', 'dismissed'] as const;
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number];

export const quarantineEntry = z.object({
  id: z.int(),
  received_at: instant,
  topic: z.string(),
  device_id: z.string().nullable(),
  reason: z.enum(QUARANTINE_REASONS),
  field: z.string(),
  message: z.string(),
  payload_base64: z
    .string()
    .nullable()
    .meta({ contentEncoding: 'base64', description: 'As it came; null beyond 64 KiB' }),
  payload_bytes: count,
  payload_sha256: z.string().nullable().meta({ description: 'Hexadecimal' }),
  status: z.enum(QUARANTINE_STATUSES),
});
export type QuarantineEntry = z.infer<typeof quarantineEntry>;

export const quarantineList = listOf(quarantineEntry);

export const quarantineListQuery = z.strictObject({
  reason: choiceParam(QUARANTINE_REASONS).optional(),
  status: choiceParam(QUARANTINE_STATUSES).optional(),
  device_id: identifierParam.optional(),
  ...pageParams,
});

export const quarantinePath = z.strictObject({ id: numericIdParam });

const replayCounts = {
  received: count.meta({ description: 'Readings and rejected units of the replayed messages' }),
  stored: count,
  duplicate: count,
  conflicting: count,
  rejected: count,
};

/** What became of one entry. */
export const quarantineReplay = z.object({
  ...replayCounts,
  status: z.enum(QUARANTINE_STATUSES).meta({
    description: '`open` where something that the entry stands for is still missing',
  }),
});
export type QuarantineReplay = z.infer<typeof quarantineReplay>;

export const quarantineChange = z.strictObject({
  status: z.enum(['open', 'dismissed'], { error: 'must be open or dismissed' }),
});

export const replayRequest = z
  .strictObject({
    reason: z.enum(QUARANTINE_REASONS).optional(),
    field: z.string().optional().meta({ description: 'As in a group; may be empty' }),
    device_id: z
      .string()
      .min(1)
      .nullable()
      .optional()
      .meta({ description: 'null: entries whose topic names no device' }),
  })
  .meta({ description: 'Which of the open entries; all of them where nothing is given' });

export const replayProgress = z.object({
  id: z.int(),
  entries: count.meta({ description: 'Looked at so far' }),
  replayed: count.meta({ description: 'Of them with nothing missing any more' }),
  ...replayCounts,
  finished: z.boolean(),
});
export type ReplayProgress = z.infer<typeof replayProgress>;

/** Entries that one thing explains. */
export const quarantineGroup = z.object({
  reason: z.enum(QUARANTINE_REASONS),
  field: z.string(),
  device_id: z.string().nullable(),
  entries: count,
  rejected: count.meta({ description: 'Readings these entries stand for, as they were counted' }),
  first_received_at: instant,
  last_received_at: instant,
  topic: z.string().meta({ description: 'Of the latest entry' }),
  message: z.string().meta({ description: 'Of the latest entry' }),
});
export type QuarantineGroup = z.infer<typeof quarantineGroup>;

export const quarantineGroupList = z.object({
  items: z.array(quarantineGroup),
  /** Groups beyond the limit. */
  left_out: count,
  /** Counted as rejected, and not kept as entries or kept no more: beyond the limits of the quarantine. */
  not_kept: z.object({ entries: count, rejected: count }),
});

export const quarantineGroupsQuery = z.strictObject({
  reason: choiceParam(QUARANTINE_REASONS).optional(),
  status: choiceParam(QUARANTINE_STATUSES).optional(),
  device_id: identifierParam.optional(),
});
