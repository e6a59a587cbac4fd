import { createPostgresUpkeep } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LedgerWorld, createLedgerWorld } from './ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await createLedgerWorld();
  await world.register('demo', 'M1', 'M2');
});
afterAll(() => world.close());

const send = (device: string, ts: string, value: number, receivedAt: string): Promise<void> =>
  world.publish({
    topic: `verimeter/v1/demo/${device}/readings`,
    payload: JSON.stringify({ ts, values: { active_energy_import: value } }),
    receivedAt,
  });

test('what retention removed is not missing, whenever it was received; what else is gone is', async () => {
  await send('M1', '2021-03-05T10:00:00Z', 1, '2021-03-05T10:00:05Z');
  await send('M1', '2021-04-05T10:00:00Z', 2, '2021-04-05T10:00:05Z');
  // of the month that goes, and received in hours that stay
  await send('M1', '2021-03-05T11:00:00Z', 1, '2021-04-05T10:30:00Z');
  await send('M2', '2021-03-05T11:00:00Z', 1, '2021-04-06T10:30:00Z');
  await send('M2', '2021-03-05T11:00:00Z', 3, '2021-04-06T10:40:00Z'); // a conflict
  const before = await world.check();
  expect(before).toMatchObject({ ok: true, kept_from: null });

  expect(await createPostgresUpkeep(world.pool).retain(Date.UTC(2021, 3, 2) * 1000)).toBe(1);
  const after = await world.check();
  expect(after).toMatchObject({
    ok: true,
    kept_from: '2021-04-01T00:00:00.000Z',
    totals: before.totals,
  });
  const { stdout, status } = await world.program();
  expect(stdout).toContain('retention removed readings before 2021-04-01T00:00:00.000Z');
  expect(status).toBe(0);

  await world.tamper(`DELETE FROM readings WHERE ts = '2021-04-05T10:00:00Z'`);
  expect(await world.check()).toMatchObject({
    ok: false,
    violations: [{ check: 'stored', device_id: 'M1', ledger: 2, found: 1 }],
  });
});
