export { newSecret } from './lib/signature.ts';
export { type SendSettings } from './lib/send-message.ts';
export { type UrlProblem, urlProblem } from './lib/webhook-url.ts';
export { deliverWebhooks } from './lib/deliver-webhooks.ts';
