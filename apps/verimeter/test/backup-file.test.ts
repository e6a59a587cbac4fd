import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkBackupFile, readBackupFile, writeBackupFile } from '../src/lib/backup/backup-file.ts';
import { type BackupRecord, decodeRecords, encodeRecord } from '../src/lib/backup/backup-format.ts';

const never = new AbortController().signal;
const silent = (): void => undefined;

const RECORDS: readonly BackupRecord[] = [
  {
    kind: 'header',
    content: {
      product_version: '0.1.0',
      created_at: '2026-11-23T00:00:00.000Z',
      postgres_version: '18.4',
      tenants: ['demo'],
      migrations: [{ name: '0001_base.sql', sha256: 'ab' }],
      readings: 'included',
    },
  },
  { kind: 'section', content: { table: 'tenants', columns: ['tenant'] } },
  { kind: 'data', content: Buffer.from('some bytes of a table') },
  { kind: 'sectionEnd', content: { rows: 1, bytes: 21, sha256: 'cd' } },
  { kind: 'footer', content: { sections: 1, rows: 1, sequences: [] } },
];

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

let directory: string;
let file: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-backup-'));
  file = path.join(directory, 'b');
  await writeBackupFile(file, from(RECORDS), never);
});
afterAll(() => rm(directory, { recursive: true }));

const check = (name: string): Promise<number> => checkBackupFile(name, never, silent);

test('the records come back', async () => {
  const records: BackupRecord[] = [];
  for await (const record of readBackupFile(file, await check(file), never)) records.push(record);
  expect(records).toEqual(RECORDS);
});

test('no bit can be another one, and no byte may be missing', async () => {
  const whole = await readFile(file);
  const other = path.join(directory, 'other');
  // Every fifth byte, the last ones included: each part of the file has some.
  for (let at = (whole.length - 1) % 5; at < whole.length; at += 5) {
    const flipped = Buffer.from(whole);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    await writeFile(other, flipped);
    await expect(check(other)).rejects.toMatchObject({ code: 'backup_file' });
    await writeFile(other, whole.subarray(0, at));
    await expect(check(other)).rejects.toMatchObject({ code: 'backup_file' });
  }
});

test('another format is named, and what is no backup', async () => {
  const other = path.join(directory, 'other');
  await writeFile(other, 'VERIMETER BACKUP 2\n…');
  await expect(check(other)).rejects.toThrow('has format 2 of backups, this version reads 1');
  await writeFile(other, 'device_id,kind\n');
  await expect(check(other)).rejects.toThrow('is no backup of Verimeter');
});

test('records are read wherever the bytes are cut', async () => {
  const bytes = Buffer.concat(RECORDS.flatMap(encodeRecord));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: bytes.length }), async (size) => {
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      const records: BackupRecord[] = [];
      for await (const record of decodeRecords(from(pieces))) records.push(record);
      expect(records).toEqual(RECORDS);
    }),
  );
});

async function* failing(): AsyncGenerator<BackupRecord> {
  yield* RECORDS.slice(0, 3);
  throw new Error('the database went away');
}

test('a backup that fails leaves neither a file nor a half one', async () => {
  const failed = path.join(directory, 'failed');
  await expect(writeBackupFile(failed, failing(), never)).rejects.toThrow('went away');
  const controller = new AbortController();
  async function* stopped(): AsyncGenerator<BackupRecord> {
    yield* RECORDS.slice(0, 3);
    controller.abort(new Error('stopped'));
    yield* RECORDS.slice(3);
  }
  await writeFile(failed, 'the one of yesterday');
  await expect(writeBackupFile(failed, stopped(), controller.signal)).rejects.toThrow();
  expect(await readFile(failed, 'utf8')).toBe('the one of yesterday');
  expect((await readdir(directory)).filter((name) => name.endsWith('.partial'))).toEqual([]);
});
