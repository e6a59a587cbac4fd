import { expect, test } from 'vitest';
import { createRateLimiter } from '../src/lib/rate-limiter.ts';

test('a burst at once, then as many as flow in', () => {
  let now = 0;
  const limiter = createRateLimiter({ perSecond: 2, burst: 3 }, () => now);
  expect([1, 2, 3].map(() => limiter.take('a'))).toEqual([0, 0, 0]);
  expect(limiter.take('a')).toBe(1);
  expect(limiter.take('b')).toBe(0);
  now = 499;
  expect(limiter.take('a')).toBe(1);
  now = 500;
  expect(limiter.take('a')).toBe(0);
  expect(limiter.take('a')).toBe(1);
  now = 60_000;
  expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([0, 0, 0, 1]);
});

test('the wait is whole seconds, rounded up', () => {
  const limiter = createRateLimiter({ perSecond: 0.1, burst: 1 }, () => 0);
  expect(limiter.take('a')).toBe(0);
  expect(limiter.take('a')).toBe(10);
});

test('names without end do not pile up', () => {
  let now = 0;
  const limiter = createRateLimiter({ perSecond: 1, burst: 2 }, () => now);
  limiter.take('steady');
  for (let n = 0; n < 50_000; n += 1) {
    now += 1;
    limiter.take(`name${n}`);
  }
  expect(limiter.size).toBeLessThanOrEqual(10_000);
});
