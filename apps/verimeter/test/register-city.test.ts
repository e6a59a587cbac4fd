import { expect, test } from 'vitest';
import { zoneOfCity } from '../src/lib/register-city.ts';

test('the tenant of a city lives by the clock of the city, unless another one is asked for', () => {
  expect(zoneOfCity({ zone: 'UTC', zoneGiven: false })).toBe('Asia/Ho_Chi_Minh');
  expect(zoneOfCity({ zone: 'UTC', zoneGiven: true })).toBe('UTC');
});
