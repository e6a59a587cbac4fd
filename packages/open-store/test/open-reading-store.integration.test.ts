import {
  type TestDatabase,
  createTestDatabase,
  findFreePort,
  runSql,
} from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  AUTO,
  ReadingStoreError,
  engineText,
  openReadingStore,
  readingStoreOpener,
} from '../src/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('without a choice it is what the table of readings is', async () => {
  const engine = await openReadingStore(database.servicePool, AUTO);
  expect(engine.kind).toBe('postgres');
  expect(engineText(engine)).toBe('PostgreSQL');
  await expect(engine.store.check()).resolves.toBeUndefined();
});

test('TimescaleDB is refused where the readings are no hypertable', async () => {
  const opened = openReadingStore(database.servicePool, { engine: 'timescale' });
  await expect(opened).rejects.toThrow(ReadingStoreError);
  await expect(opened).rejects.toThrow('no hypertable of TimescaleDB: set it to postgres or auto');
});

test('QuestDB that is away is opened all the same, and is not ready', async () => {
  const port = await findFreePort();
  const httpUrl = `http://127.0.0.1:${port}`;
  const engine = await openReadingStore(database.servicePool, { engine: 'questdb', httpUrl });
  expect(engineText(engine)).toBe('QuestDB');
  await expect(engine.store.check()).rejects.toThrow(
    `QuestDB at ${httpUrl} does not answer (ECONNREFUSED): start it, or correct QUESTDB_HTTP_URL`,
  );
  await engine.close();
});

test('what cannot be opened yet is opened later, once', async () => {
  const pool = database.createServicePool(1);
  const kinds: string[] = [];
  const engine = readingStoreOpener(pool, AUTO, ({ kind }) => kinds.push(kind));
  await runSql(database.url, 'ALTER TABLE readings RENAME TO readings_away');
  await expect(engine.open()).rejects.toThrow('readings');
  await runSql(database.url, 'ALTER TABLE readings_away RENAME TO readings');
  const opened = await engine.open();
  expect(await engine.open()).toBe(opened);
  expect(kinds).toEqual(['postgres']);
  await engine.close();
});
