/** Token buckets by name: `burst` at once, `perSecond` for good. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateLimiter {
  /** Takes one; 0 when there was one, else the seconds (at least 1) until there is. */
  take(name: string): number;
  /** Names remembered at present; bounded. */
  readonly size: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

const MAXIMUM_BUCKETS = 10_000;

export function createRateLimiter(
  limit: RateLimit,
  nowMs: () => number = () => performance.now(),
): RateLimiter {
  const buckets = new Map<string, Bucket>();

  function refill(bucket: Bucket, now: number): void {
    bucket.tokens = Math.min(
      limit.burst,
      bucket.tokens + ((now - bucket.atMs) / 1000) * limit.perSecond,
    );
    bucket.atMs = now;
  }

  /** A full bucket is as good as none; were all in use, the least recently made goes. */
  function makeRoom(now: number): void {
    for (const [name, bucket] of buckets) {
      refill(bucket, now);
      if (bucket.tokens >= limit.burst) buckets.delete(name);
    }
    for (const name of buckets.keys()) {
      if (buckets.size < MAXIMUM_BUCKETS) break;
      buckets.delete(name);
    }
  }

  return {
    get size() {
      return buckets.size;
    },
    take(name) {
      const now = nowMs();
      let bucket = buckets.get(name);
      if (bucket === undefined) {
        if (buckets.size >= MAXIMUM_BUCKETS) makeRoom(now);
        bucket = { tokens: limit.burst, atMs: now };
        buckets.set(name, bucket);
      }
      refill(bucket, now);
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return 0;
      }
      return Math.max(1, Math.ceil((1 - bucket.tokens) / limit.perSecond));
    },
  };
}
