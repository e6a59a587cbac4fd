import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addSourceActivity,
  readSourceActivity,
  readSourceMemory,
  writeSourceMemory,
} from '../src/index.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.servicePool.query(
    `INSERT INTO tenants VALUES ('demo');
     INSERT INTO sources (tenant, name, filter, dialect, changed_by) VALUES ('demo', 's', 's/#', 'zigbee2mqtt', 'k')`,
  );
});
afterAll(() => database.drop());

const memory = (key: string, value: unknown, source = 's') => ({
  tenant: 'demo',
  source,
  key,
  value,
});

test('what a decoder remembers is kept, replaced, and left out where its source is gone', async () => {
  await writeSourceMemory(database.servicePool, [
    memory('a', { births: [1, 2] }),
    memory('nul\0', ['\0']),
    memory('lost', 1, 'gone'),
  ]);
  await writeSourceMemory(database.servicePool, [memory('a', { births: [3] })]);
  expect(await readSourceMemory(database.servicePool)).toEqual([
    memory('a', { births: [3] }),
    memory('nul\uFFFD', ['\uFFFD']),
  ]);
});

test('what a device says into the memory of its source never keeps the rest from being written', async () => {
  const long = Array.from({ length: 4000 }, (_, index) => String.fromCodePoint(0x4e00 + index));
  await writeSourceMemory(database.servicePool, [
    memory('half', { '\uD800': 'a\uDC00 😀' }),
    memory('same\uD800', 1),
    memory('same\uFFFD', 2),
    memory(long.join(''), 1),
  ]);
  const kept = await readSourceMemory(database.servicePool);
  expect(kept.filter(({ key }) => key === 'half' || !/^(a$|nul)/.test(key))).toEqual([
    memory('half', { '\uFFFD': 'a\uFFFD 😀' }),
    memory('same\uFFFD', 2),
  ]);
});

test('what came of a source is added up', async () => {
  const seen = {
    tenant: 'demo',
    source: 's',
    lastUs: 1_700_000_000_000_000,
    messages: 2,
    readings: 5,
    rejected: 1,
    unknownFields: ['b'],
  };
  await addSourceActivity(database.servicePool, [seen]);
  await addSourceActivity(database.servicePool, [
    { ...seen, lastUs: seen.lastUs - 1, unknownFields: ['a', 'b'] },
    { ...seen, source: 'gone' },
  ]);
  expect(await readSourceActivity(database.servicePool, 'demo')).toEqual([
    {
      source: 's',
      last_at: seen.lastUs,
      messages: 4,
      readings: 10,
      rejected: 2,
      unknown_fields: ['a', 'b'],
    },
  ]);
});
