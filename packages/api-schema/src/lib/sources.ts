import { findQuantity, isIdentifier, DEVICE_KINDS } from '@verimeter/telemetry';
import { z } from 'zod';
import { identifierParam, instant } from './common.ts';

const quantityName = z.string().refine((name) => findQuantity(name) !== undefined, {
  message: 'is not in the quantity catalogue',
  params: { vi: 'không có trong danh mục đại lượng' },
});
const table = <T extends z.ZodType>(value: T, what: string) =>
  z
    .record(z.string().min(1).max(200), value)
    .refine((entries) => Object.keys(entries).length <= 1000, {
      message: `at most 1000 ${what}`,
      params: { vi: 'tối đa 1000 mục' },
    });

/** What an operator says of the devices behind a topic filter; everything may be left out. */
export const storedSourceSettings = z.strictObject({
  zone: z
    .string()
    .max(64)
    .optional()
    .meta({
      description:
        'IANA zone or fixed offset (+01:00) of times without a zone. Default: the zone of the tenant',
      examples: ['Asia/Ho_Chi_Minh'],
    }),
  device_class: z.enum(['electricity', 'water', 'heat', 'environment']).optional().meta({
    description: 'What the devices measure, where the payload does not say it',
  }),
  phases: z.union([z.literal(1), z.literal(3)]).optional(),
  pulse: z
    .strictObject({ quantity: quantityName, weight: z.number().positive() })
    .optional()
    .meta({ description: 'What one pulse of a counter is, in the unit of the catalogue' }),
  units: table(z.string().min(1).max(20), 'units')
    .optional()
    .meta({
      description:
        'Unit of a field (by its own name or by quantity) where the sender states none or a wrong one',
      examples: [{ Quantity: 'Wh' }],
    }),
  names: table(
    z.strictObject({ quantity: quantityName, unit: z.string().min(1).max(20).optional() }),
    'names',
  )
    .optional()
    .meta({
      description: 'Meaning of free-form field names',
      examples: [{ vol_l: { quantity: 'water_volume', unit: 'L' } }],
    }),
  devices: table(
    z.string().refine(isIdentifier, {
      message: 'is not a device id ([A-Za-z0-9._:@-], 1 to 128)',
      params: { vi: 'không phải mã thiết bị (1 đến 128 ký tự A-Z a-z 0-9 . _ : @ -)' },
    }),
    'devices',
  )
    .optional()
    .meta({ description: 'Device id of a device by the name the dialect has for it' }),
  device_id: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta({
      description:
        'Rule for device ids: {id} is the id of the dialect, {topic:N} level N of the topic',
      examples: ['wm-{id}'],
    }),
  options: table(z.union([z.boolean(), z.number(), z.string().max(200)]), 'options').optional(),
});
export type StoredSourceSettings = z.infer<typeof storedSourceSettings>;

export const sourceInput = z.strictObject({
  filter: z
    .string()
    .min(1)
    .max(2048)
    .meta({
      description: 'MQTT topic filter, or several with commas or line breaks between them',
      examples: ['tele/+/SENSOR', 'homeassistant/#, annex/#'],
    }),
  dialect: z
    .string()
    .min(1)
    .max(64)
    .meta({ examples: ['tasmota'] }),
  rank: z.int().min(1).max(10_000).default(100).meta({
    description: 'Of sources whose filters match a topic the one with the lowest rank takes it',
  }),
  enabled: z.boolean().default(true),
  settings: storedSourceSettings.default({}),
  provision: z.boolean().default(false).meta({
    description:
      'Whether devices that nobody registered register themselves with their first reading',
  }),
  provision_kind: z.enum(DEVICE_KINDS).nullable().default(null).meta({
    description: 'Kind of devices that register themselves; null: what their quantities say',
  }),
  provision_per_day: z.int().min(1).max(1_000_000).default(1000),
});
export type SourceInput = z.infer<typeof sourceInput>;

export const source = sourceInput.extend({
  name: identifierParam,
  changed_by: z.string(),
  changed_at: instant,
  activity: z
    .object({
      last_at: instant,
      messages: z.int(),
      readings: z.int(),
      rejected: z.int(),
      unknown_fields: z.array(z.string()),
    })
    .nullable()
    .meta({ description: 'What came so far; null: nothing' }),
  problems: z
    .array(z.object({ worker: z.string(), problem: z.string(), since: instant }))
    .meta({ description: 'What keeps workers from its messages now, and what mends it' }),
});
export type Source = z.infer<typeof source>;

export const sourceList = z.object({ items: z.array(source), next_cursor: z.null() });
export const sourcePath = z.strictObject({ name: identifierParam });

export const dialectList = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      filters: z.array(z.string()).meta({ description: 'Topics of an installation as it comes' }),
      options: z.record(z.string(), z.string()).meta({ description: 'Options and what they do' }),
    }),
  ),
  next_cursor: z.null(),
});

export const sourceTrial = z.strictObject({
  topic: z.string().min(1).max(65_535),
  payload: z.string().max(45_000).optional().meta({ description: 'As text' }),
  payload_base64: z.base64().max(60_000).optional().meta({ description: 'As bytes' }),
  retained: z.boolean().default(false),
  source: sourceInput.optional().meta({
    description: 'A source that is not kept; default: the one of the tenant that takes the topic',
  }),
});

export const sourceTrialResult = z.object({
  source: z.string().nullable().meta({
    description:
      'Which source takes the topic; null: the topic is of Verimeter itself, or the source is not kept',
  }),
  dialect: z.string(),
  readings: z.array(
    z.object({
      device_id: z.string(),
      quantity: z.string(),
      value: z.number(),
      unit: z.string(),
      ts: instant,
      ts_source: z.string(),
      quality: z.array(z.string()),
    }),
  ),
  events: z.array(
    z.object({
      device_id: z.string(),
      event: z.string(),
      state: z.string(),
      ts: instant,
      detail: z.string().nullable(),
    }),
  ),
  rejects: z.array(
    z.object({
      device_id: z.string().nullable(),
      reason: z.string(),
      field: z.string(),
      message: z.string(),
      count: z.int(),
    }),
  ),
  unknown_fields: z.array(z.string()),
});
export type SourceTrialResult = z.infer<typeof sourceTrialResult>;
