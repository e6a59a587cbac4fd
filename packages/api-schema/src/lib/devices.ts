import { CLOCK_STATES, DEVICE_CONDITIONS, DEVICE_KINDS } from '@verimeter/telemetry';
import { TECHNOLOGIES, VALIDITY_PRECISIONS } from '@verimeter/metrology';
import { z } from 'zod';
import { clockDetail } from './clocks.ts';
import { choiceParam, date, identifierParam, instant, listOf, pageParams } from './common.ts';
import { plainText } from './plain-text.ts';

const optionalText = z.string().nullable();

const deviceFields = {
  device_id: z.string(),
  kind: z.enum(DEVICE_KINDS),
  serial: optionalText,
  manufacturer: optionalText,
  model: optionalText,
  type_approval: optionalText,
  accuracy_class: optionalText,
  nominal: optionalText,
  ratio: optionalText.meta({ description: 'For information only; readings are primary values' }),
  phases: z.int().nullable(),
  built_year: z.int().nullable(),
  installed_on: date.nullable(),
  verified_on: date.nullable(),
  valid_until: date.nullable(),
  valid_until_precision: z.enum(VALIDITY_PRECISIONS).meta({
    description: '`month`: the mark tells the month only, `valid_until` is its last day',
  }),
  technology: z.enum(TECHNOLOGIES).nullable(),
  category: optionalText.meta({
    description: 'Kind of instrument before the law, where `kind` does not say it',
  }),
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  address: optionalText,
  online: z.boolean().nullable().meta({ description: 'Last status message; null: none yet' }),
  online_at: instant.nullable(),
} as const;

export const device = z.object(deviceFields);
export type Device = z.infer<typeof device>;

export const channel = z.object({
  quantity: z.string(),
  unit: z.string(),
  latest: z
    .object({ ts: instant, value: z.number() })
    .nullable()
    .meta({ description: 'Newest reading whose time has come; null: none yet' }),
});
export type Channel = z.infer<typeof channel>;

const deviceEvent = z.object({
  ts: instant,
  event: z.string().meta({ description: 'As the device or its dialect says it' }),
  type: z.string().nullable().meta({
    description:
      'IEC 61968-9 EndDeviceEventType, type.domain.subdomain.eventOrAction; null: the standard has none',
  }),
  name: z.string().nullable().meta({ description: "The standard's words for the type" }),
  condition: z
    .enum(DEVICE_CONDITIONS)
    .nullable()
    .meta({ description: 'What it is about; null: not known' }),
  state: z.enum(['active', 'past', 'cleared']),
  detail: z.string().nullable(),
  received_at: instant,
});
export type DeviceEvent = z.infer<typeof deviceEvent>;

export const deviceDetail = z.object({
  ...deviceFields,
  clock: clockDetail
    .nullable()
    .meta({ description: 'What the times of its messages say; null: no message was seen yet' }),
  channels: z.array(channel),
  events: z.array(deviceEvent).meta({ description: 'What the device reported, newest first' }),
});
export type DeviceDetail = z.infer<typeof deviceDetail>;

export const deviceList = listOf(device);

export const deviceListQuery = z.strictObject({
  kind: choiceParam(DEVICE_KINDS).optional(),
  group: identifierParam
    .optional()
    .meta({ description: 'Devices that are or were members of this group' }),
  clock: choiceParam(CLOCK_STATES).optional(),
  serial: plainText(100).min(1, 'is empty; give a serial number or leave it out').optional().meta({
    description: 'Serial number as on the nameplate; capitals and blanks make no difference',
  }),
  ...pageParams,
});

export const devicePath = z.strictObject({ device_id: identifierParam });
