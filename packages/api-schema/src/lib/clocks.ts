import { CLOCK_STATES, DEVICE_KINDS } from '@verimeter/telemetry';
import { z } from 'zod';
import { choiceParam, count, instant, listOf, pageParams } from './common.ts';

export const clock = z.object({
  state: z.enum(CLOCK_STATES),
  offset_seconds: z.number().nullable().meta({
    description: 'Device time minus true time; positive: the clock is ahead. null: not known',
  }),
  offset_uncertainty: z.number().nullable().meta({
    description:
      'Seconds. The offset is at least `offset_seconds` - this, whatever the transport; at most + this where the device sends at once',
  }),
  rate_seconds_per_day: z.number().nullable().meta({ description: '`drifting`: gain per day' }),
  zone_offset: z.string().nullable().meta({
    description:
      '`wrong_zone`: of the zone that the offset looks like, such as +07:00 for its local time sent as UTC',
  }),
  interval_seconds: z.number().nullable().meta({
    description: '`interval_shift`: length of the interval',
  }),
  since: instant.meta({ description: 'First six hours of arrival that show this state' }),
  last_message_at: instant.meta({
    description: 'Arrival of the last message, also of one whose readings could not be stored',
  }),
  text: z.string().meta({ description: 'In words, by Accept-Language vi or en' }),
  action: z.string().nullable().meta({ description: 'What to do; null: nothing' }),
});
export type Clock = z.infer<typeof clock>;

/** On the page of a device: what its state was told from. */
export const clockDetail = z.object({
  ...clock.shape,
  messages: z
    .object({
      total: count,
      future: count.meta({ description: 'More than five minutes ahead of their arrival' }),
      late: count.meta({ description: 'More than an hour behind it' }),
      unset: count.meta({ description: 'With a time before 2005' }),
      without_time: count,
    })
    .meta({ description: 'Of the last three days in which messages came' }),
});
export type ClockDetail = z.infer<typeof clockDetail>;

const clockEntry = z.object({
  device_id: z.string(),
  kind: z.enum(DEVICE_KINDS),
  ...clock.shape,
});
export type ClockEntry = z.infer<typeof clockEntry>;

export const clockList = z.object({
  ...listOf(clockEntry).shape,
  counts: z
    .object(Object.fromEntries(CLOCK_STATES.map((state) => [state, count])))
    .meta({ description: 'Devices by state, over all states and pages' }),
});

export const clockListQuery = z.strictObject({
  state: choiceParam(CLOCK_STATES).optional(),
  ...pageParams,
});
