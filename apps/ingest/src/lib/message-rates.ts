/** Messages per second of a device that do not count as a flood, and how many at once do not. */
export const SUSTAINED_PER_S = 50;
export const BURST = 500;
const REPORT_MS = 60_000;

interface Bucket {
  tokens: number;
  /** Milliseconds of the caller's clock. */
  at: number;
  /** Messages beyond the rate since the last report. */
  beyond: number;
}

export interface Flood {
  /** `tenant/device` as in the topic; the gateway, where one speaks for its children. */
  readonly sender: string;
  readonly messages: number;
}

/**
 * A token bucket per sending device (Turner 1986): full at the start, one token per message, refilled at the sustained
 * rate. Time is passed in. Of devices whose bucket is full again nothing is kept.
 */
export class MessageRates {
  readonly #buckets = new Map<string, Bucket>();
  #reportedAt = -Infinity;

  /** Whether the message goes beyond what its device may send. */
  isBeyond(topic: string, nowMs: number): boolean {
    const sender = senderOf(topic);
    let bucket = this.#buckets.get(sender);
    if (bucket === undefined) {
      bucket = { tokens: BURST, at: nowMs, beyond: 0 };
      this.#buckets.set(sender, bucket);
    }
    const refilled = ((nowMs - bucket.at) * SUSTAINED_PER_S) / 1000;
    bucket.tokens = Math.min(BURST, bucket.tokens + refilled);
    bucket.at = nowMs;
    if (bucket.tokens < 1) {
      bucket.beyond += 1;
      return true;
    }
    bucket.tokens -= 1;
    return false;
  }

  /** Once per minute who sent beyond the rate since the last time, the worst first; in between undefined. */
  report(nowMs: number): Flood[] | undefined {
    if (nowMs - this.#reportedAt < REPORT_MS) return undefined;
    this.#reportedAt = nowMs;
    const floods: Flood[] = [];
    for (const [sender, bucket] of this.#buckets) {
      if (bucket.beyond > 0) floods.push({ sender, messages: bucket.beyond });
      bucket.beyond = 0;
      if (nowMs - bucket.at > (BURST / SUSTAINED_PER_S) * 1000) this.#buckets.delete(sender);
    }
    return floods.toSorted((left, right) => right.messages - left.messages);
  }

  get size(): number {
    return this.#buckets.size;
  }
}

/** Third and fourth level: `verimeter/v1/{tenant}/{device}/…`; a topic with fewer levels is its own sender. */
function senderOf(topic: string): string {
  let slash = -1;
  let start = 0;
  for (let level = 0; level < 4; level += 1) {
    if (level === 2) start = slash + 1;
    slash = topic.indexOf('/', slash + 1);
    if (slash === -1) return topic;
  }
  return topic.slice(start, slash);
}
