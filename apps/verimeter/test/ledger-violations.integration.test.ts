import { afterEach, beforeEach, expect, test } from 'vitest';
import { HOUR_7, HOUR_8, publishEverything, topicOf } from './ledger-scenario.ts';
import { type LedgerWorld, createLedgerWorld } from './ledger-world.ts';

let world: LedgerWorld;
beforeEach(async () => {
  world = await createLedgerWorld();
  await publishEverything(world);
  expect(await world.check()).toMatchObject({ ok: true, violations: [] });
});
afterEach(() => world.close());

test('a reading that is gone is named', async () => {
  await world.tamper(
    `DELETE FROM readings WHERE received_at < '2026-11-23T08:00:00Z' AND value = 2
        AND channel_id IN (SELECT channel_id FROM channels WHERE device_id = 'M1')`,
  );
  expect(await world.run()).toMatchObject({
    status: 1,
    ok: false,
    violations: [
      {
        check: 'stored',
        device_id: 'M1',
        topic: null,
        hour: HOUR_7,
        source: null,
        ledger: 3,
        found: 2,
      },
    ],
    violations_left_out: 0,
  });
  const { status, stdout } = await world.program();
  expect(status).toBe(1);
  expect(stdout).toContain(
    '\nM1 2026-11-23T07:00:00.000Z: stored 3 in the ledger, 2 readings in the store\n',
  );
  expect(stdout).toMatch(/\nthe ledger does not balance: 1 violations\n$/);
});

test('readings of a device that has no row in the ledger are named', async () => {
  await world.tamper(`DELETE FROM ledger_hours WHERE device_id = 'M2' AND hour = '${HOUR_8}'`);
  expect(await world.check()).toMatchObject({
    ok: false,
    violations: [{ check: 'stored', device_id: 'M2', hour: HOUR_8, ledger: null, found: 1 }],
  });
});

test('a reading that was moved to another hour is missed in one and too many in the other', async () => {
  await world.tamper(
    `UPDATE readings SET received_at = '2026-11-20T07:30:00Z' WHERE received_at >= '2026-11-23T09:00:00Z'`,
  );
  expect(await world.check()).toMatchObject({
    ok: false,
    violations: [
      { check: 'stored', device_id: 'M1', hour: '2026-11-20T07:00:00.000Z', ledger: null },
      { check: 'stored', device_id: 'M1', hour: '2026-11-23T09:00:00.000Z', found: 0 },
    ],
  });
});

test('a changed count is named: of what came, and of what became of it', async () => {
  await world.tamper(
    `UPDATE ledger_hours SET received = received + 1 WHERE device_id = 'M2' AND hour = '${HOUR_7}'`,
  );
  expect(await world.run()).toMatchObject({
    status: 1,
    violations: [
      { check: 'balance', device_id: 'M2', hour: HOUR_7, source: 'mqtt', ledger: 4, found: 3 },
    ],
  });
  // The row balances again, but not with what is stored.
  await world.tamper(
    `UPDATE ledger_hours SET stored = stored + 1 WHERE device_id = 'M2' AND hour = '${HOUR_7}'`,
  );
  expect((await world.check()).violations).toMatchObject([
    { check: 'stored', device_id: 'M2', hour: HOUR_7, ledger: 4, found: 3 },
  ]);
  await world.tamper(
    `UPDATE ledger_hours SET stored = 3, duplicate = -1, rejected = 2 WHERE device_id = 'M2' AND hour = '${HOUR_7}'`,
  );
  expect((await world.check()).violations).toMatchObject([
    { check: 'negative', device_id: 'M2', hour: HOUR_7, source: 'mqtt', ledger: -1 },
    { check: 'rejected', device_id: 'M2', hour: HOUR_7, source: 'mqtt', ledger: 2, found: 0 },
  ]);
});

test('a conflict that is gone is named', async () => {
  await world.tamper('DELETE FROM reading_conflicts WHERE value = 8');
  expect(await world.run()).toMatchObject({
    status: 1,
    violations: [
      { check: 'conflicting', device_id: 'M1', hour: HOUR_8, source: null, ledger: 2, found: 1 },
    ],
  });
});

