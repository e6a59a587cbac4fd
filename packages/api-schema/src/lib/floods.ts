import { z } from 'zod';
import { choiceParam, count, instant, listOf, pageParams } from './common.ts';

export const FLOOD_STATES = ['active', 'ended'] as const;

const flood = z.object({
  sender: z.string().meta({
    description:
      'Device of the topic, or the gateway that speaks for its children; else the first four levels of the topic',
  }),
  device_id: z.string().nullable().meta({ description: 'The sender where it is registered' }),
  state: z.enum(FLOOD_STATES).meta({
    description: '`active`: messages beyond the rate came within the last two and a half minutes',
  }),
  since: instant.meta({ description: 'First message beyond the rate' }),
  until: instant.meta({ description: 'Last one so far; written once a minute' }),
  rate_per_second: z.number().meta({ description: 'Messages, in the last minute of it' }),
  top_rate_per_second: z.number().meta({ description: 'In its worst minute' }),
  messages_beyond: count.meta({
    description: 'Messages beyond 50 per second, after 500 at once. All of them were taken',
  }),
});
export type Flood = z.infer<typeof flood>;

export const floodList = z.object({
  ...listOf(flood).shape,
  active: count.meta({ description: 'Senders that are at it now, over all pages' }),
});

export const floodListQuery = z.strictObject({
  state: choiceParam(FLOOD_STATES).optional(),
  ...pageParams,
});
