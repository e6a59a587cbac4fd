import { expect, test, vi } from 'vitest';
import { AbortedError, backoffDelayMs, delay, retry } from '../src/index.ts';

test('work is attempted until it succeeds', async () => {
  const seen: number[] = [];
  const result = await retry(
    (attempt) => (attempt < 3 ? Promise.reject(new Error('away')) : Promise.resolve(attempt)),
    { initialMs: 1, onRetry: (_error, attempt) => seen.push(attempt) },
  );
  expect(result).toBe(3);
  expect(seen).toEqual([1, 2]);
});

test('the last error is thrown when attempts are used up or the error is permanent', async () => {
  const away = vi.fn<() => Promise<never>>(() => Promise.reject(new Error('away')));
  await expect(retry(away, { initialMs: 1, attempts: 2 })).rejects.toThrow('away');
  expect(away).toHaveBeenCalledTimes(2);
  const refused = vi.fn<() => Promise<never>>(() =>
    Promise.reject(new Error('password authentication failed')),
  );
  await expect(retry(refused, { isTransient: () => false })).rejects.toThrow('password');
  expect(refused).toHaveBeenCalledTimes(1);
});

test('an abort ends the waiting at once', async () => {
  const controller = new AbortController();
  const waiting = retry(() => Promise.reject(new Error('away')), {
    initialMs: 60_000,
    signal: controller.signal,
    onRetry: () => controller.abort(),
  });
  await expect(waiting).rejects.toBeInstanceOf(AbortedError);
  await expect(delay(60_000, controller.signal)).rejects.toBeInstanceOf(AbortedError);
});

test('delays double up to the maximum, and at least half of each is kept by the jitter', () => {
  expect(backoffDelayMs(1, 100, 10_000, 0)).toBe(50);
  expect(backoffDelayMs(3, 100, 10_000, 1)).toBe(400);
  expect(backoffDelayMs(40, 100, 10_000, 1)).toBe(10_000);
});
