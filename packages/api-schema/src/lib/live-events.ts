import { z } from 'zod';
import { choiceParam, identifierParam, instant } from './common.ts';
import { finding } from './findings.ts';
import { quarantineEntry } from './quarantine.ts';

export const LIVE_EVENTS = ['reading', 'finding', 'quarantine'] as const;
export type LiveEventName = (typeof LIVE_EVENTS)[number];

export const liveReading = z.object({
  device_id: z.string(),
  quantity: z.string(),
  ts: instant,
  value: z.number(),
});
export type LiveReading = z.infer<typeof liveReading>;

/** `data` of each event name of `GET /events`. */
export const liveEventData = {
  reading: liveReading,
  finding: finding.omit({ evidence: true }).partial().required({ id: true }),
  quarantine: quarantineEntry.omit({ payload_base64: true }).partial(),
} as const;

export const eventsQuery = z.strictObject({
  event: choiceParam(LIVE_EVENTS).optional(),
  device_id: identifierParam.optional().meta({ description: 'Only events of this device' }),
});
