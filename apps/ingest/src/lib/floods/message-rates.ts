/** Messages per second of a device that do not count as a flood, and how many at once do not. */
export const SUSTAINED_PER_S = 50;
export const BURST = 500;
/** A rate over less than this says little, milliseconds. */
const SHORTEST_MS = 1000;

interface Bucket {
  tokens: number;
  /** Milliseconds of the caller's clock, as all times here. */
  at: number;
  /** Messages beyond the rate since the last report, and when the first and the last of them came. */
  beyond: number;
  from: number;
  to: number;
}

export interface Flood {
  /** Of the topic; undefined: it is none of a device. */
  readonly tenant: string | undefined;
  /** Device of the topic, or gateway, where one speaks for its children; of other topics the first four levels. */
  readonly sender: string;
  /** Messages beyond the rate. */
  readonly messages: number;
  /** First and last of them. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Messages per second in between, all of them. */
  readonly ratePerS: number;
}

/**
 * A token bucket per sending device (Turner 1986): full at the start, one token per message, refilled at the sustained
 * rate. Time is passed in. Of devices whose bucket is full again nothing is kept.
 */
export class MessageRates {
  readonly #buckets = new Map<string, Bucket>();

  /** Whether the message goes beyond what its device may send. */
  isBeyond(topic: string, nowMs: number): boolean {
    const sender = keyOf(topic);
    let bucket = this.#buckets.get(sender);
    if (bucket === undefined) {
      bucket = { tokens: BURST, at: nowMs, beyond: 0, from: 0, to: 0 };
      this.#buckets.set(sender, bucket);
    }
    const refilled = ((nowMs - bucket.at) * SUSTAINED_PER_S) / 1000;
    bucket.tokens = Math.min(BURST, bucket.tokens + refilled);
    bucket.at = nowMs;
    if (bucket.tokens < 1) {
      if (bucket.beyond === 0) bucket.from = nowMs;
      bucket.beyond += 1;
      bucket.to = nowMs;
      return true;
    }
    bucket.tokens -= 1;
    return false;
  }

  /** Who sent beyond the rate since the last report, the worst first. */
  report(nowMs: number): Flood[] {
    const floods: Flood[] = [];
    for (const [sender, bucket] of this.#buckets) {
      if (bucket.beyond > 0) floods.push(floodOf(sender, bucket));
      bucket.beyond = 0;
      if (nowMs - bucket.at > (BURST / SUSTAINED_PER_S) * 1000) this.#buckets.delete(sender);
    }
    return floods.toSorted((left, right) => right.messages - left.messages);
  }

  get size(): number {
    return this.#buckets.size;
  }
}

function floodOf(key: string, { beyond, from, to }: Bucket): Flood {
  const slash = key.indexOf('/');
  const isOther = key.startsWith(OTHER);
  return {
    tenant: isOther ? undefined : key.slice(0, slash),
    sender: isOther ? key.slice(OTHER.length) : key.slice(slash + 1),
    messages: beyond,
    fromMs: from,
    toMs: to,
    // While its bucket is empty, a device has the sustained rate and what goes beyond it.
    ratePerS: SUSTAINED_PER_S + (beyond * 1000) / Math.max(to - from, SHORTEST_MS),
  };
}

const OF_DEVICES = 'verimeter/v1/';
/** Before other topics; `tenant/device` has one slash. */
const OTHER = '//';

/** `tenant/device` of `verimeter/v1/{tenant}/{device}/…`, else the first four levels. */
function keyOf(topic: string): string {
  if (topic.startsWith(OF_DEVICES)) {
    const slash = topic.indexOf('/', topic.indexOf('/', OF_DEVICES.length) + 1);
    if (slash > OF_DEVICES.length) return topic.slice(OF_DEVICES.length, slash);
  }
  return OTHER + topic.split('/', 4).join('/');
}
