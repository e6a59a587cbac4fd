import { batchOf, describeReadingStore } from '@verimeter/reading-store/contract';
import { describeRowReader } from '@verimeter/reading-store/row-reader-contract';
import { describeTenantReadings } from '@verimeter/reading-store/tenant-readings-contract';
import {
  type TestDatabase,
  createTestDatabase,
  createTestDatabaseOn,
  findOldestPostgres,
  findTimescaleServer,
  transaction,
} from '@verimeter/test-support';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTimescaleStore, findPostgresEngine } from '../src/index.ts';
import { seriesStatement } from '../src/lib/matrix.ts';
import { describeHypertable } from './hypertable-suite.ts';
import { describeMove } from './move-suite.ts';
import { createFixture, createHypertableFixture } from './postgres-fixture.ts';

describeReadingStore('plain PostgreSQL', () => createFixture(createTestDatabase));
describeRowReader('plain PostgreSQL', () => createFixture(createTestDatabase));
describeTenantReadings('plain PostgreSQL', () => createFixture(createTestDatabase));

const oldest = await findOldestPostgres();
if (oldest !== undefined) {
  const onOldest = (): ReturnType<typeof createFixture> =>
    createFixture(() => createTestDatabaseOn(oldest));
  describeReadingStore('the oldest supported PostgreSQL', onOldest);
  describeTenantReadings('the oldest supported PostgreSQL', onOldest);
}

const timescale = findTimescaleServer();
if (timescale !== undefined) {
  const onHypertable = () => createHypertableFixture(timescale);
  describeReadingStore('TimescaleDB', onHypertable);
  describeRowReader('TimescaleDB', onHypertable);
  describeTenantReadings('TimescaleDB', onHypertable);
  describeHypertable(timescale);
  describeMove(timescale);
}

describe('partitions', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const partitionsWithRows = async (): Promise<string[]> => {
    const result = await database.servicePool.query<{ name: string }>(
      'SELECT DISTINCT tableoid::regclass::text AS name FROM readings ORDER BY name',
    );
    return result.rows.map((row) => row.name);
  };

  test('a month that was never written gets its partition while all connections are in use', async () => {
    const pool = database.createServicePool(1); // held by the transaction itself
    const store = createTimescaleStore(pool);
    const tsUs = Date.UTC(2011, 6, 31, 23, 59, 59) * 1000 + 999_999;
    const rows = [
      { channelId: 1, tsUs, value: 1 },
      { channelId: 1, tsUs: tsUs + 1, value: 2 },
    ];
    await transaction(pool, (client) => store.write(client, batchOf(rows)));
    expect(await partitionsWithRows()).toEqual(['readings_y2011m07', 'readings_y2011m08']);
  });

  test('workers that need the same new month at once all succeed', async () => {
    const month = Date.UTC(2013, 2, 1) * 1000;
    const pool = database.servicePool;
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => {
        const store = createTimescaleStore(pool); // one each, as in separate processes
        const row = { channelId: 2, tsUs: month + index, value: index };
        return transaction(pool, (client) => store.write(client, batchOf([row])));
      }),
    );
    const count = await pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM readings WHERE channel_id = 2',
    );
    expect(count.rows).toEqual([{ count: 6 }]);
  });

  test('series and pages are read from the index alone, once vacuum has been there; it is asked to come often', async () => {
    const owner = new pg.Client(database.url);
    await owner.connect();
    try {
      const start = Date.UTC(2012, 4, 1) * 1000;
      const rows = Array.from({ length: 40_000 }, (_, k) => ({
        channelId: 100 + (k % 40),
        tsUs: start + Math.floor(k / 40) * 900e6,
        value: k,
      }));
      const store = createTimescaleStore(database.servicePool);
      await transaction(database.servicePool, (client) => store.write(client, batchOf(rows)));
      const series = seriesStatement([101, 139], start, start + 900e6 * 1000);
      // vacuum leaves out what a transaction that is still open elsewhere on the server might not see
      const planOf = (statement: string): Promise<string> =>
        vi.waitFor(
          async () => {
            await owner.query('VACUUM ANALYZE readings');
            const plan = await owner.query<{ 'QUERY PLAN': string }>(
              `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ${statement}`,
            );
            const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
            expect(lines).toContain('Heap Fetches: 0');
            return lines;
          },
          { timeout: 20_000 },
        );
      expect(await planOf(series)).toMatch(/Index Only Scan .*\(actual rows=1000(\.00)? loops=2\)/);
      expect(
        await planOf(
          `SELECT ts, value, received_at, flags FROM stored_readings
            WHERE channel_id = 101 AND ts >= '2012-05-01Z' AND ts < '2012-06-01Z' ORDER BY ts`,
        ),
      ).toMatch(/Index Only Scan .*\(actual rows=1000(\.00)? loops=1\)/);
      const options = await owner.query<{ options: string[] | null }>(
        `SELECT DISTINCT reloptions AS options FROM pg_class JOIN pg_inherits ON oid = inhrelid
          WHERE inhparent = 'readings'::regclass`,
      );
      expect(options.rows).toEqual([{ options: ['autovacuum_vacuum_insert_scale_factor=0.01'] }]);
    } finally {
      await owner.end();
    }
  });

  test('partitions of PostgreSQL itself are no hypertable', async () => {
    expect(await findPostgresEngine(database.servicePool)).toBe('postgres');
  });

  test('rows are those of one moment, also where the copy is read slowly and more comes in', async () => {
    const pool = database.servicePool;
    const store = createTimescaleStore(pool);
    const start = Date.UTC(2014, 6, 1) * 1000;
    const rowsOf = (channelId: number, count: number) =>
      Array.from({ length: count }, (_, k) => ({ channelId, tsUs: start + k * 60e6, value: k }));
    await transaction(pool, (client) =>
      store.write(client, batchOf([...rowsOf(301, 30_000), ...rowsOf(302, 1)])),
    );
    // more than a statement's worth of channels, so that the last one is asked for later
    const between = Array.from({ length: 1500 }, (_, k) => 10_000 + k);
    let seen = 0;
    let wrote = false;
    for await (const piece of store.rows([301, ...between, 302], -Infinity, Infinity)) {
      if (!wrote)
        await transaction(pool, (client) => store.write(client, batchOf(rowsOf(302, 10))));
      wrote = true;
      seen += piece.length;
    }
    expect(seen).toBe(30_001);
  });
});
