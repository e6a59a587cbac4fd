import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import {
  type TestDatabase,
  createTemporaryDirectory,
  createTestDatabase,
  runSql,
} from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FileKind } from '../src/lib/import/files.ts';
import { type ImportResult, importFile } from '../src/lib/import/import-file.ts';
import { type LedgerCheck, checkLedger } from '../src/lib/ledger/check-ledger.ts';

let database: TestDatabase;
let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await createTemporaryDirectory();
});
afterAll(async () => {
  await database.drop();
  await directory.remove();
});

type Store = ReturnType<typeof createTimescaleStore>;

const NOW_US = Date.UTC(2026, 10, 23, 12) * 1000;

function importBytes(
  kind: FileKind,
  bytes: Buffer | string,
  options: { tenant?: string; name?: string; store?: Store } = {},
): Promise<ImportResult> {
  const name = options.name ?? `${kind}.csv`;
  return importFile(kind, Readable.from([Buffer.from(bytes)]), {
    pool: database.servicePool,
    store: options.store ?? createTimescaleStore(database.servicePool),
    tenant: options.tenant ?? 'demo',
    zone: 'UTC',
    fileName: name,
    rejectedPath: path.join(directory.path, `${options.tenant ?? 'demo'}-${name}.rejected.csv`),
    nowUs: () => NOW_US,
  });
}

/** The check of everything that was ever received for the tenant. */
async function ledgerCheck(tenant: string): Promise<LedgerCheck> {
  const check = await checkLedger(database.servicePool, {
    store: createTimescaleStore(database.servicePool),
    tenant,
    period: { fromUs: -Infinity, toUs: Infinity },
  });
  if (check.kind !== 'checked') throw new Error(check.kind);
  return check;
}

const rejectedLines = async (result: ImportResult): Promise<string[]> =>
  (await readFile(result.rejected_file ?? '', 'utf8')).trimEnd().split('\n');

/** Line, reason and field of each rejected row, for files whose fields hold no commas. */
const marks = async (result: ImportResult, columns: number): Promise<string[]> =>
  (await rejectedLines(result)).slice(1).map((line) =>
    line
      .split(',')
      .slice(columns, columns + 3)
      .join(' '),
  );

test('devices: good rows are stored, each bad one is reported with line, reason and field', async () => {
  const result = await importBytes(
    'devices',
    [
      'device_id,kind,accuracy_class,phases,built_year,verified_on,valid_until,lat,address',
      'm1,electricity_meter,1,1,2019,2020-05-01,2026-05-01,10.98,"1, Lê Lợi"',
      'bad id,electricity_meter,,,,,,,',
      'm2,electric_meter,,,,,,,',
      'm3,electricity_meter,,4,,,,,',
      'm4,electricity_meter,,,19,,,,',
      'm5,electricity_meter,,,,2026-02-30,,,',
      'm6,electricity_meter,,,,2026-05-01,2026-04-30,,',
      'm7,electricity_meter,,,,,,91,',
      'm8,electricity_meter,,,,,,"10,98",',
      ',electricity_meter,,,,,,,',
      'm9,electricity_meter',
      'm10,electricity_meter,,,,,,,"open',
      's1,environment_sensor,,,,,,,',
      'w1,water_meter,2,,,,,,',
    ].join('\r\n'),
  );
  expect(result).toMatchObject({ rows: 14, stored: 3, duplicate: 0, conflicting: 0, rejected: 11 });
  const lines = await rejectedLines(result);
  expect(lines[0]).toBe(
    'device_id,kind,accuracy_class,phases,built_year,verified_on,valid_until,lat,address,reject_line,reject_reason,reject_field,reject_message,reject_row',
  );
  const text = lines.join('\n');
  for (const mark of [
    ',3,invalid_value,device_id,',
    ',4,invalid_value,kind,',
    ',5,invalid_value,phases,',
    ',6,invalid_value,built_year,',
    ',7,invalid_value,verified_on,',
    ',8,invalid_value,valid_until,',
    ',9,invalid_value,lat,',
    ',10,invalid_value,lat,"must be a number with a decimal point, not a comma"',
    ',11,missing_value,device_id,',
    ',12,malformed,,has 2 fields where the header has 9,"m9,electricity_meter"',
    ',13,malformed,,a quoted field is opened and never closed,"m10,',
  ])
    expect(text).toContain(mark);
});

