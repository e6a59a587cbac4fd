/** The work was given up because its signal was aborted. */
export class AbortedError extends Error {
  readonly code = 'aborted';

  constructor(cause?: unknown) {
    super('aborted', { cause });
    this.name = 'AbortedError';
  }
}

export interface RetryOptions {
  /** First delay, milliseconds. */
  readonly initialMs?: number;
  /** Longest delay, milliseconds. */
  readonly maximumMs?: number;
  /** Attempts in all; default: no bound. */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
  /** Whether the error is worth another attempt; default: every error is. */
  readonly isTransient?: (error: unknown) => boolean;
  readonly onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
  /** 0 inclusive to 1 exclusive; replaced in tests. */
  readonly random?: () => number;
}

/**
 * Delay before attempt `attempt + 1`, milliseconds: exponential with "equal jitter" (half fixed, half random), so
 * that many workers that lost one database do not return in step, and none returns at once.
 */
export function backoffDelayMs(
  attempt: number,
  initialMs: number,
  maximumMs: number,
  random: number,
): number {
  const ceiling = Math.min(maximumMs, initialMs * 2 ** Math.min(attempt - 1, 30));
  return ceiling / 2 + (ceiling / 2) * random;
}

/** Resolves after `ms`. @throws {AbortedError} as soon as the signal is aborted. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new AbortedError(signal.reason));
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(new AbortedError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * The result of `work`, attempted again with growing delays until it succeeds.
 *
 * @throws the last error when the attempts are used up or the error is not transient; {@link AbortedError} when the
 * signal is aborted while waiting.
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const {
    initialMs = 100,
    maximumMs = 10_000,
    attempts = Infinity,
    random = Math.random,
  } = options;
  for (let attempt = 1; ; attempt += 1) {
    if (options.signal?.aborted === true) throw new AbortedError(options.signal.reason);
    try {
      // oxlint-disable-next-line no-await-in-loop
      return await work(attempt);
    } catch (error) {
      if (attempt >= attempts || options.isTransient?.(error) === false) throw error;
      const delayMs = backoffDelayMs(attempt, initialMs, maximumMs, random());
      options.onRetry?.(error, attempt, delayMs);
      // oxlint-disable-next-line no-await-in-loop
      await delay(delayMs, options.signal);
    }
  }
}
