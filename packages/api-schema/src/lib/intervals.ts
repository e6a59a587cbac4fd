import {
  CLOCK_STATES,
  INTERVAL_QUALITIES,
  INTERVAL_STEPS_US,
  type IntervalStep,
  QUANTITIES,
  findQuantity,
} from '@verimeter/telemetry';
import { z } from 'zod';
import { identifierParam, instant, instantParam, listOf, pageParams } from './common.ts';

const STEPS = Object.keys(INTERVAL_STEPS_US).filter(
  (step): step is IntervalStep => step in INTERVAL_STEPS_US,
);
const registerNames = QUANTITIES.flatMap(({ name, kind }) => (kind === 'register' ? name : []));

export const interval = z.object({
  start: instant.meta({ description: 'Edge of the grid; UTC' }),
  end: instant.meta({ description: 'A later edge: one step, or more where intervals were merged' }),
  from: instant.meta({ description: 'Reading at or near `start`' }),
  to: instant.meta({ description: 'Reading at or near `end`' }),
  amount: z.number().nullable().meta({
    description:
      'Energy or volume from `from` to `to`, a difference of readings, never estimated; null: not known',
  }),
  coverage: z.number().meta({
    description: 'Share of `start` to `end` that lies between the readings and is known, 0 to 1',
  }),
  quality: z.array(z.enum(INTERVAL_QUALITIES)),
  clock_offset_s: z.number().nullable().meta({
    description:
      'Seconds by which the clock of the device was ahead, handed on, not corrected; null: not known',
  }),
  clock_uncertainty_s: z.number().nullable(),
  version: z.int().nullable().meta({
    description:
      'Of the day of `end` (UTC) as it was formed for good, for quarter-hours; null: not formed yet, or it changed since',
  }),
});
export type Interval = z.infer<typeof interval>;

export const intervalList = z.object({
  ...listOf(interval).shape,
  clock_state: z
    .enum(CLOCK_STATES)
    .nullable()
    .meta({ description: 'Of the device, as `GET /devices/{device_id}` tells it' }),
});
export type IntervalList = z.infer<typeof intervalList>;

export const intervalListQuery = z
  .strictObject({
    device_id: identifierParam,
    quantity: z
      .string({ error: 'is required; give one register' })
      .refine(
        (name) => findQuantity(name)?.kind === 'register',
        `is not a register; choose from ${registerNames.join(', ')}`,
      )
      .meta({ enum: registerNames }),
    from: instantParam.optional().meta({
      format: 'date-time',
      description: 'Intervals that end later; one that began earlier is given as a whole',
    }),
    to: instantParam.optional().meta({
      format: 'date-time',
      description: 'Intervals that end then or before',
    }),
    step: z
      .enum(STEPS, { error: `must be one of ${STEPS.join(', ')}` })
      .optional()
      .meta({ description: 'Of the grid; default: 15m' }),
    ...pageParams,
  })
  .superRefine((query, context) => {
    if (query.from !== undefined && query.to !== undefined && query.from > query.to)
      context.addIssue({ code: 'custom', path: ['to'], message: 'is before `from`; swap them' });
  });
