import { z } from 'zod';
import { choiceParam, count, instant, listOf, numericIdParam, pageParams } from './common.ts';
import { filledText, plainText } from './plain-text.ts';

export const WEBHOOK_EVENTS = [
  'finding.created',
  'finding.changed',
  'finding.verified',
  'customer_request.due',
  'plan.issued',
  'webhook.test',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Tests are for one webhook and need no asking. */
export const SUBSCRIBED_EVENTS = [
  'finding.created',
  'finding.changed',
  'finding.verified',
  'customer_request.due',
  'plan.issued',
] as const satisfies readonly WebhookEvent[];
export type SubscribedEvent = (typeof SUBSCRIBED_EVENTS)[number];

const eventChoice = z.enum(WEBHOOK_EVENTS, {
  error: `must be one of ${WEBHOOK_EVENTS.join(', ')}`,
});
const events = z
  .array(eventChoice, { error: 'must be a list of events' })
  .min(1, 'is empty: give at least one event')
  .max(WEBHOOK_EVENTS.length, `must be at most ${WEBHOOK_EVENTS.length} events`)
  .meta({
    description:
      '`finding.changed`: what is said of a device or group, or what a person did about it; not that younger data say the same. `finding.verified` comes beside it. `webhook.test` comes without being asked for.',
    examples: [['finding.created', 'finding.changed']],
  });
const url = filledText(2048, 'the address of the receiver').meta({
  description: 'https; its host must have public addresses only, which is checked at every attempt',
  examples: ['https://desk.example.com/verimeter'],
});
const description = plainText(200)
  .nullable()
  .meta({ examples: ['Service desk'] });

export const webhookInput = z.strictObject({
  url,
  events,
  description: description.default(null),
  enabled: z.boolean({ error: 'must be true or false' }).default(true),
});
export type WebhookInput = z.input<typeof webhookInput>;

export const webhookChange = z
  .strictObject({
    url: url.optional(),
    events: events.optional(),
    description: description.optional(),
    enabled: z.boolean({ error: 'must be true or false' }).optional().meta({
      description: 'true forgets that the webhook failed; what waits is sent',
    }),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    message: 'give at least one of `url`, `events`, `description`, `enabled`',
  })
  .meta({ minProperties: 1, examples: [{ enabled: false }] });
export type WebhookChangeInput = z.input<typeof webhookChange>;

const WEBHOOK_OFF_REASONS = ['person', 'failing', 'gone'] as const;

export const webhook = z.object({
  id: z.int(),
  url: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  description: z.string().nullable(),
  enabled: z.boolean(),
  failing_since: instant.nullable().meta({
    description: 'Of the attempts since the last one that was taken; null: none failed since',
  }),
  disabled_at: instant.nullable(),
  disabled_reason: z.enum(WEBHOOK_OFF_REASONS).nullable().meta({
    description: '`failing`: nothing was taken for five days; `gone`: the receiver answered 410',
  }),
  waiting: count.meta({ description: 'Messages that are still to be sent' }),
  dropped: count.meta({ description: 'Events that found 10,000 waiting and were left out' }),
  created_by: z.string(),
  created_by_name: z.string().nullable(),
  created_at: instant,
  changed_by: z.string().nullable(),
  changed_by_name: z.string().nullable(),
  changed_at: instant.nullable(),
});
export type Webhook = z.infer<typeof webhook>;

export const newWebhook = webhook.extend({
  secret: z.string().meta({
    description: 'What messages are signed with (Standard Webhooks). It is shown this once.',
    examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  }),
});
export type NewWebhookAnswer = z.infer<typeof newWebhook>;

export const webhookList = listOf(webhook);
export const webhookPath = z.strictObject({ id: numericIdParam });

export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const;

export const webhookDelivery = z.object({
  id: z.int(),
  message_id: z.string().meta({ description: 'Header `webhook-id`, the same in every attempt' }),
  event: z.enum(WEBHOOK_EVENTS),
  data: z.record(z.string(), z.unknown()),
  created_at: instant,
  state: z.enum(DELIVERY_STATES).meta({ description: '`failed`: given up' }),
  attempts: count,
  next_attempt_at: instant.nullable(),
  last_attempt_at: instant.nullable(),
  last_status: z.int().nullable().meta({ description: 'HTTP status of the last answer' }),
  last_response: z.string().nullable().meta({ description: 'Its first 1024 bytes' }),
  last_error: z.string().nullable().meta({ description: 'Why there was no answer' }),
  delivered_at: instant.nullable(),
});
export type WebhookDelivery = z.infer<typeof webhookDelivery>;

export const webhookDeliveryList = listOf(webhookDelivery);
export const webhookDeliveryQuery = z.strictObject({
  state: choiceParam(DELIVERY_STATES).optional(),
  ...pageParams,
});
export const webhookDeliveryPath = z.strictObject({
  id: numericIdParam,
  delivery_id: numericIdParam,
});
