import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './program.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verimeter-desk-'));
  database = await createTestDatabase();
  await database.servicePool.query(`
    INSERT INTO tenants (tenant, zone) VALUES ('demo', 'Asia/Ho_Chi_Minh');
    INSERT INTO devices (tenant, device_id, kind, manufacturer, installed_on) VALUES ('demo', 'E-1', 'electricity_meter', 'EMIC', '2024-01-01');
    INSERT INTO verifications (tenant, device_id, verified_on, result, kind, valid_until)
    VALUES ('demo', 'E-1', '2026-10-02', 'pass', 'periodic', '2032-10-02');
    INSERT INTO customer_requests (tenant, device_id, kind, utility, received_on, entered_by)
    VALUES ('demo', 'E-1', 'check', 'electricity', '2026-10-20', 'k')`);
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const verimeter = (...args: readonly string[]): ReturnType<typeof runProgram> =>
  runProgram([...args], { DATABASE_URL: database.url });

test('a report is written as JSON, PDF and workbook', async () => {
  const json = await verimeter('report', '2026-10');
  expect(json.status).toBe(0);
  expect(JSON.parse(json.stdout).totals).toMatchObject({ registered: 1, verified: 1, passed: 1 });
  expect(json.stderr).toContain('as of 2026-10-31: 1 registered, 1 verified');
  for (const [format, head] of [
    ['pdf', '%PDF'],
    ['xlsx', 'PK'],
  ] as const) {
    const out = join(folder, `october.${format}`);
    // oxlint-disable-next-line no-await-in-loop
    const written = await verimeter('report', '2026-10', '--format', format, '--out', out);
    expect(written.status).toBe(0);
    // oxlint-disable-next-line no-await-in-loop
    expect((await readFile(out)).toString('latin1', 0, head.length)).toBe(head);
  }
  expect((await verimeter('report', '2026-1')).status).toBe(2);
  expect((await verimeter('report', '2026-10', '--format', 'pdf')).status).toBe(2);
});

test('an evidence pack is made and kept; its file has the hash that it tells', async () => {
  const out = join(folder, 'pack.pdf');
  const made = await verimeter(
    'evidence-pack',
    'E-1',
    '--request',
    '1',
    '--lang',
    'vi',
    '--out',
    out,
    '--json',
  );
  expect(made.status).toBe(0);
  const told = JSON.parse(made.stdout);
  expect(told.id).toMatch(/^EP-\d{4}-000001$/);
  expect(
    createHash('sha256')
      .update(await readFile(out))
      .digest('hex'),
  ).toBe(told.pdf_sha256);
  const { rows } = await database.servicePool.query(
    'SELECT document_id FROM customer_request_events WHERE document_id IS NOT NULL',
  );
  expect(rows).toEqual([{ document_id: told.id }]);
  const missing = await verimeter('evidence-pack', 'nobody', '--out', out);
  expect(missing).toMatchObject({ status: 1 });
  expect(missing.stderr).toContain('there is no device nobody in demo');
  expect((await verimeter('evidence-pack', 'E-1', '--request', '99')).status).toBe(1);
});
