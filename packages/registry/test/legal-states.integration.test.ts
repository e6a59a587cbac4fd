import { DUE_SOON_DAYS, addDays, statusOn } from '@verimeter/metrology';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type LegalStateFilter,
  type LegalStateRow,
  type Pool,
  addLegalEvent,
  countLegalStates,
  countPending,
  legalStatePosition,
  markRecheckedToday,
  readLegalStates,
  readToday,
  refreshLegalStates,
  refreshMarked,
  sweepLegalStates,
  tenantsWithLegalMarks,
  withTransaction,
  writeTenantRule,
} from '../src/index.ts';
import { newTenant } from './new-tenant.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.servicePool;
});
afterAll(() => database.drop());

let tenant = '';
beforeEach(async () => {
  tenant = await newTenant(pool);
});

const BY = { id: 'k', name: null };
const stateOf = async (deviceId: string) => {
  const { rows } = await pool.query<{ state: string; due_on: string | null; rules: string[] }>(
    'SELECT state, due_on, rules FROM legal_states WHERE tenant = $1 AND device_id = $2',
    [tenant, deviceId],
  );
  return rows[0];
};

const marked = async (): Promise<string[]> => {
  const { rows } = await pool.query<{ device_id: string }>(
    'SELECT device_id FROM legal_state_marks WHERE tenant = $1 ORDER BY 1',
    [tenant],
  );
  return rows.map((row) => row.device_id);
};

describe('a mark is left', () => {
  beforeEach(async () => {
    await sweepLegalStates(pool, tenant);
    expect(await marked()).toEqual([]);
  });

  test.each([
    [`INSERT INTO devices (tenant, device_id, kind) VALUES ($1, 'new', 'water_meter')`, ['new']],
    [`UPDATE devices SET technology = 'electronic' WHERE tenant = $1 AND device_id = 'm2'`, ['m2']],
    [
      `UPDATE devices SET valid_until = '2030-01-01' WHERE tenant = $1 AND device_id = 'm2'`,
      ['m2'],
    ],
    [`UPDATE devices SET online = true, address = 'x' WHERE tenant = $1`, []],
    [
      `INSERT INTO verifications (tenant, device_id, verified_on, result) VALUES ($1, 'm3', '2025-01-01', 'pass')`,
      ['m3'],
    ],
    [
      `INSERT INTO legal_events (tenant, device_id, kind, happened_on, entered_by) VALUES ($1, 'm4', 'repaired', '2025-01-01', 'k')`,
      ['m4'],
    ],
    [
      `INSERT INTO legal_rules (tenant, rule_id, version, category, basis, months, source, status, entered_by)
       VALUES ($1, 'r', 1, 'water_meter', 'cycle', 12, 's', 'confirmed', 'k')`,
      ['*'],
    ],
    [`UPDATE tenants SET rule_set = 'DE' WHERE tenant = $1`, ['*']],
  ])('by %s', async (sql, devices) => {
    await pool.query(sql, [tenant]);
    expect(await marked()).toEqual(devices);
    await sweepLegalStates(pool, tenant);
    expect(await marked()).toEqual([]);
    expect(await tenantsWithLegalMarks(pool)).not.toContain(tenant);
  });
});

