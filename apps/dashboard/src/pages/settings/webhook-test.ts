import type { WebhookDelivery } from '@verimeter/api-schema';
import { get, type Page, request } from '../../lib/api-client.ts';

/** So long the first attempt is waited for: longer than an attempt takes. */
const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 500;

/** Sends a test and waits for what came of the first attempt; undefined: nothing yet. @throws {ApiError} */
export async function sendTest(webhookId: number): Promise<WebhookDelivery | undefined> {
  const sent = await request<WebhookDelivery>('POST', `/webhooks/${webhookId}/test`);
  const untilMs = performance.now() + PATIENCE_MS;
  while (performance.now() < untilMs) {
    // oxlint-disable-next-line no-await-in-loop
    const { items } = await get<Page<WebhookDelivery>>(`/webhooks/${webhookId}/deliveries`, {
      limit: 25,
    });
    const found = items.find(({ id }) => id === sent.id);
    if (found !== undefined && (found.last_status !== null || found.last_error !== null))
      return found;
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return undefined;
}