test('an import is an upsert: the same rows again change nothing, a changed row replaces the stored one', async () => {
  const file = 'device_id,kind,serial\nu1,water_meter,A1\nu2,water_meter,A2\n';
  expect(await importBytes('devices', file)).toMatchObject({ stored: 2, duplicate: 0 });
  expect(await importBytes('devices', file)).toMatchObject({ stored: 0, duplicate: 2 });
  expect(await importBytes('devices', file.replace('A2', 'B2'))).toMatchObject({
    stored: 1,
    duplicate: 1,
  });
  // A file without the column leaves what is stored.
  await importBytes('devices', 'device_id,kind\nu1,water_meter\n');
  const stored = await database.servicePool.query(
    `SELECT device_id, serial FROM devices WHERE device_id LIKE 'u_' ORDER BY 1`,
  );
  expect(stored.rows).toEqual([
    { device_id: 'u1', serial: 'A1' },
    { device_id: 'u2', serial: 'B2' },
  ]);
});

test.each([
  ['device_id,kind,colour\nx1,gateway,red\n', 'unknown column "colour"'],
  ['device_id\nx1\n', 'missing column kind'],
  ['device_id;kind\nx1;gateway\n', 'separated by ";"'],
  ['device_id,kind,kind\nx1,gateway,gateway\n', 'column kind is there twice'],
  ['', 'the file is empty'],
])('the header %j is refused before anything is stored', async (file, message) => {
  await expect(importBytes('devices', file, { tenant: 'header-test' })).rejects.toThrow(message);
  const tenants = await database.servicePool.query(
    `SELECT FROM tenants WHERE tenant = 'header-test'`,
  );
  expect(tenants.rowCount).toBe(0);
});

test('members: unknown groups and devices and overlaps are rejected, whatever the order of rows', async () => {
  const tenant = 'members';
  await importBytes('devices', 'device_id,kind\nm1,electricity_meter\nm2,electricity_meter\n', {
    tenant,
  });
  await importBytes(
    'groups',
    'group_id,kind,technical_loss\nA,electricity_area,0.03\nB,electricity_area,\nC,electricity_area,1.0\n',
    { tenant },
  );
  const rows = [
    'A,m1,consumer,,2026-03-01',
    'B,m1,consumer,2026-03-01,',
    'A,m2,supply,,',
    'A,m1,consumer,2026-02-01,2026-02-15',
    'C,m1,consumer,,',
    'A,m9,consumer,,',
    'A,m2,consumer,2026-01-01T00:00:00,',
    'A,m2,consumer,2026-05-01,2026-05-01',
  ];
  const header = 'group_id,device_id,role,from,to';
  for (const [attempt, order] of [rows, rows.toReversed()].entries()) {
    // oxlint-disable-next-line no-await-in-loop -- the second import meets the rows of the first
    const result = await importBytes('members', [header, ...order].join('\n'), {
      tenant,
      name: `members-${attempt}.csv`,
    });
    expect(result).toMatchObject({
      rows: 8,
      stored: attempt === 0 ? 3 : 0,
      duplicate: attempt === 0 ? 0 : 3,
      rejected: 5,
    });
    // oxlint-disable-next-line no-await-in-loop
    const reasons = (await marks(result, 5)).map((mark) => mark.split(' ').slice(1).join(' '));
    expect(reasons.toSorted()).toEqual([
      'invalid_value from',
      'invalid_value to',
      'overlapping_membership from',
      'unknown_device device_id',
      'unknown_group group_id',
    ]);
  }
});

