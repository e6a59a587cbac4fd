import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, insertReadings, startFixture } from './fixture.ts';

let fixture: Fixture;
const CHANNEL = { deviceId: 'm1', quantity: 'active_energy_import' };

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

/** All items of a list, page by page; `between` runs after each page. */
async function walk(
  path: string,
  limit: number,
  between: (page: number) => Promise<void> = async () => undefined,
) {
  const items: Record<string, unknown>[] = [];
  const separator = path.includes('?') ? '&' : '?';
  let cursor: string | null = null;
  for (let page = 0; page < 100; page += 1) {
    const suffix: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    // oxlint-disable-next-line no-await-in-loop
    const { status, body } = await fixture.request(`${path}${separator}limit=${limit}${suffix}`);
    expect(status).toBe(200);
    expect(body.items.length).toBeLessThanOrEqual(limit);
    items.push(...body.items);
    cursor = body.next_cursor;
    if (cursor === null) return items;
    expect(body.items.length).toBeGreaterThan(0);
    // oxlint-disable-next-line no-await-in-loop
    await between(page);
  }
  throw new Error('no last page');
}

test.each([
  ['/devices', 2],
  ['/devices', 5],
  ['/groups', 1],
  ['/health', 1],
  ['/health', 2],
  ['/health?sort=device_id', 1],
  ['/findings', 1],
  ['/ledger', 1],
  ['/ledger', 2],
  ['/quarantine', 1],
])('%s in pages of %i is the list in one page', async (path, limit) => {
  const whole = await fixture.request(path);
  expect(whole.body.next_cursor).toBeNull();
  expect(await walk(path, limit)).toEqual(whole.body.items);
});

test('rows inserted during the walk neither repeat nor hide others', async () => {
  const { servicePool } = fixture.database;
  const addDevice = (id: string) =>
    servicePool.query(`INSERT INTO devices (tenant, device_id, kind) VALUES ('a', $1, 'gateway')`, [
      id,
    ]);
  const ids = (
    await walk('/devices', 2, async (page) => {
      // before and behind the place where the walk is
      await addDevice(`a${page}`);
      await addDevice(`z${page}`);
      if (page > 1)
        await servicePool.query(`DELETE FROM devices WHERE device_id = $1`, [`z${page}`]);
    })
  ).map((item) => item['device_id']);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(['m1', 'm2', 'm3', 'supply', 'w1', 'z0', 'z1']));
  expect(ids).not.toContain('a0');
});

test('readings with conflicts at one instant are walked once each, while more arrive', async () => {
  const start = Date.parse('2026-03-01T00:00:00Z');
  const at = (n: number) => new Date(start + n * 900e3).toISOString();
  await insertReadings(
    fixture.database,
    CHANNEL,
    Array.from({ length: 10 }, (_, n) => ({ ts: at(n), value: n })),
  );
  await fixture.database.servicePool.query(
    `INSERT INTO reading_conflicts (tenant, channel_id, ts, value, received_at)
     SELECT 'a', c.channel_id, '2026-03-01T00:30:00Z', v, now()
       FROM channels c, unnest('{70,71,72,73}'::float8[]) v WHERE c.device_id = 'm1' AND c.quantity = 'active_energy_import'`,
  );
  const path = '/readings?device_id=m1&quantity=active_energy_import&from=2026-03-01&to=2026-03-02';
  const seen = await walk(`${path}&include=conflicts`, 2, async (page) => {
    await insertReadings(fixture.database, CHANNEL, [
      { ts: new Date(start + (page * 30 + 1) * 60e3).toISOString(), value: -1 }, // behind
      { ts: at(20 + page), value: 100 + page }, // ahead
    ]);
  });
  const planned = seen.filter((item) => Number(item['value']) >= 0 && Number(item['value']) < 100);
  expect(planned.map((item) => [item['value'], item['current']])).toEqual([
    [0, true],
    [1, true],
    [2, true],
    [70, false],
    [71, false],
    [72, false],
    [73, false],
    ...[3, 4, 5, 6, 7, 8, 9].map((n) => [n, true]),
  ]);
  const keys = seen.map((item) => `${String(item['ts'])} ${String(item['value'])}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.filter((key) => / 10\d$/.test(key)).length).toBeGreaterThan(3);
  const withoutConflicts = await walk(path, 3);
  expect(withoutConflicts.every((item) => item['current'] === true)).toBe(true);
});

test('buckets in pages are the buckets in one page', async () => {
  const path =
    '/readings?device_id=m1&quantity=active_energy_import&from=2026-03-01&to=2026-03-02&resolution=1h&zone=UTC';
  const whole = await fixture.request(path);
  expect(whole.body.items.length).toBeGreaterThan(3);
  expect(await walk(path, 2)).toEqual(whole.body.items);
});

test('a page of the quarantine ends early rather than carry more than 8 MiB of payload', async () => {
  await fixture.database.servicePool.query(
    `INSERT INTO quarantine (tenant, received_at, source, topic, reason, message, payload, payload_bytes, rejected)
     SELECT 'a', now(), 'mqtt', 'bulk', 'malformed', '', convert_to(repeat('x', 65536), 'UTF8'), 65536, 1 FROM generate_series(1, 200)`,
  );
  const first = await fixture.request('/quarantine?reason=malformed&limit=1000');
  expect(first.body.items).toHaveLength(128);
  const all = await walk('/quarantine?reason=malformed', 1000);
  expect(all).toHaveLength(200);
  expect(new Set(all.map((item) => item['id'])).size).toBe(200);
});
