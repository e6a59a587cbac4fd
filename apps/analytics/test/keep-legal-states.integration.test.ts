import { createLogger } from '@verimeter/service-runtime';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepLegalStates } from '../src/lib/keep-legal-states.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('standings that others left are worked out: of devices that registered themselves, and by rules that changed', async () => {
  const pool = database.servicePool;
  await pool.query(`INSERT INTO tenants (tenant, zone) VALUES ('t', 'Asia/Ho_Chi_Minh')`);
  const stopping = new AbortController();
  const log = createLogger('legal-test', 'silent');
  const keeping = keepLegalStates({ pool, log, signal: stopping.signal, everyMs: 20 });
  const dueOn = async (): Promise<unknown> => {
    const { rows } = await pool.query<{ due_on: string | null }>(
      `SELECT due_on FROM legal_states WHERE tenant = 't' AND device_id = 'w'`,
    );
    return rows[0]?.due_on;
  };
  try {
    await pool.query(
      `INSERT INTO devices (tenant, device_id, kind, technology, verified_on) VALUES ('t', 'w', 'water_meter', 'mechanical', '2024-03-05')`,
    );
    await expect.poll(dueOn, { timeout: 20_000 }).toBe('2029-03-05');
    await pool.query(`UPDATE tenants SET rule_set = 'DE' WHERE tenant = 't'`);
    await expect.poll(dueOn, { timeout: 20_000 }).toBe('2030-12-31');
  } finally {
    stopping.abort();
    await keeping;
  }
});
