import {
  type AttemptOutcome,
  type ClaimedDelivery,
  type Pool,
  claimDeliveries,
  finishAttempt,
  trimDeliveries,
} from '@verimeter/registry';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';
import { formatTimestamp } from '@verimeter/telemetry';
import { nextPauseMs } from './retry-schedule.ts';
import { type SendResult, type SendSettings, sendMessage } from './send-message.ts';
import { signedHeaders } from './signature.ts';

const POLL_MS = 1000;
/** Attempts under way at once. Each holds a socket and a body. */
const MOST_AT_ONCE = 64;
const BODY_BYTES = 256 * 1024;
/** Longer than an attempt can take, with its bookkeeping. */
const LEASE_SECONDS = 60;
const DISABLE_AFTER_DAYS = 5;
const KEEP_DAYS = 30;
const TRIM_EVERY_MS = 3600e3;

/** Sends what is due, as long as the signal lets it. Several senders share the work. */
export async function deliverWebhooks(options: {
  readonly pool: Pool;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly settings: Omit<SendSettings, 'timeoutMs'>;
  readonly timeoutMs?: number;
  readonly pollMs?: number;
  /** Milliseconds until the next attempt; default: {@link nextPauseMs}. */
  readonly pauseMs?: (attempts: number, random: number) => number | undefined;
}): Promise<void> {
  const { pool, log, signal, pollMs = POLL_MS, pauseMs = nextPauseMs } = options;
  const settings = { ...options.settings, timeoutMs: options.timeoutMs ?? 10_000 };
  const busy = new Map<number, number>();
  const underWay = new Set<Promise<void>>();
  let trimmedMs = -Infinity;
  let ended = new AbortController();

  async function attempt(delivery: ClaimedDelivery): Promise<void> {
    const result = await sendOnce(delivery, settings, signal);
    // A service that stops is no failure of the receiver: the message is due again when its lease ends.
    if (signal.aborted && result.kind !== 'answered') return;
    const outcome = outcomeOf(result, pauseMs(delivery.attempts, Math.random()));
    const isOff = await finishAttempt(pool, delivery, outcome, DISABLE_AFTER_DAYS);
    const { tenant, webhookId } = delivery;
    if (isOff) log.warn({ tenant, webhookId }, 'a webhook that takes nothing is switched off');
  }

  function begin(delivery: ClaimedDelivery): void {
    const { webhookId } = delivery;
    busy.set(webhookId, (busy.get(webhookId) ?? 0) + 1);
    const run = attempt(delivery)
      .catch((error: unknown) => log.warn({ err: error }, 'an attempt was not written down'))
      .finally(() => {
        underWay.delete(run);
        const left = (busy.get(webhookId) ?? 1) - 1;
        if (left > 0) busy.set(webhookId, left);
        else busy.delete(webhookId);
        ended.abort();
      });
    underWay.add(run);
  }

  while (!signal.aborted)
    try {
      ended = new AbortController();
      const limit = MOST_AT_ONCE - underWay.size;
      const claimed =
        limit > 0
          ? // oxlint-disable-next-line no-await-in-loop
            await claimDeliveries(pool, { busy, limit, leaseSeconds: LEASE_SECONDS })
          : [];
      for (const delivery of claimed) begin(delivery);
      if (performance.now() - trimmedMs >= TRIM_EVERY_MS) {
        // oxlint-disable-next-line no-await-in-loop
        await trimDeliveries(pool, KEEP_DAYS);
        trimmedMs = performance.now();
      }
      // Where a place became free there may be more to do at once.
      // oxlint-disable-next-line no-await-in-loop
      await delay(pollMs, AbortSignal.any([signal, ended.signal])).catch((error: unknown) => {
        if (!(error instanceof AbortedError)) throw error;
      });
    } catch (error) {
      if (signal.aborted) break;
      log.warn({ err: error }, 'no webhooks were sent this time');
      // oxlint-disable-next-line no-await-in-loop
      await delay(pollMs, signal).catch(() => undefined);
    }
  await Promise.all(underWay);
}

function sendOnce(
  delivery: ClaimedDelivery,
  settings: SendSettings,
  signal: AbortSignal,
): Promise<SendResult> {
  const body = JSON.stringify({
    type: delivery.event,
    timestamp: formatTimestamp(delivery.createdUs),
    tenant: delivery.tenant,
    data: delivery.data,
  });
  if (Buffer.byteLength(body) > BODY_BYTES)
    return Promise.resolve({
      kind: 'refused',
      error: `the message has more than ${BODY_BYTES} bytes`,
    });
  const headers = signedHeaders({
    id: delivery.messageId,
    timestampS: Math.floor(Date.now() / 1000),
    body,
    secret: delivery.secret,
  });
  return sendMessage(delivery.url, { headers, body }, settings, signal);
}

function outcomeOf(result: SendResult, pauseMs: number | undefined): AttemptOutcome {
  if (result.kind !== 'answered')
    return {
      status: null,
      response: null,
      error: result.error,
      pauseMs: pauseMs ?? null,
      isDelivered: false,
      isGone: false,
    };
  const { status, excerpt: response } = result;
  const isDelivered = status >= 200 && status < 300;
  const isGone = status === 410;
  const error =
    status >= 300 && status < 400
      ? 'redirects are not followed: give the address it leads to'
      : null;
  return {
    status,
    response,
    error,
    pauseMs: isDelivered || isGone ? null : (pauseMs ?? null),
    isDelivered,
    isGone,
  };
}
