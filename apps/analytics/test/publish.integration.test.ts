import { ensureTenant, startRun } from '@verimeter/registry';
import { createTestDatabase, type TestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, publishPart } from '../src/lib/publish.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const NOTHING = { health: [], history: [], groups: [] };

test('parts of a night do not wait for each other, a whole analysis waits for them', async () => {
  const tenant = 'parts';
  const pool = database.servicePool;
  await ensureTenant(pool, tenant);
  const run = { tenant, modelVersion: 'm', configuration: {} };
  const runId = await startRun(pool, { ...run, asOfUs: null });
  const waiting = async (): Promise<number> => {
    const result = await pool.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return result.rows[0]?.waiting ?? 0;
  };
  const open = await pool.connect();
  try {
    await open.query('BEGIN');
    await open.query('SELECT pg_advisory_xact_lock_shared(hashtext($1))', [
      `verimeter.analysis.${tenant}`,
    ]);
    await publishPart(pool, { tenant, runId, answers: NOTHING });
    const whole = publish(pool, { ...run, askedUs: undefined, answers: NOTHING, replace: 'all' });
    await vi.waitFor(async () => expect(await waiting()).toBe(1));
    await open.query('COMMIT');
    expect((await whole).runId).toBeGreaterThan(runId);
  } finally {
    open.release(true);
  }
});