test('verifications: percent becomes a ratio, unknown devices are rejected', async () => {
  const tenant = 'verifications';
  await importBytes('devices', 'device_id,kind\nm1,electricity_meter\n', { tenant });
  const result = await importBytes(
    'verifications',
    [
      'device_id,verified_on,result,test_point,error_percent,expanded_uncertainty_percent,as_found',
      'm1,2026-01-10,pass,Itr,0.5,0.1,true',
      'm1,2026-01-10,pass,Imax,-1.25,0.1,true',
      'm2,2026-01-10,pass,Itr,0.5,0.1,true',
      'm1,2026-01-10,passed,Itr,0.5,0.1,true',
      'm1,2026-01-10,pass,Itr2,0.5,-1,yes',
    ].join('\n'),
    { tenant },
  );
  expect(result).toMatchObject({ rows: 5, stored: 2, rejected: 3 });
  const stored = await database.servicePool.query(
    `SELECT test_point, error, expanded_uncertainty FROM verifications WHERE tenant = $1 ORDER BY 1`,
    [tenant],
  );
  expect(stored.rows).toEqual([
    { test_point: 'Imax', error: -0.0125, expanded_uncertainty: 0.001 },
    { test_point: 'Itr', error: 0.005, expanded_uncertainty: 0.001 },
  ]);
});

test("verifications: marks, seals, procedures and months of validity; none of the future; a person's withdrawal stays", async () => {
  const tenant = 'marks';
  await importBytes(
    'devices',
    'device_id,kind,technology,category,valid_until\nm1,water_meter,mechanical,,2027-03\nm2,instrument,,taximeter,\n',
    { tenant },
  );
  const file = [
    'device_id,verified_on,result,kind,certificate_no,valid_until,test_point,mark,seal_no,procedure',
    'm1,2026-01-10,pass,periodic,,2031-02,Q1,mark_type_2,QN 1,ĐLVN 17:2017',
    'm1,2026-01-10,pass,periodic,,2031-02,Q2,mark_type_2,QN 1,ĐLVN 17:2017',
    'm1,9999-01-10,pass,periodic,,,Q2,mark_type_2,QN 1,ĐLVN 17:2017',
    'm1,2026-01-11,pass,periodic,,2031-13,Q2,mark_type_2,QN 1,ĐLVN 17:2017',
    'm1,2026-01-11,pass,periodic,,,Q2,stamp,QN 1,ĐLVN 17:2017',
  ].join('\n');
  const result = await importBytes('verifications', file, { tenant });
  expect(result).toMatchObject({ rows: 5, stored: 2, rejected: 3 });
  expect(await marks(result, 10)).toEqual([
    '4 invalid_value verified_on',
    '5 invalid_value valid_until',
    '6 invalid_value mark',
  ]);
  const { servicePool } = database;
  const stored = await servicePool.query(
    `SELECT count(DISTINCT record_id)::int AS records, min(valid_until) AS until, min(valid_until_precision) AS precision, min(mark) AS mark,
            min(entered_by) AS by FROM verifications WHERE tenant = $1`,
    [tenant],
  );
  expect(stored.rows).toEqual([
    { records: 1, until: '2031-02-28', precision: 'month', mark: 'mark_type_2', by: 'import' },
  ]);
  const standings = await servicePool.query(
    `SELECT device_id, state, due_on, due_precision, reasons FROM legal_states WHERE tenant = $1 ORDER BY 1`,
    [tenant],
  );
  expect(standings.rows).toEqual([
    {
      device_id: 'm1',
      state: 'dated',
      due_on: '2031-02-28',
      due_precision: 'month',
      reasons: ['validity_recorded'],
    },
    {
      device_id: 'm2',
      state: 'unknown',
      due_on: null,
      due_precision: null,
      reasons: ['never_verified'],
    },
  ]);
  // The file again with another seal: a second version of each test point, the first one is kept.
  expect(
    await importBytes('verifications', file.replaceAll('QN 1', 'QN 2'), { tenant }),
  ).toMatchObject({
    stored: 2,
  });
  const history = await servicePool.query(
    `SELECT test_point, version, until_version, body ->> 'seal_no' AS seal FROM verification_history WHERE tenant = $1 ORDER BY 1`,
    [tenant],
  );
  expect(history.rows).toEqual([
    { test_point: 'Q1', version: 1, until_version: 2, seal: 'QN 1' },
    { test_point: 'Q2', version: 1, until_version: 2, seal: 'QN 1' },
  ]);
  await servicePool.query(
    `UPDATE verifications SET withdrawn_at = now(), withdrawn_by = 'k' WHERE tenant = $1`,
    [tenant],
  );
  const again = await importBytes('verifications', file, { tenant });
  expect(again).toMatchObject({ stored: 0, rejected: 5 });
  expect(await marks(again, 10)).toEqual(
    expect.arrayContaining(['2 withdrawn device_id', '3 withdrawn device_id']),
  );
});

