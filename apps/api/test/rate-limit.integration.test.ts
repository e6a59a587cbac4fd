import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, expectProblem, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ rateLimit: { perSecond: 0.1, burst: 3 } });
});
afterAll(() => fixture.stop());

test('a key that asks too often is told when to come back; other keys are not held up', async () => {
  for (let n = 0; n < 3; n += 1) {
    // oxlint-disable-next-line no-await-in-loop
    expect((await fixture.request('/session')).status).toBe(200);
  }
  const refused = await fixture.request('/session');
  expectProblem(refused, 'too_many_requests');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10);
  const other = await fixture.request('/session', { key: fixture.keys.b.viewer });
  expect(other.status).toBe(200);
});

test('guessing keys is slowed down by address, with 429 after 401', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 150 && statuses.at(-1) !== 429; n += 1) {
    // oxlint-disable-next-line no-await-in-loop
    statuses.push((await fixture.request('/session', { key: `guess${n}` })).status);
  }
  expect(statuses[0]).toBe(401);
  expect(statuses.at(-1)).toBe(429);
  const known = await fixture.request('/session', { key: fixture.keys.b.operator });
  expect(known.status).toBe(200);
});
