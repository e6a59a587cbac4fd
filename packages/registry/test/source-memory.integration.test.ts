import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addSourceActivity,
  type SourceMemory,
  keepSourceMemory,
  markMemory,
  readChangedMemory,
  readSourceActivity,
  readSourceMemory,
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

const keep = (learnt: readonly SourceMemory[], merge = overwrite, db = database.servicePool) =>
  keepSourceMemory(db, learnt, merge);
const overwrite: Parameters<typeof keepSourceMemory>[2] = (_, own) => own.value;

test('what a decoder remembers is kept, replaced, and left out where its source is gone', async () => {
  await keep([memory('a', { births: [1, 2] }), memory('nul\0', ['\0']), memory('lost', 1, 'gone')]);
  await keep([memory('a', { births: [3] })]);
  expect(await readSourceMemory(database.servicePool, [{ tenant: 'demo', source: 's' }])).toEqual([
    memory('a', { births: [3] }),
    memory('nul\uFFFD', ['\uFFFD']),
  ]);
});

test('what a device says into the memory of its source never keeps the rest from being written', async () => {
  const long = Array.from({ length: 4000 }, (_, index) => String.fromCodePoint(0x4e00 + index));
  await keep([
    memory('half', { '\uD800': 'a\uDC00 😀' }),
    memory('same\uD800', 1),
    memory('same\uFFFD', 2),
    memory(long.join(''), 1),
  ]);
  const kept = await readSourceMemory(database.servicePool, [{ tenant: 'demo', source: 's' }]);
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

const union: typeof overwrite = (kept, own) =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of this test
  [...(kept.value as string[]), ...(own.value as string[])].toSorted();

test('two that learn of one key at once take turns, and the second is told what the first has kept', async () => {
  const first = await database.servicePool.connect();
  const second = await database.servicePool.connect();
  const keepIn = (db: typeof first, name: string) =>
    keepSourceMemory(db, [memory('turns', [name]), memory(`of ${name}`, name)], union);
  try {
    await first.query('BEGIN');
    await second.query('BEGIN');
    const { rows } = await second.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const pid = rows[0]?.pid;
    expect(await keepIn(first, 'a')).toEqual([]);
    const waiting = keepIn(second, 'b');
    const waits = `SELECT 1 FROM pg_locks WHERE NOT granted AND pid = $1`; // any role may see it
    await expect
      .poll(async () => (await database.servicePool.query(waits, [pid])).rows)
      .toHaveLength(1);
    await first.query('COMMIT');
    expect(await waiting).toEqual([memory('turns', ['a', 'b'])]);
    await second.query('COMMIT');
    const kept = await readSourceMemory(database.servicePool, [{ tenant: 'demo', source: 's' }]);
    expect(kept).toContainEqual(memory('turns', ['a', 'b']));
    expect(kept).toContainEqual(memory('of a', 'a'));
    expect(kept).toContainEqual(memory('of b', 'b'));
  } finally {
    first.release();
    second.release();
  }
});

test('what has changed is read, and only that, also where the transaction that began earlier ends later', async () => {
  const late = await database.servicePool.connect();
  try {
    await late.query('BEGIN');
    await keepSourceMemory(late, [memory('late', 1)], overwrite);
    const mark = await markMemory(database.servicePool);
    await keep([memory('soon', 1)]);
    const changed = async () => {
      const rows = await readChangedMemory(database.servicePool, mark);
      return rows.filter(({ key }) => key === 'late' || key === 'soon');
    };
    expect(await changed()).toEqual([memory('soon', 1)]);
    await late.query('COMMIT');
    expect(await changed()).toEqual([memory('late', 1), memory('soon', 1)]);
    // As soon as no transaction of another database of the server is older.
    const unseen = async () =>
      readChangedMemory(database.servicePool, await markMemory(database.servicePool));
    await expect.poll(unseen, { timeout: 10_000 }).toEqual([]);
  } finally {
    late.release();
  }
});
