import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './program.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.servicePool.query(`
    INSERT INTO tenants (tenant, zone) VALUES ('demo', 'Asia/Ho_Chi_Minh');
    INSERT INTO devices (tenant, device_id, kind, serial, address, valid_until)
    SELECT 'demo', 'm' || i, 'electricity_meter', 'S' || i, i || ' Phố Chợ, "Hòn Gai"', date '2026-10-01' + 30 * i
      FROM generate_series(1, 8) i;
    INSERT INTO analysis_runs (tenant, model_version, configuration) VALUES ('demo', 'm', '{}');
    INSERT INTO health (tenant, device_id, quantity, run_id, indication, recommendation, error_estimate, standard_error, "limit",
                        probability_over_limit, probability_drifted, legal_status, valid_until, model_version, mean_load)
    VALUES ('demo', 'm8', 'active_energy_import', 1, 'drift_likely', 'reverify', -0.05, 0.004, 0.02, 0.99, 0.99, 'valid', '2027-05-29', 'm', 300);
    INSERT INTO findings (tenant, device_id, quantity, indication, recommendation)
    VALUES ('demo', 'm8', 'active_energy_import', 'drift_likely', 'reverify');`);
});
afterAll(() => database.drop());

const verimeter = (...args: readonly string[]): ReturnType<typeof runProgram> =>
  runProgram([...args], { DATABASE_URL: database.url });
const plan = (...args: readonly string[]): ReturnType<typeof runProgram> =>
  verimeter('plan', ...args);

const MADE = ['make', '--period', '2026-12', '--as-of', '2026-11-29'];

test('a plan is previewed, made, shown, issued, exported and closed', async () => {
  const preview = await plan(...MADE, '--capacity', '3', '--preview', '--json');
  expect(preview.status).toBe(0);
  const seen = JSON.parse(preview.stdout);
  expect(seen).toMatchObject({ id: null, period: '2026-12', summary: { items: 3, must: 3 } });
  expect((await plan('list')).stderr).toContain('has no plans');

  const made = await plan(
    ...MADE,
    '--capacity',
    '4',
    '--team',
    'Đội 1',
    '--random-share',
    '0.25',
    '--seed',
    '3',
  );
  expect(made.status).toBe(0);
  expect(made.stderr).toMatch(
    /plan 1 \(draft\) for 2026-12, legal_first: 4 of 8 devices, .* 1 drawn at random/,
  );
  expect(made.stdout).toMatch(/^RANK +DEVICE +TEAM/);
  expect(made.stdout).toMatch(
    / 1 +m1 +Đội 1 .*Its verification ended on 2026-10-31, 29 days ago\./,
  );

  const issued = await plan('issue', '1', '--json');
  expect(JSON.parse(issued.stdout)).toMatchObject({
    status: 'issued',
    work_orders: [{ number: '2026-12-1-01', team: 'Đội 1', visit_on: '2026-12-01', stops: 4 }],
  });
  const again = await plan('issue', '1');
  expect(again).toMatchObject({ status: 1, stdout: '' });
  expect(again.stderr).toContain('plan 1 is issued: only drafts are issued');

  const csv = await verimeter('export', 'plan');
  const [head = '', first = ''] = csv.stdout.split(/\r?\n/);
  expect(head).toMatch(/^plan_id,period,rank,device_id,kind,serial,/);
  expect(first).toMatch(/^1,2026-12,1,m1,electricity_meter,S1,,"1 Phố Chợ, ""Hòn Gai""",/);
  expect(first).toContain(',ordered,');
  const rows = (await verimeter('export', 'plan', '--format', 'ndjson')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const shown = JSON.parse((await plan('show', '--json')).stdout);
  expect(rows.map((row) => [row.rank, row.device_id, row.score])).toEqual(
    shown.items.map((item: { rank: number; device_id: string; score: number }) => [
      item.rank,
      item.device_id,
      item.score,
    ]),
  );
  expect((await plan('close', '1')).stderr).toContain('plan 1 is closed');
  expect((await plan('list')).stdout).toMatch(/1 +2026-12 +closed +4 +0/);
});

test.each([
  [['make'], 1, /no capacity counts in that month: give --capacity N/],
  [['make', '--capacity', '3', '--period', '2026-13'], 2, /--period must be a month/],
  [['make', '--capacity', '3', '--random-share', 'x'], 2, /--random-share /],
  [['make', '--capacity', '-1'], 2, /--capacity/],
  [['make', '--team', 'Đội 9'], 1, /no capacity of team Đội 9/],
  [['make', '--capacity', '3', '--policy', 'fast'], 2, /--policy /],
  [['issue'], 2, /needs the ID/],
  [['show', '77'], 1, /has no plan 77/],
  [['mkae'], 2, /did you mean make/],
])('plan %j ends with %i', async (args, status, message) => {
  const finished = await plan(...args);
  expect(finished).toMatchObject({ status, stdout: '' });
  expect(finished.stderr).toMatch(message);
});
