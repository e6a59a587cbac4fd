import { QUANTITIES, findQuantity } from '@verimeter/telemetry';
import { z } from 'zod';
import { count, identifierParam, instant, instantParam, pageParams, zoneParam } from './common.ts';

export const RESOLUTIONS = ['15m', '1h', '1d', '1mo'] as const;
export type ReadingResolution = (typeof RESOLUTIONS)[number];

export const reading = z.object({
  ts: instant,
  value: z.number(),
  quality: z.array(z.string()).meta({
    description:
      'Empty: nothing to remark. `future`, `at_least_once`, `ambiguous_time`, and IEC 61968-9 codes (system.category.index) of what the sender says (2.5.258 suspect, 2.8.0 estimated, 2.7.0 edited) and of what validation found, such as 3.6.1',
    examples: [['3.6.1']],
  }),
  received_at: instant.meta({ description: 'Of a value that was computed: when it was' }),
  ts_source: z.enum(['device', 'gateway', 'server', 'arrival', 'computed']).meta({
    description:
      '`gateway` and `server`: the device sent no time, and what carried its message stamped it; `computed`: a value beside the readings, with `include=versions` only',
  }),
  current: z
    .boolean()
    .meta({ description: 'false: a different value for the same instant came earlier' }),
  version: z.int().min(0).optional().meta({
    description:
      'With `include=versions`: 0 is the reading itself, higher ones are estimates, corrections and edits beside it',
  }),
  method: z.string().optional().meta({
    description:
      'How the value was computed: `linear`, `weekday_profile`, `sensor_correction`, `manual`',
  }),
  model: z.string().optional().meta({ description: 'Version of the method' }),
});
export type Reading = z.infer<typeof reading>;

export const aggregate = z.object({
  start: instant,
  end: instant,
  first: z.number(),
  last: z.number(),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  sum: z.number().nullable().meta({
    description:
      'Registers: energy or volume of the interval, null where it is not known; others: sum of the values',
  }),
  count,
  coverage: z
    .number()
    .nullable()
    .meta({ description: 'Share of the expected readings, 0 to 1; null: cadence unknown' }),
});
export type ReadingAggregate = z.infer<typeof aggregate>;

export const readingList = z.object({
  items: z.union([z.array(reading), z.array(aggregate)]).meta({
    description: 'Readings, or buckets where `resolution` is given; ascending in time',
  }),
  next_cursor: z.string().nullable(),
});
export type ReadingList = z.infer<typeof readingList>;

const quantityNames = QUANTITIES.map((quantity) => quantity.name);

export const readingListQuery = z
  .strictObject({
    device_id: identifierParam,
    quantity: z
      .string({ error: 'is required; give one quantity' })
      .refine(
        (name) => findQuantity(name) !== undefined,
        `is not a known quantity; choose from ${quantityNames.join(', ')}`,
      )
      .meta({ enum: quantityNames }),
    from: instantParam.optional().meta({ format: 'date-time', description: 'Inclusive' }),
    to: instantParam.optional().meta({ format: 'date-time', description: 'Exclusive' }),
    include: z
      .enum(['conflicts', 'versions'], { error: 'can only be "conflicts" or "versions"' })
      .optional()
      .meta({
        description:
          '`conflicts`: also the values that did not replace an earlier one. `versions`: also estimates for missing readings, corrected and edited values',
      }),
    resolution: z
      .enum(RESOLUTIONS, { error: `must be one of ${RESOLUTIONS.join(', ')}` })
      .optional()
      .meta({ description: 'Buckets in place of readings' }),
    zone: zoneParam.optional(),
    ...pageParams,
  })
  .superRefine((query, context) => {
    const reject = (field: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [field], message });
    };
    if (query.from !== undefined && query.to !== undefined && query.from > query.to)
      reject('to', 'is before `from`; swap them');
    if (query.resolution === undefined && query.zone !== undefined)
      reject('zone', 'needs `resolution`; readings themselves are always in UTC');
    if (query.resolution !== undefined && query.include !== undefined)
      reject(
        'include',
        'cannot be combined with `resolution`; buckets are of readings as they came',
      );
  });