test('legal events: what persons report of seals, once each; standings follow', async () => {
  const tenant = 'events';
  await importBytes(
    'devices',
    'device_id,kind,technology,verified_on\nm1,water_meter,mechanical,2025-01-05\n',
    { tenant },
  );
  const file = [
    'device_id,kind,on,note',
    'm1,seal_broken,2026-02-03,Kẹp chì đứt',
    'm2,seal_broken,2026-02-03,',
    'm1,cover_open,2026-02-03,',
    'm1,repaired,9999-02-03,',
  ].join('\n');
  const result = await importBytes('legal-events', file, { tenant });
  expect(result).toMatchObject({ rows: 4, stored: 1, rejected: 3 });
  // Rows whose device is not known are told when the batch is written, after those that cannot be read.
  expect((await marks(result, 4)).toSorted()).toEqual([
    '3 unknown_device device_id',
    '4 invalid_value kind',
    '5 invalid_value on',
  ]);
  expect(await importBytes('legal-events', file, { tenant })).toMatchObject({
    stored: 0,
    duplicate: 1,
  });
  const { servicePool } = database;
  const state = () =>
    servicePool.query(`SELECT state, since, reasons FROM legal_states WHERE tenant = $1`, [tenant]);
  expect((await state()).rows).toEqual([
    { state: 'void', since: '2026-02-03', reasons: ['seal_broken'] },
  ]);
  await servicePool.query(
    `UPDATE legal_events SET withdrawn_at = now(), withdrawn_by = 'k' WHERE tenant = $1`,
    [tenant],
  );
  const again = await importBytes('legal-events', file, { tenant });
  expect(again).toMatchObject({ stored: 0, rejected: 4 });
  expect((await state()).rows).toMatchObject([{ state: 'dated' }]);
});

const READINGS = [
  'device_id,quantity,ts,value,unit',
  'm1,active_energy_import,2026-11-22T00:00:00Z,100.5,kWh',
  'm1,active_energy_import,2026-11-22T00:15:00Z,100.75,',
  'm1,active_energy_import,2026-11-22T00:15:00Z,100.75,',
  'm1,active_energy_import,2026-11-22T00:15:00Z,999,',
  'm1,active_energy_import,2026-11-22T07:30:00+07:00,101,kW.h',
  'm1,active_energy_import,2026-11-23T13:00:00Z,102,',
  'm1,voltage_l1,2026-11-22T00:00:00Z,229.9,',
  'm7,voltage_l1,2026-11-22T00:00:00Z,1,',
  'm1,voltage_l9,2026-11-22T00:00:00Z,1,',
  'm1,active_energy_import,2026-11-22T01:00:00Z,1,MW.h',
  'm1,active_energy_import,2026-11-22T01:00:00,1,',
  'm1,active_energy_import,22/11/2026,1,',
  'm1,active_energy_import,2004-12-31T23:59:59Z,1,',
  'm1,active_energy_import,2026-11-24T12:00:01Z,1,',
  'm1,active_energy_import,2026-11-22T01:00:00Z,1e999,',
  'm1,active_energy_import,2026-11-22T01:00:00Z,abc,',
  'm1,active_energy_import,2026-11-22T01:00:00Z',
  '"m1",active_energy_import,2026-11-22T01:15:00Z,"101.5",',
];
const REJECTS = [
  '9 unknown_device device_id',
  '10 unknown_quantity quantity',
  '11 bad_unit unit',
  '12 missing_zone ts',
  '13 bad_time ts',
  '14 implausible_time ts',
  '15 implausible_time ts',
  '16 not_finite value',
  '17 wrong_type value',
  '18 malformed ',
];

