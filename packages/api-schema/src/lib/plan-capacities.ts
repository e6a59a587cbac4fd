import { DEVICE_KINDS, isIdentifier } from '@verimeter/telemetry';
import { z } from 'zod';
import { instant } from './common.ts';

// --- what a team can do ----------------------------------------------------------------------------------------

const PERIOD = /^(?:19|20|21)\d{2}-(?:0[1-9]|1[0-2])$/;
/** Later ones are none of this product's months, and earlier ones nobody plans for. */
export const period = z
  .string({ error: 'must be a month such as 2026-12' })
  .regex(PERIOD, 'must be a month such as 2026-12')
  .meta({ description: 'A month, YYYY-MM', examples: ['2026-12'] });

/** What every store can keep: no NUL, no half of a character. */
export const keptText = (most: number) =>
  z
    .string({ error: 'must be a text' })
    .max(most, `must be at most ${most} characters`)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), {
      message: 'has a character that cannot be kept (NUL, or half of a surrogate pair)',
    });

const teamName = keptText(60)
  .refine((text) => text.trim() === text && text !== '', {
    message: 'must be a name without blanks around it',
  })
  .meta({ examples: ['Đội 1'] });

export const place = z
  .strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
  .meta({ examples: [{ lat: 20.951, lon: 107.08 }] });

export const visits = z.int().min(0).max(100_000);
export const minutes = z.int().min(0).max(10_000_000);

/** Who may verify what, and where. */
export const reach = {
  team: teamName,
  kinds: z.array(z.enum(DEVICE_KINDS)).min(1).max(10).nullable().default(null).meta({
    description: 'null: all kinds with a register (electricity, water, heat)',
  }),
  areas: z
    .array(z.string().refine(isIdentifier, 'must be the id of a group'))
    .min(1)
    .max(5000)
    .nullable()
    .default(null)
    .meta({
      description: 'Ids of groups whose devices it verifies; null: all devices',
    }),
} as const;

export const needsBound = { message: 'give visits, minutes or both' } as const;

const capacityInput = z
  .strictObject({
    ...reach,
    visits_per_month: visits.nullable().default(null),
    minutes_per_month: minutes.nullable().default(null).meta({
      description: 'With work and all ways, those from the depot and back too',
    }),
    depot: place.nullable().default(null),
    from: period.meta({ description: 'First month' }),
    to: period.nullable().default(null).meta({ description: 'Last month; null: until changed' }),
  })
  .refine((one) => one.visits_per_month !== null || one.minutes_per_month !== null, needsBound)
  .refine((one) => one.to === null || one.from <= one.to, {
    path: ['to'],
    message: 'must not be before `from`',
  });
export type CapacityInput = z.infer<typeof capacityInput>;

export const capacity = z
  .object({
    team: z.string(),
    kinds: z.array(z.enum(DEVICE_KINDS)).nullable(),
    areas: z.array(z.string()).nullable(),
    visits_per_month: z.int().nullable(),
    minutes_per_month: z.int().nullable(),
    depot: place.nullable(),
    from: z.string(),
    to: z.string().nullable(),
    entered_by: z.string(),
    entered_by_name: z.string().nullable(),
    entered_at: instant,
  })
  .meta({
    examples: [
      {
        team: 'Đội 1',
        kinds: ['electricity_meter'],
        areas: null,
        visits_per_month: 120,
        minutes_per_month: null,
        depot: { lat: 20.951, lon: 107.08 },
        from: '2026-12',
        to: null,
        entered_by: 'k_92866e8be2c2',
        entered_by_name: 'desk',
        entered_at: '2026-11-29T10:00:00Z',
      },
    ],
  });
export type Capacity = z.infer<typeof capacity>;
export const capacityList = z
  .object({ items: z.array(capacity), next_cursor: z.null() })
  .meta({ description: 'All that count, by team and first month' });
export const capacityListInput = z.strictObject({ items: z.array(capacityInput).max(500) }).meta({
  examples: [
    {
      items: [
        {
          team: 'Đội 1',
          kinds: ['electricity_meter'],
          areas: null,
          visits_per_month: 120,
          minutes_per_month: null,
          depot: { lat: 20.951, lon: 107.08 },
          from: '2026-12',
          to: null,
        },
      ],
    },
  ],
});

// --- settings --------------------------------------------------------------------------------------------------

const positive = z.number().min(0).max(1e9);

/** What a plan is made with; what is left out is as the tenant has it, else as usual. */
export const planSettings = z
  .strictObject({
    work_minutes: z.number().min(1).max(1440).optional().meta({
      description: 'Of one verification (default 30)',
    }),
    day_minutes: z.number().min(30).max(1440).optional().meta({
      description: 'Of a day of a team, from the depot and back (default 420)',
    }),
    tariffs: z
      .strictObject({
        currency: z
          .string()
          .regex(/^[A-Z]{3}$/, 'must be three capital letters such as VND')
          .optional(),
        electricity: positive.optional().meta({ description: 'Of 1 kWh' }),
        heat: positive.optional().meta({ description: 'Of 1 kWh' }),
        water: positive.optional().meta({ description: 'Of 1 m3' }),
      })
      .optional()
      .meta({
        description: 'Money; without them none is named',
        examples: [{ currency: 'VND', electricity: 2204, water: 9500 }],
      }),
    points: z
      .strictObject({
        risk: positive.optional().meta({ description: 'A meter beyond its limit (default 50)' }),
        legal: positive
          .optional()
          .meta({ description: 'Validity that ends in the month (default 200)' }),
        confirmation: positive
          .optional()
          .meta({ description: 'A device of which nothing is known (default 10)' }),
        minute: positive.optional().meta({ description: 'A minute of travel (default 1)' }),
        cubic_metre: positive
          .optional()
          .meta({ description: 'A cubic metre, where tariffs do not say it (default 5)' }),
      })
      .optional()
      .meta({ description: 'Weights; one point is worth one kWh a year' }),
    travel: z
      .strictObject({
        speed_kmh: z.number().min(1).max(200).optional(),
        detour: z
          .number()
          .min(1)
          .max(10)
          .optional()
          .meta({ description: 'Kilometres of road per kilometre of air (default 1.4)' }),
        stop_minutes: z.number().min(0).max(240).optional(),
        same_street_minutes: z.number().min(0).max(1440).optional(),
        same_group_minutes: z.number().min(0).max(1440).optional(),
        far_minutes: z.number().min(0).max(1440).optional(),
      })
      .optional()
      .meta({ description: 'Where coordinates are missing, what street and group say' }),
  })
  .meta({ examples: [{ work_minutes: 30, tariffs: { currency: 'VND', electricity: 2204 } }] });
export type PlanSettingsInput = z.infer<typeof planSettings>;
