import { z } from 'zod';
import { count } from './common.ts';

const side = z.object({
  devices: count,
  amount: z.number().meta({ description: 'A year, in `unit`: the sum of the best estimates' }),
  standard_error: z.number().meta({
    description: 'Of the sum, where the errors of the estimates are independent of each other',
  }),
});

const stake = z.object({
  kind: z.enum(['electricity_meter', 'water_meter']),
  unit: z.enum(['kW.h', 'm3']),
  under: side.meta({
    description: 'Meters that register too little: what passes them and is not registered',
  }),
  over: side.meta({ description: 'Meters that register too much: what customers pay in excess' }),
  registered: z.number().meta({
    description: 'What all analysed meters of the kind register in a year, for comparison',
  }),
});
export type Stake = z.infer<typeof stake>;

export const stakes = z.object({ items: z.array(stake) }).meta({
  description:
    'Of meters that are to be re-verified or watched. An expectation from their estimates, not a bill.',
  examples: [
    {
      items: [
        {
          kind: 'electricity_meter',
          unit: 'kW.h',
          under: { devices: 9, amount: 1840, standard_error: 120 },
          over: { devices: 7, amount: 1210, standard_error: 96 },
          registered: 412_000,
        },
      ],
    },
  ],
});
export type Stakes = z.infer<typeof stakes>;