test('verifications answer findings and are scored, whichever way their test points lie in the file', async () => {
  const tenant = 'answered';
  await importBytes('devices', 'device_id,kind,accuracy_class\nm1,electricity_meter,1\n', {
    tenant,
  });
  await runSql(
    database.url,
    `INSERT INTO analysis_runs (tenant, model_version, configuration) VALUES ('answered', 'e', '{}');
     INSERT INTO health (tenant, device_id, quantity, run_id, as_of, indication, recommendation, error_estimate, interval_low, interval_high,
                         legal_status, model_version)
     SELECT tenant, 'm1', 'active_energy_import', run_id, '2026-11-01Z', 'drift_likely', 'reverify', 0.02, 0.015, 0.025, 'valid', 'e'
       FROM analysis_runs WHERE tenant = 'answered';
     INSERT INTO findings (tenant, device_id, quantity, indication, recommendation, as_of)
     VALUES ('answered', 'm1', 'active_energy_import', 'drift_likely', 'reverify', '2026-11-01Z')`,
  );
  const file = [
    'device_id,verified_on,result,kind,certificate_no,test_point,error_percent,expanded_uncertainty_percent,as_found',
    'm1,2026-11-05,fail,periodic,"C\n1",Ib,1.8,0.1,true',
    'm1,2021-11-05,pass,periodic,,Ib,0.1,,true',
    'm1,2026-11-05,fail,periodic,"C\n1",0.1 Ib,2.8,0.1,true',
    '',
  ].join('\n');
  const read = async () => {
    const scores = await database.servicePool.query(
      `SELECT verified_on, outcome, measured_error, covered FROM verification_scores WHERE tenant = $1`,
      [tenant],
    );
    const findings = await database.servicePool.query(
      `SELECT f.status, e.by_id, e.kind FROM findings f JOIN finding_events e ON e.finding_id = f.id WHERE f.tenant = $1 ORDER BY e.id`,
      [tenant],
    );
    return { scores: scores.rows, findings: findings.rows };
  };
  await importBytes('verifications', file, { tenant });
  const first = await read();
  // ANSI C12.1: four parts full load, one part light load.
  expect(first.scores).toEqual([
    {
      verified_on: '2026-11-05',
      outcome: 'hit',
      measured_error: expect.closeTo(0.02, 12),
      covered: true,
    },
  ]);
  expect(first.findings).toEqual([
    { status: 'verified', by_id: null, kind: 'indication_changed' },
    { status: 'verified', by_id: 'import', kind: 'verified' },
  ]);
  await importBytes('verifications', file, { tenant, name: 'again.csv' });
  expect(await read()).toEqual(first);
});

test('readings: the first value stays, a second one is a conflict, every bad row is reported and accounted for', async () => {
  const tenant = 'readings';
  await importBytes('devices', 'device_id,kind\nm1,electricity_meter\n', { tenant });
  const result = await importBytes('readings', gzipSync(READINGS.join('\n')), {
    tenant,
    name: 'r.csv.gz',
  });
  expect(result).toMatchObject({ rows: 18, stored: 6, duplicate: 1, conflicting: 1, rejected: 10 });
  expect(await marks(result, 5)).toEqual(REJECTS);

  const stored = await database.servicePool.query(
    `SELECT quantity, unit, count(*) AS count, count(*) FILTER (WHERE flags = 1) AS future
       FROM readings JOIN channels USING (channel_id) WHERE tenant = $1 GROUP BY 1, 2 ORDER BY 1`,
    [tenant],
  );
  expect(stored.rows).toEqual([
    { quantity: 'active_energy_import', unit: 'kW.h', count: 5, future: 1 },
    { quantity: 'voltage_l1', unit: 'V', count: 1, future: 0 },
  ]);

  const check = await ledgerCheck(tenant);
  expect(check).toMatchObject({ violations: [], readings: 6, conflicts: 1, quarantineEntries: 9 });
  expect(check.ledger.bySource.get('import')).toEqual({
    received: 18,
    stored: 6,
    duplicate: 1,
    conflicting: 1,
    rejected: 10,
    pending: 0,
  });
  const quarantine = await database.servicePool.query<{
    reason: string;
    topic: string;
    rejected: number;
    payload: Buffer;
  }>(`SELECT reason, topic, rejected, payload FROM quarantine WHERE tenant = $1 ORDER BY reason`, [
    tenant,
  ]);
  // The two implausible times of the same device share an entry.
  expect(quarantine.rows.map((row) => `${row.rejected} ${row.reason}`)).toEqual([
    '1 bad_time',
    '1 bad_unit',
    '2 implausible_time',
    '1 malformed',
    '1 missing_zone',
    '1 not_finite',
    '1 unknown_device',
    '1 unknown_quantity',
    '1 wrong_type',
  ]);
  // What lacks only its device is kept as the message that would have brought it.
  const unknown = quarantine.rows.find((row) => row.reason === 'unknown_device');
  expect(unknown?.topic).toBe('verimeter/v1/readings/m7/readings');
  expect(JSON.parse(unknown?.payload.toString() ?? '')).toEqual([
    { ts: '2026-11-22T00:00:00.000Z', values: { voltage_l1: 1 } },
  ]);
});