test('two writers of one device wait for each other, so that neither loses what the other wrote', async () => {
  await pool.query(`UPDATE devices SET valid_until = '2090-01-01' WHERE tenant = $1`, [tenant]);
  await sweepLegalStates(pool, tenant);
  const held = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  const breaking = withTransaction(pool, async (client) => {
    const event = { deviceId: 'm1', kind: 'seal_broken', on: '2025-01-01', note: null } as const;
    await addLegalEvent(client, tenant, event, BY);
    await refreshLegalStates(client, tenant, ['m1']);
    first.resolve();
    await held.promise;
  });
  await first.promise;
  let isDone = false;
  const sweeping = withTransaction(pool, (client) =>
    refreshLegalStates(client, tenant, ['m1']),
  ).then(() => (isDone = true));
  const waiting = async (): Promise<boolean> => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()`,
    );
    return rowCount === 1;
  };
  await expect.poll(waiting, { timeout: 20_000 }).toBe(true);
  expect(isDone).toBe(false);
  held.resolve();
  await Promise.all([breaking, sweeping]);
  expect(await stateOf('m1')).toMatchObject({ state: 'void' });
});

test('rules that change while a fleet is swept are held against all of it afterwards', async () => {
  await sweepLegalStates(pool, tenant);
  await pool.query(`UPDATE tenants SET rule_set = 'GB' WHERE tenant = $1`, [tenant]);
  // A change that comes while the sweep goes on: the mark is another one, and stays.
  const rule = {
    id: 'ours',
    category: 'electricity_meter',
    basis: 'cycle',
    months: 96,
    source: 's',
    status: 'confirmed',
    replaces: 'gb-electricity',
  } as const;
  await Promise.all([
    sweepLegalStates(pool, tenant),
    withTransaction(pool, (client) => writeTenantRule(client, tenant, rule, BY)),
  ]);
  await sweepLegalStates(pool, tenant);
  expect(await stateOf('m9')).toMatchObject({ due_on: '2032-02-29', rules: ['ours'] });
});

test('a reader works out small fleets and leaves large ones to the service', async () => {
  expect(await countPending(pool, tenant)).toBe(9);
  await refreshMarked(pool, tenant, 4);
  expect(await countPending(pool, tenant)).toBe(5);
  await refreshMarked(pool, tenant, 100);
  await pool.query(`UPDATE tenants SET rule_set = 'DE' WHERE tenant = $1`, [tenant]);
  await refreshMarked(pool, tenant, 8);
  expect(await countPending(pool, tenant)).toBe(9);
  await refreshMarked(pool, tenant, 9);
  expect(await countPending(pool, tenant)).toBe(0);
});

test('a date of the register that comes is looked at on its day', async () => {
  const today = await readToday(pool, tenant);
  await pool.query(`UPDATE devices SET verified_on = $2 WHERE tenant = $1 AND device_id = 'm1'`, [
    tenant,
    addDays(today, 1),
  ]);
  await sweepLegalStates(pool, tenant);
  const recheck = await pool.query<{ recheck_on: string }>(
    `SELECT recheck_on FROM legal_states WHERE tenant = $1 AND device_id = 'm1'`,
    [tenant],
  );
  expect(recheck.rows).toEqual([{ recheck_on: addDays(today, 1) }]);
  await markRecheckedToday(pool);
  expect(await tenantsWithLegalMarks(pool)).not.toContain(tenant);
  await pool.query(
    `UPDATE legal_states SET recheck_on = $2 WHERE tenant = $1 AND device_id = 'm1'`,
    [tenant, today],
  );
  await markRecheckedToday(pool);
  expect(await tenantsWithLegalMarks(pool)).toContain(tenant);
});

describe('the list', () => {
  const TODAY = '2026-11-29';
  /** One device per combination of ends around today, told by hand: dated ones, and one of each other state. */
  const ENDS = [-400, -1, 0, 1, DUE_SOON_DAYS, DUE_SOON_DAYS + 1, 900].map((days) =>
    addDays(TODAY, days),
  );
  beforeEach(async () => {
    await sweepLegalStates(pool, tenant);
    await pool.query('DELETE FROM legal_states WHERE tenant = $1', [tenant]);
    await pool.query(
      `INSERT INTO devices (tenant, device_id, kind)
       SELECT $1, 'd' || a.i || '-' || b.i, 'water_meter' FROM unnest($2::date[]) WITH ORDINALITY a (e, i), unnest($2::date[]) WITH ORDINALITY b (e, i)
        WHERE a.e <= b.e`,
      [tenant, ENDS],
    );
    await pool.query(
      `INSERT INTO legal_states (tenant, device_id, kind, state, due_on, due_earliest, due_latest, reasons, rules)
       SELECT $1, 'd' || a.i || '-' || b.i, 'water_meter', 'dated', CASE WHEN a.e = b.e THEN a.e END, a.e, b.e, '{}', '{}'
         FROM unnest($2::date[]) WITH ORDINALITY a (e, i), unnest($2::date[]) WITH ORDINALITY b (e, i) WHERE a.e <= b.e`,
      [tenant, ENDS],
    );
    await pool.query(
      `INSERT INTO legal_states (tenant, device_id, kind, state, provisional_due_on, reasons, rules)
       VALUES ($1, 'm1', 'electricity_meter', 'void', NULL, '{}', '{}'), ($1, 'm2', 'electricity_meter', 'not_regulated', NULL, '{}', '{}'),
              ($1, 'm3', 'electricity_meter', 'unknown', NULL, '{}', '{}'), ($1, 'm4', 'electricity_meter', 'unknown', '2026-12-01', '{}', '{}')`,
      [tenant],
    );
  });
  const all = async (filter: Partial<LegalStateFilter> = {}): Promise<LegalStateRow[]> => {
    const found: LegalStateRow[] = [];
    for (;;) {
      const last = found.at(-1);
      // oxlint-disable-next-line no-await-in-loop -- page after page
      const page = await readLegalStates(
        pool,
        tenant,
        { provisional: true, ...filter },
        {
          today: TODAY,
          limit: 5,
          after: last === undefined ? undefined : legalStatePosition(last),
        },
      );
      if (page.length === 0) return found;
      found.push(...page);
    }
  };
  const statusOf = (row: LegalStateRow) =>
    statusOn(
      {
        state: row.state,
        ...(row.due_earliest === null ? {} : { dueEarliest: row.due_earliest }),
        ...(row.due_latest === null ? {} : { dueLatest: row.due_latest }),
      },
      TODAY,
    );

  test('tells the status that the package metrology tells, with and without a filter, each device once', async () => {
    const rows = await all();
    expect(rows).toHaveLength(32);
    expect(new Set(rows.map((row) => row.device_id)).size).toBe(32);
    for (const row of rows)
      expect([row.device_id, row.status]).toEqual([row.device_id, statusOf(row)]);
    for (const status of [
      'valid',
      'due_soon',
      'expired',
      'void',
      'not_regulated',
      'unknown',
    ] as const) {
      const wanted = rows.filter((row) => row.status === status).map((row) => row.device_id);
      expect(wanted.length).toBeGreaterThan(0);
      // oxlint-disable-next-line no-await-in-loop
      expect((await all({ statuses: [status] })).map((row) => row.device_id)).toEqual(wanted);
    }
    const two = await all({ statuses: ['expired', 'void'] });
    expect(two.map((row) => row.device_id)).toEqual(
      rows
        .filter(({ status }) => status === 'expired' || status === 'void')
        .map((row) => row.device_id),
    );
  });

  test('is in the order of days, and ends where it is asked to', async () => {
    const rows = await all();
    const days = rows.map((row) => row.due_earliest ?? row.provisional_due_on ?? '~');
    expect(days).toEqual(days.toSorted());
    const before = await all({ dueFrom: TODAY, dueBefore: addDays(TODAY, 3) });
    expect(before.map((row) => row.due_earliest ?? row.provisional_due_on)).toEqual(
      days.filter((day) => day >= TODAY && day < addDays(TODAY, 3)),
    );
    const legal = await all({ dueBefore: addDays(TODAY, 3), provisional: false });
    expect(legal.map((row) => row.device_id)).not.toContain('m4');
    expect(await all({ kinds: ['electricity_meter'] })).toHaveLength(4);
  });

  test('is counted by the same status', async () => {
    const rows = await all();
    const counts = await countLegalStates(pool, tenant, {}, TODAY);
    for (const status of new Set(rows.map((row) => row.status)))
      expect([
        status,
        counts
          .filter((count) => count.status === status)
          .reduce((sum, { devices }) => sum + devices, 0),
      ]).toEqual([status, rows.filter((row) => row.status === status).length]);
    expect(
      counts.filter(({ overdue }) => overdue).reduce((sum, { devices }) => sum + devices, 0),
    ).toBe(rows.filter((row) => row.due_earliest !== null && row.due_earliest < TODAY).length);
    expect(counts.find(({ status, month }) => status === 'void' && month === null)?.devices).toBe(
      1,
    );
  });
});
