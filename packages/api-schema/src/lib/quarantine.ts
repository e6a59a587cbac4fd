import { QUARANTINE_REASONS } from '@verimeter/telemetry';
import { z } from 'zod';
import { choiceParam, count, identifierParam, instant, listOf, pageParams } from './common.ts';

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