test('the same file again: everything is a duplicate, the conflict included', async () => {
  const tenant = 'readings';
  const result = await importBytes('readings', READINGS.slice(0, 8).join('\n'), {
    tenant,
    name: 'again.csv',
  });
  expect(result).toMatchObject({ rows: 7, stored: 0, duplicate: 7, conflicting: 0, rejected: 0 });
  expect(result.rejected_file).toBeNull();
});

test('a file of rejected rows is mended and imported as it is', async () => {
  const tenant = 'mend';
  await importBytes('devices', 'device_id,kind\nm1,electricity_meter\n', { tenant });
  const first = await importBytes(
    'readings',
    'device_id,quantity,ts,value\nm1,voltage_l1,2026-11-22T00:00:00,230\n',
    { tenant, name: 'first.csv' },
  );
  const rejected = await readFile(first.rejected_file ?? '', 'utf8');
  const second = await importBytes('readings', rejected.replace('00:00:00,', '00:00:00Z,'), {
    tenant,
    name: 'second.csv',
  });
  expect(second).toMatchObject({ rows: 1, stored: 1, rejected: 0 });
});

test('more rows than a batch, more rejects than the disk takes at once', async () => {
  const tenant = 'many';
  await importBytes('devices', 'device_id,kind\nm1,electricity_meter\n', { tenant });
  const rows = ['device_id,quantity,ts,value'];
  const start = Date.UTC(2026, 0, 1);
  for (let index = 0; index < 30_000; index += 1) {
    const ts = new Date(start + index * 60_000).toISOString();
    rows.push(`m1,voltage_l1,${ts},${230 + (index % 7)}`, `m${2 + (index % 3)},voltage_l1,${ts},1`);
  }
  const result = await importBytes('readings', rows.join('\n'), { tenant });
  expect(result).toMatchObject({ rows: 60_000, stored: 30_000, rejected: 30_000 });
  expect(await rejectedLines(result)).toHaveLength(30_001);
  expect(await ledgerCheck(tenant)).toMatchObject({ violations: [], readings: 30_000 });
});

/** A file of one reading. */
const february = (day: number): string =>
  `device_id,quantity,ts,value\nm1,voltage_l1,2006-02-0${day}T00:00:00Z,23${day}\n`;

test('a month that retention drops between two batches is made anew', async () => {
  const tenant = 'months';
  const store = createTimescaleStore(database.servicePool);
  await importBytes('devices', 'device_id,kind\nm1,electricity_meter\n', { tenant });
  expect(await importBytes('readings', february(1), { tenant, store })).toMatchObject({
    stored: 1,
  });
  await runSql(database.url, 'DROP TABLE readings_y2006m02');
  expect(await importBytes('readings', february(2), { tenant, store })).toMatchObject({
    stored: 1,
  });
});
