import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './program.ts';

let database: TestDatabase;
let directory: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.servicePool.query(`INSERT INTO tenants VALUES ('demo')`);
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-rules-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await database.drop();
});

async function setRules(change: object): ReturnType<typeof runProgram> {
  const file = path.join(directory, 'rules.json');
  await writeFile(file, JSON.stringify(change));
  return runProgram(['validation', 'rules', 'set', file, '--reason', 'a test', '--json'], {
    DATABASE_URL: database.url,
  });
}

test('a rule set is made of the one before; what cannot be is refused, and nothing written', async () => {
  const first = await setRules({ gap: { warning_hours: 12 } });
  expect(first).toMatchObject({ status: 0 });
  const refused = await setRules({ gap: { ratio: 0 } });
  expect({ status: refused.status, stderr: refused.stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/"gap\.ratio" must be a number from 1\.1 to 1000/),
  });
  const second = await setRules({ spike: { register_ratio: 3 } });
  expect(JSON.parse(second.stdout)).toMatchObject({
    version: 3,
    rules: { gap: { warning_hours: 12, severe_hours: 168 }, spike: { register_ratio: 3 } },
  });
});
