import {
  quarantineEntry,
  quarantineGroupList,
  quarantineReplay,
  replayProgress,
} from '@verimeter/api-schema';
import { advanceReplay, nextReplay } from '@verimeter/registry';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Answer, type Fixture, expectProblem, expectShape, startFixture } from './fixture.ts';

/** Entries 1 (kept whole) and 2 (too large) are of tenant a, 3 is of b. */
let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ replayMs: 1500 });
});
afterAll(() => fixture.stop());

const change = (path: string, method: 'POST' | 'PATCH' = 'POST', body?: unknown): Promise<Answer> =>
  fixture.request(path, { key: fixture.keys.a.operator, method, ...(body ? { body } : {}) });

const wishes = async (): Promise<number> => {
  const { rows } = await fixture.database.servicePool.query<{ count: number }>(
    'SELECT count(*) FROM replays WHERE finished_at IS NULL',
  );
  return rows[0]?.count ?? -1;
};

test('groups are entries of one reason, field and device', async () => {
  const { body } = await fixture.request('/quarantine/groups');
  expectShape(quarantineGroupList, body);
  expect(body).toMatchObject({
    items: [
      {
        reason: 'unknown_device',
        device_id: 'ghost',
        entries: 1,
        rejected: 3,
        first_received_at: '2026-03-10T01:00:00.500Z',
        message: 'register it',
        topic: 'verimeter/v1/a/ghost/readings',
      },
      { reason: 'too_large', device_id: 'm1', entries: 1, rejected: 1 },
    ],
    left_out: 0,
    not_kept: { entries: 0, rejected: 0 },
  });
  const filtered = await fixture.request('/quarantine/groups?reason=too_large');
  expect(filtered.body.items).toHaveLength(1);
});

test('an entry is dismissed and opened again', async () => {
  const dismissed = await change('/quarantine/1', 'PATCH', { status: 'dismissed' });
  expectShape(quarantineEntry, dismissed.body);
  expect(dismissed.body).toMatchObject({ id: 1, status: 'dismissed' });
  expect((await fixture.request('/quarantine/groups?status=open')).body.items).toHaveLength(1);
  expect((await change('/quarantine/1', 'PATCH', { status: 'open' })).body.status).toBe('open');
  expectProblem(await change('/quarantine/3', 'PATCH', { status: 'open' }), 'not_found');
  expectProblem(await change('/quarantine/1', 'PATCH', { status: 'replayed' }), 'invalid_request');
});

test('a viewer may not replay or dismiss', async () => {
  expectProblem(await fixture.request('/quarantine/1/replay', { method: 'POST' }), 'forbidden');
  const body = { status: 'dismissed' };
  expectProblem(await fixture.request('/quarantine/1', { method: 'PATCH', body }), 'forbidden');
});

test('where no worker takes a replay within its time, that is said and the wish taken back', async () => {
  const answer = await change('/quarantine/1/replay');
  expect(expectProblem(answer, 'not_ready').detail).toContain('verimeter ingest');
  expect(await wishes()).toBe(0);
});

test('what a worker counted is the answer', async () => {
  const { servicePool } = fixture.database;
  const counts = { received: 3, stored: 2, duplicate: 1, conflicting: 0, rejected: 0 };
  const asked = change('/quarantine/1/replay');
  await vi.waitFor(async () => {
    const wish = await nextReplay(servicePool);
    expect(wish).toMatchObject({ tenant: 'a', entryId: 1 });
    const done = { nextId: 1, entries: 1, replayed: 1, finished: true };
    await advanceReplay(servicePool, wish?.id ?? 0, { ...counts, ...done });
  });
  const { body } = await asked;
  expectShape(quarantineReplay, body);
  expect(body).toEqual({ ...counts, status: 'open' });
});

test('of a message of which only the hash was kept, and of a line of a file, it is said what to do', async () => {
  expect(expectProblem(await change('/quarantine/2/replay'), 'conflict').detail).toContain(
    '64 KiB',
  );
  await fixture.database.servicePool.query(
    `UPDATE quarantine SET source = 'import', topic = 'readings.csv:7' WHERE id = 1`,
  );
  expect(expectProblem(await change('/quarantine/1/replay'), 'conflict').detail).toContain(
    'import it again',
  );
});

test('a replay of many is answered at once and can be followed', async () => {
  const { body } = await change('/quarantine/replay', 'POST', { reason: 'unknown_device' });
  expectShape(replayProgress, body);
  expect(body).toMatchObject({ entries: 0, finished: false });
  const { rows } = await fixture.database.servicePool.query(
    'SELECT field, device_id, without_device FROM replays WHERE id = $1',
    [body.id],
  );
  expect(rows).toEqual([{ field: null, device_id: null, without_device: false }]);
  const followed = await fixture.request(`/quarantine/replays/${body.id}`);
  expect(followed.body).toEqual(body);
  const foreign = { key: fixture.keys.b.viewer };
  expectProblem(await fixture.request(`/quarantine/replays/${body.id}`, foreign), 'not_found');
  expectProblem(await change('/quarantine/replay', 'POST', { reason: 'bored' }), 'invalid_request');
});

test('a group is replayed by what it is named by, also one without a device', async () => {
  const group = { reason: 'topic_mismatch', field: '', device_id: null };
  const { body } = await change('/quarantine/replay', 'POST', group);
  const { rows } = await fixture.database.servicePool.query(
    'SELECT reason, field, device_id, without_device FROM replays WHERE id = $1',
    [body.id],
  );
  expect(rows).toEqual([{ ...group, without_device: true }]);
});
