import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, expectProblem, insertReadings, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
  await insertReadings(
    fixture.database,
    { deviceId: 'foreign', quantity: 'active_energy_import' },
    [{ ts: '2026-03-10T00:00:00Z', value: 1 }],
  );
});
afterAll(() => fixture.stop());

test.each([
  '/devices/foreign',
  '/groups/gf',
  '/health/foreign',
  '/readings?device_id=foreign&quantity=active_energy_import',
  '/readings?device_id=foreign&quantity=active_energy_import&resolution=1d',
  '/intervals?device_id=foreign&quantity=active_energy_import',
])("another tenant's %s is not found, and found by its own", async (path) => {
  expectProblem(await fixture.request(path), 'not_found');
  expect((await fixture.request(path, { key: fixture.keys.b.viewer })).status).toBe(200);
});

test("another tenant's finding cannot be changed, not even by an admin", async () => {
  const { body } = await fixture.request('/findings', { key: fixture.keys.b.viewer });
  const { id } = body.items[0];
  const change = { method: 'PATCH', body: { status: 'dismissed' } };
  expectProblem(
    await fixture.request(`/findings/${id}`, { ...change, key: fixture.keys.a.admin }),
    'not_found',
  );
  const after = await fixture.request('/findings', { key: fixture.keys.b.viewer });
  expect(after.body.items[0].status).toBe('open');
});

test.each([
  '/devices',
  '/clock-health',
  '/groups',
  '/health',
  '/findings',
  '/ledger',
  '/lots',
  '/message-floods',
  '/quarantine',
])('the list %s holds nothing of another tenant', async (path) => {
  const own = await fixture.request(`${path}?limit=1000`);
  expect(own.body.items.length).toBeGreaterThan(0);
  expect(JSON.stringify(own.body)).not.toMatch(/foreign|"gf"|\/b\/|nobody|:77\b/);
  const other = await fixture.request(`${path}?limit=1000`, { key: fixture.keys.b.viewer });
  expect(other.body.items).toHaveLength(1);
  expect(JSON.stringify(other.body)).not.toMatch(/"m1"|"g1"|ghost/);
});

test.each([
  '/ledger?device_id=foreign',
  '/quarantine?device_id=foreign',
  '/findings?device_id=foreign',
])('a filter by a foreign id finds nothing: %s', async (path) => {
  expect((await fixture.request(path)).body.items).toEqual([]);
});

test('totals of the ledger are those of the tenant', async () => {
  const { body } = await fixture.request('/ledger');
  expect(body.totals.received).toBe(18);
});
