import { expect, test } from 'vitest';
import { atOnce } from '../src/lib/at-once.ts';

test('only so much goes on together, and a place is free again after a failure', async () => {
  const limited = atOnce(2, 'reports');
  const gates = [0, 1].map(() => Promise.withResolvers<string>());
  const going = gates.map(({ promise }) => limited(() => promise));
  await expect(limited(async () => 'third')).rejects.toMatchObject({ code: 'too_many_requests' });
  gates[0]?.resolve('done');
  expect(await going[0]).toBe('done');
  await expect(
    limited(async () => {
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');
  expect(await limited(async () => 'next')).toBe('next');
  gates[1]?.resolve('done');
  expect(await going[1]).toBe('done');
});
