import { RECOMMENDATIONS } from '@verimeter/telemetry';
import { z } from 'zod';
import { count } from './common.ts';

/** The fleet in a few numbers, for a first look. */
export const summary = z.object({
  devices: count.meta({ description: 'Devices with a published answer' }),
  recommendations: z.record(z.enum(RECOMMENDATIONS), count).meta({
    description:
      'Devices by recommendation; a device with several quantities counts once, as its most urgent',
  }),
  groups: count,
  groups_attention: count.meta({ description: 'Groups analysed with a status other than `ok`' }),
});
export type Summary = z.infer<typeof summary>;
