import {
  CLOCK_STATES,
  DEVICE_KINDS,
  GROUP_KINDS,
  GROUP_STATUSES,
  VALIDATION_RULE_NAMES,
} from '@verimeter/telemetry';
import { z } from 'zod';
import { count, date, instant } from './common.ts';
import { customerRequest } from './customer-requests.ts';
import { health } from './health.ts';
import { deviceLegalState } from './legal.ts';
import { verification } from './verifications.ts';

const amount = z.number().nullable();
const coverage = z.number().min(0).max(1).nullable();
const reading = z.object({ ts: instant, value: z.number() });

/** One day or month of a register, of the tenant's calendar. */
const consumption = z.object({
  first: amount.meta({ description: 'Register at the beginning and end, of readings within it' }),
  last: amount,
  amount: amount.meta({ description: 'null: nothing is known' }),
  coverage: coverage.meta({ description: 'Share of the readings that are there' }),
});

const register = z.object({
  quantity: z.string(),
  unit: z.string(),
  start: reading.nullable().meta({ description: 'First reading of the window' }),
  end: reading.nullable().meta({ description: 'Last one' }),
  amount: amount.meta({ description: 'Of the window: what its days add up to' }),
  days: z.array(consumption.extend({ day: date })),
  months: z
    .array(
      consumption.extend({
        month: z.string(),
        days_with_use: count,
        equal: z.boolean().meta({
          description: 'One of three or more months in a row that are equal in whole units',
        }),
      }),
    )
    .meta({ description: 'Twelve calendar months before the end of the window, and its last' }),
});

const span = z.object({ from: instant, to: instant });

const readingFacts = z.object({
  missing_days: z
    .array(z.object({ day: date, coverage: z.number() }))
    .meta({ description: 'Days of the window of which readings are missing' }),
  conflicts: z.object({
    count,
    items: z.array(z.object({ ts: instant, value: z.number() })).meta({
      description: 'Other values that came for an instant, beside the stored one; at most 20',
    }),
  }),
  exceptions: z.object({
    count,
    items: z
      .array(
        span.extend({
          rule: z.enum(VALIDATION_RULE_NAMES),
          severity: z.enum(['info', 'warning', 'severe']),
          code: z.string(),
          value: amount,
          expected: amount,
        }),
      )
      .meta({ description: 'Newest first, at most 20' }),
  }),
  register_events: z.array(
    z.object({
      ts: instant,
      kind: z.enum(['rollover', 'reset', 'swap', 'glitch', 'backwards']),
      state: z.enum(['open', 'confirmed', 'reversed']),
      before: z.number(),
      after: amount,
      comment: z.string().nullable(),
    }),
  ),
  corrections: z.object({
    count,
    items: z
      .array(
        z.object({
          ts: instant,
          value: z.number(),
          code: z.string(),
          method: z.string(),
          at: instant,
        }),
      )
      .meta({ description: 'Versions of values beside the readings, newest first, at most 20' }),
  }),
});

const packBalance = z.object({
  group_id: z.string(),
  name: z.string().nullable(),
  kind: z.enum(GROUP_KINDS),
  status: z.enum(GROUP_STATUSES).nullable(),
  technical_loss: z.number().nullable(),
  unit: z.string(),
  consumers: count,
  weeks: z.array(
    z.object({
      from: date,
      to: date,
      supply: amount,
      consumers: amount,
      loss: amount.meta({ description: 'supply - supply_out - consumers' }),
      device: amount,
      coverage: coverage.meta({ description: 'The lower one of supply and consumers' }),
    }),
  ),
});

const packEstimate = health.extend({
  evidence: z.array(
    z.object({
      code: z.string(),
      values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
    }),
  ),
  run: z.object({
    id: z.int(),
    as_of: instant.nullable().meta({ description: 'As asked for' }),
    finished_at: instant.nullable(),
    configuration_sha256: z.string(),
  }),
  data_from: date.nullable().meta({ description: '`evidence_days` before `as_of`' }),
});

/** Everything a printed evidence pack says. Once made it never changes; the PDF is a function of it. */
export const evidencePack = z.object({
  form: z.literal(1).meta({ description: 'Of this snapshot' }),
  document_id: z.string().meta({ examples: ['EP-2026-000123'] }),
  tenant: z.string(),
  zone: z.string(),
  made_at: instant,
  made_on: date,
  made_by: z.object({ id: z.string(), name: z.string().nullable() }),
  link: z.string().nullable().meta({ description: 'Where the document is; null: made offline' }),
  request: customerRequest.nullable(),
  device: z.object({
    device_id: z.string(),
    kind: z.enum(DEVICE_KINDS),
    serial: z.string().nullable(),
    manufacturer: z.string().nullable(),
    model: z.string().nullable(),
    type_approval: z.string().nullable(),
    accuracy_class: z.string().nullable(),
    nominal: z.string().nullable(),
    phases: z.number().nullable(),
    technology: z.string().nullable(),
    built_year: z.number().nullable(),
    installed_on: date.nullable(),
    address: z.string().nullable(),
  }),
  window: z.object({ from: instant, to: instant, days: z.int() }),
  register: register.nullable().meta({ description: 'null: the device has no register' }),
  readings: readingFacts,
  balance: packBalance.nullable(),
  estimates: z.array(packEstimate),
  legal: deviceLegalState,
  verifications: z.array(verification).meta({ description: 'Newest first, at most 10' }),
  verifications_left_out: count,
  clock: z
    .object({
      state: z.enum(CLOCK_STATES),
      offset_seconds: amount,
      zone_minutes: amount,
      rate_seconds_per_day: amount,
      interval_seconds: amount,
      jumps: amount,
      since: instant,
    })
    .nullable(),
});
export type EvidencePack = z.infer<typeof evidencePack>;