test('entries of quarantine that are gone are named: of a device, of unknown ones, of no device', async () => {
  await world.tamper(`DELETE FROM quarantine WHERE device_id = 'M3'`);
  const ofM3 = { device_id: 'M3', hour: HOUR_8, source: 'mqtt', ledger: 1, found: 0 };
  expect(await world.run()).toMatchObject({
    status: 1,
    violations: [{ check: 'rejected', ...ofM3 }],
  });
  await world.tamper(`DELETE FROM quarantine WHERE device_id = 'never'`);
  await world.tamper(`DELETE FROM quarantine WHERE reason = 'topic_mismatch'`);
  await world.tamper(`DELETE FROM quarantine WHERE reason = 'unknown_tenant'`);
  expect((await world.check()).violations).toMatchObject([
    { check: 'rejected', ...ofM3 },
    { check: 'rejected', topic: 'verimeter/v1/demo/M1', ledger: 1, found: 0 },
    { check: 'rejected', topic: topicOf('never'), device_id: null, ledger: 1, found: 0 },
    { check: 'rejected', topic: 'verimeter/v1/nowhere/M1/readings', ledger: 1, found: 0 },
  ]);
});

test('of a device that was registered in between, whichever entry is gone is missed', async () => {
  const entries = await world.pool.query<{ id: number }>(
    `SELECT id FROM quarantine WHERE device_id = 'late' ORDER BY id`,
  );
  expect(entries.rows).toHaveLength(4);
  for (const { id } of entries.rows) {
    // oxlint-disable-next-line no-await-in-loop
    await world.tamper(`UPDATE quarantine SET received_at = '2026-11-01Z' WHERE id = ${id}`);
    // oxlint-disable-next-line no-await-in-loop
    const check = await world.check({ from: HOUR_7 });
    expect(check.violations).toHaveLength(1);
    const [violation] = check.violations;
    expect(violation).toMatchObject({ check: 'rejected', hour: HOUR_8 });
    expect(violation?.['device_id'] ?? violation?.['topic']).toMatch(/late/);
    // oxlint-disable-next-line no-await-in-loop
    await world.tamper(
      `UPDATE quarantine SET received_at = '2026-11-23T08:20:00Z' WHERE id = ${id}`,
    );
  }
});

test('rows of unregistered devices that are gone or too high are named by their topic', async () => {
  await world.tamper(`DELETE FROM ledger_hours WHERE topic = '${topicOf('never')}'`);
  await world.tamper(
    `UPDATE ledger_hours SET received = 2, rejected = 2 WHERE topic LIKE 'verimeter/v1/nowhere/%'`,
  );
  expect((await world.check()).violations).toMatchObject([
    { check: 'rejected', topic: topicOf('never'), hour: HOUR_8, ledger: null, found: 1 },
    { check: 'rejected', topic: 'verimeter/v1/nowhere/M1/readings', ledger: 2, found: 1 },
  ]);
});

test('fifty violations at most are told, then how many more', async () => {
  await world.tamper(
    `INSERT INTO ledger_hours (tenant, device_id, hour, source, received)
     SELECT 'demo', 'M1', '2026-01-01Z'::timestamptz + n * interval '1 hour', 'mqtt', 1 FROM generate_series(1, 60) n`,
  );
  const checked = await world.check();
  expect(checked.violations).toHaveLength(50);
  expect(checked.violations_left_out).toBe(10);
  const { stdout } = await world.program();
  expect(stdout).toMatch(/\nand 10 more\nthe ledger does not balance: 60 violations\n$/);
});

test('violations are those within the period', async () => {
  await world.tamper(
    `DELETE FROM readings WHERE received_at >= '2026-11-23T07:59:59Z' AND received_at < '2026-11-23T08:00:00Z'`,
  );
  expect(await world.run('--from', '2026-11-23')).toMatchObject({
    status: 1,
    from: '2026-11-23T00:00:00.000Z',
    to: null,
    violations: [{ check: 'stored', device_id: 'M2', hour: HOUR_7, ledger: 3, found: 2 }],
  });
  expect(await world.check({ to: HOUR_8 })).toMatchObject({ ok: false, from: null, to: HOUR_8 });
  expect(await world.check({ from: HOUR_8 })).toMatchObject({ ok: true });
  expect(await world.check({ to: '2026-11-22' })).toMatchObject({
    ok: true,
    to: '2026-11-23T00:00:00.000Z',
    totals: { received: 0 },
  });
  const hour = await world.check({ from: HOUR_8, to: '2026-11-23T09:00:00Z' });
  expect(hour).toMatchObject({ ok: true, checked: { readings: 4, conflicts: 2 } });
  // A bound inside the hour takes in all of it.
  const inside = await world.program('--from', '2026-11-23T08:30:00Z', '--json');
  expect(inside.stderr).toContain('--from 2026-11-23T08:30:00Z is inside an hour');
  expect(JSON.parse(inside.stdout)).toMatchObject({ ok: true, from: HOUR_8 });
});
