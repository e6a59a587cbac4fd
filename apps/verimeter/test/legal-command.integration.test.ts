import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './program.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.servicePool.query(`
    INSERT INTO tenants (tenant, zone) VALUES ('demo', 'Asia/Ho_Chi_Minh');
    INSERT INTO devices (tenant, device_id, kind, phases, technology, verified_on, valid_until, valid_until_precision)
    VALUES ('demo', 'w1', 'water_meter', NULL, 'mechanical', '2021-01-05', NULL, 'day'),
           ('demo', 'e1', 'electricity_meter', 3, 'electronic', '2021-05-05', NULL, 'day'),
           ('demo', 'e2', 'electricity_meter', 1, NULL, NULL, '2025-06-30', 'month'),
           ('demo', 'e3', 'electricity_meter', 1, NULL, NULL, '2090-06-30', 'day')`);
});
afterAll(() => database.drop());

const legal = (...args: readonly string[]) =>
  runProgram(['legal', ...args], { DATABASE_URL: database.url });
const due = async (...args: readonly string[]): Promise<string[]> => {
  const { stdout } = await legal('due', '--before', '2030-01-01', ...args);
  return stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) =>
      line
        .split(',')
        .filter((cell) => cell !== '')
        .join(' '),
    );
};

test('due has legal dates, those of unverified rules only where they are asked for; a rule of the office changes them', async () => {
  const legalDates = [
    'e2 electricity_meter expired 2025-06 2025-06-30 2025-06-30 validity_recorded',
    'w1 water_meter expired 2021-01-05 2026-01-05 2026-01-05 2026-01-05 derived_from_rules vn-water-mechanical',
  ];
  expect(await due()).toEqual(legalDates);
  expect(await due('--provisional')).toEqual([
    'e1 electricity_meter unknown 2021-05-05 2024-05-05 rule_unverified vn-electricity-electronic-3-phase-2020',
    ...legalDates,
  ]);
  const set = await legal(
    'rules',
    'set',
    'three-phase',
    '--category',
    'electricity_meter',
    '--technology',
    'electronic',
    '--phases',
    '3',
    '--months',
    '36',
    '--from',
    '2020-01-01',
    '--source',
    '02/VBHN-BKHCN, Điều 4',
    '--status',
    'confirmed',
    '--replaces',
    'vn-electricity-electronic-3-phase-2020',
    '--json',
  );
  expect(set).toMatchObject({ status: 0 });
  expect(JSON.parse(set.stdout)).toMatchObject({
    version: 1,
    rule: { id: 'three-phase', months: 36 },
  });
  expect(await due()).toEqual([
    'e1 electricity_meter expired 2021-05-05 2024-05-05 2024-05-05 2024-05-05 derived_from_rules three-phase',
    ...legalDates,
  ]);
  const listed = await legal('rules', 'list');
  expect(listed.stdout).toMatch(
    /^three-phase .* confirmed +vn-electricity-electronic-3-phase-2020$/m,
  );
  expect(await legal('rules', 'remove', 'three-phase')).toMatchObject({ status: 0 });
  expect(await due()).toEqual(legalDates);
  expect(await legal('rules', 'remove', 'three-phase')).toMatchObject({ status: 1 });
}, 60_000);

test.each([
  [['due'], '--before DATE'],
  [['due', '--before', '2030-13-01'], '--before DATE'],
  [['rules', 'set', 'x'], '--category must be one of'],
  [
    [
      'rules',
      'set',
      'vn-x',
      '--category',
      'taximeter',
      '--months',
      '1',
      '--source',
      's',
      '--status',
      'confirmed',
    ],
    'id begins as',
  ],
  [['rules', 'use', 'XX'], 'rule set'],
])('%j is wrong use, and says what', async (args, message) => {
  const finished = await legal(...args);
  expect(finished.status).toBe(2);
  expect(finished.stderr).toContain(message);
});
