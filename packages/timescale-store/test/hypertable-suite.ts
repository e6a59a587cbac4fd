import { randomBytes } from 'node:crypto';
import { OUTCOME, type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';
import {
  type TestDatabase,
  createTestDatabase,
  createTestDatabaseAt,
  transaction,
} from '@verimeter/test-support';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  chooseLayout,
  createPostgresUpkeep,
  createTimescaleStore,
  findPostgresEngine,
  readStoreStatus,
} from '../src/index.ts';
import { seriesStatement } from '../src/lib/matrix.ts';
import { registerBatch, registerChannels } from './support.ts';

const DAY_US = 86_400e6;
const START_US = Date.UTC(2026, 2, 1) * 1000;
const RECEIVED_US = Date.UTC(2026, 2, 20, 3) * 1000 + 456_789;
const { stored, duplicate, conflicting } = OUTCOME;

function picked(batch: ReadingBatch, rows: readonly number[]): ReadingBatch {
  const some = createReadingBatch(rows.length);
  for (const row of rows) {
    const at = some.length;
    some.channelId[at] = batch.channelId[row] ?? 0;
    some.tsUs[at] = batch.tsUs[row] ?? 0;
    some.value[at] = batch.value[row] ?? 0;
    some.flags[at] = batch.flags[row] ?? 0;
    some.receivedAtUs[at] = batch.receivedAtUs[row] ?? 0;
    some.length += 1;
  }
  return some;
}

const REQUESTS = [
  `SELECT device_id, ts, value, flags FROM latest_readings(ARRAY['q0', 'q1'])`,
  `SELECT * FROM reading_page('q0', 'active_energy_import', '2026-03-02Z', '2026-03-15Z', 5000)`,
  `SELECT * FROM reading_aggregates('q1', 'active_energy_import', true, '2026-03-01Z', '2026-03-20Z', '1d', 'Asia/Ho_Chi_Minh', 100)`,
  `SELECT * FROM register_series('q1', 'active_energy_import', '2026-03-03Z', '2026-03-04Z', 2, 2)`,
];

/** What the API's role is answered for the devices q0 and q1. */
async function answers({ appPool }: TestDatabase): Promise<object[][]> {
  const client = await appPool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL app.tenant = 'requests'`);
    const results: object[][] = [];
    // oxlint-disable-next-line no-await-in-loop -- one transaction
    for (const text of REQUESTS) results.push((await client.query<object>(text)).rows);
    await client.query('COMMIT');
    return results;
  } finally {
    client.release();
  }
}

const isHole = (row: number): boolean => row % 5 === 2;
const outcome = (row: number): number => (isHole(row) ? stored : duplicate);

/** What a hypertable does beyond the contract. The server has TimescaleDB. */
export function describeHypertable(serverUrl: string): void {
  describe('hypertable', () => {
    let database: TestDatabase;
    let plain: TestDatabase;
    let admin: pg.Client;

    beforeAll(async () => {
      plain = await createTestDatabase();
      database = await createTestDatabaseAt(serverUrl);
      expect(await chooseLayout(database.url, 'auto')).toEqual({ kind: 'timescale', made: true });
      admin = new pg.Client({ connectionString: database.url });
      await admin.connect();
      // Two that compress one chunk are in each other's way: what the job does is done by the tests.
      const jobs = await admin.query(
        `SELECT delete_job(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'compress_reading_chunks'`,
      );
      expect(jobs.rowCount).toBe(1);
    });
    afterAll(async () => {
      await admin.end();
      await database.drop();
      await plain.drop();
    });

    const write = (batch: ReadingBatch, on = database): Promise<number[]> =>
      transaction(on.servicePool, async (client) => [
        ...(await createTimescaleStore(on.servicePool).write(client, batch)),
      ]);
    const compressAll = async (): Promise<void> => {
      await admin.query(
        `SELECT compress_chunk(c, if_not_compressed => true, recompress => false) FROM show_chunks('readings') c`,
      );
    };
    const count = async (channelId: number): Promise<number> => {
      const { rows } = await database.servicePool.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM stored_readings WHERE channel_id = $1',
        [channelId],
      );
      return rows[0]?.count ?? 0;
    };

    test('a second migrate leaves it alone, and the store says what it is', async () => {
      expect(await chooseLayout(database.url, 'timescale')).toEqual({
        kind: 'timescale',
        made: false,
      });
      const store = createTimescaleStore(database.servicePool);
      await store.check();
      expect(store.kind).toBe('timescale');
      expect(await findPostgresEngine(database.servicePool)).toBe('timescale');
      const plainStore = createTimescaleStore(plain.servicePool);
      await plainStore.check();
      expect(plainStore.kind).toBe('postgres');
      expect(await readStoreStatus(database.url)).toMatchObject({
        layout: 'hypertable',
        extension: { missing: undefined },
      });
    });

    test('the status is told to a login without rights of its own, and what it may not read is named', async () => {
      const login = `verimeter_test_${randomBytes(8).toString('hex')}`;
      const url = new URL(database.url);
      url.username = login;
      url.password = login;
      await admin.query(
        `CREATE ROLE ${login} LOGIN PASSWORD '${login}' IN ROLE verimeter_service, verimeter_app`,
      );
      try {
        const status = await readStoreStatus(url.href);
        const { extension } = await readStoreStatus(database.url);
        expect(status).toMatchObject({ layout: 'hypertable', extension, unread: [] });
        expect(status.size?.bytes).toBeGreaterThan(0);
        await admin.query(
          'SET ROLE verimeter_owner; CREATE TABLE reading_move_parts (readings int8)',
        );
        expect(await readStoreStatus(url.href)).toMatchObject({
          move: undefined,
          unread: ['move'],
        });
      } finally {
        await admin.query('DROP TABLE IF EXISTS reading_move_parts; RESET ROLE');
        await admin.query(`DROP ROLE ${login}`);
      }
    });

    test('requests of a tenant get from chunks, compressed or not, what plain PostgreSQL gives', async () => {
      for (const on of [plain, database]) {
        // oxlint-disable-next-line no-await-in-loop
        const channels = await registerChannels(on, 'requests', 'q', 2);
        const batch = registerBatch(channels, START_US, 96 * 18, RECEIVED_US - 456_789);
        for (let row = 0; row < batch.length; row += 1)
          batch.receivedAtUs[row] = Math.floor((batch.receivedAtUs[row] ?? 0) / 1e6) * 1e6;
        // oxlint-disable-next-line no-await-in-loop
        expect(new Set(await write(batch, on))).toEqual(new Set([stored]));
      }
      const expected = await answers(plain);
      expect(expected.map((rows) => rows.length)).toEqual([2, 13 * 96, 19, 101]);
      expect(await answers(database)).toEqual(expected);
      await compressAll();
      expect(await answers(database)).toEqual(expected);
    });

    test('values are the same bits before and after compression, whatever they are', async () => {
      const [channelId = 0] = await registerChannels(database, 'bits', 'b', 1);
      const values = [
        0,
        -0,
        0.1 + 0.2,
        1 / 3,
        -12.345,
        1e-300,
        Number.MIN_VALUE,
        Number.MAX_VALUE,
        2 ** 53,
        2 ** 53 - 1,
        9_007_199_254_740.99,
        1e22,
        123e-22,
        99_999.999,
        5e-324,
        -7,
      ];
      const batch = createReadingBatch(values.length);
      batch.length = values.length;
      for (const [row, value] of values.entries()) {
        batch.channelId[row] = channelId;
        batch.tsUs[row] = START_US + row * 900e6;
        batch.value[row] = value;
        batch.receivedAtUs[row] = RECEIVED_US;
      }
      await write(batch);
      const read = async (): Promise<number[]> => {
        const grid = {
          startUs: START_US,
          stepUs: 900e6,
          count: values.length,
          asOfUs: START_US + DAY_US,
        };
        const store = createTimescaleStore(database.servicePool);
        return [...(await store.matrix([channelId], grid)).values];
      };
      const expected = values.map((value) => value + 0);
      expect(await read()).toEqual(expected);
      await compressAll();
      expect(await read()).toEqual(expected);
      const { rows } = await database.servicePool.query<{ bits: string }>(
        `SELECT encode(float8send(value), 'hex') AS bits FROM stored_readings WHERE channel_id = $1 ORDER BY ts`,
        [channelId],
      );
      const bits = Buffer.alloc(8);
      expect(rows.map((row) => row.bits)).toEqual(
        expected.map((value) => {
          bits.writeDoubleBE(value);
          return bits.toString('hex');
        }),
      );
      expect(await write(batch)).toEqual(values.map(() => duplicate));
    });

    test('late rows of compressed chunks are stored, known ones are duplicates or conflicts, in small and large batches', async () => {
      const channels = await registerChannels(database, 'late', 'l', 4);
      const all = registerBatch(channels, START_US, 96 * 12, RECEIVED_US);
      const rows = Array.from({ length: all.length }, (_, row) => row);
      await write(
        picked(
          all,
          rows.filter((row) => !isHole(row)),
        ),
      );
      await compressAll();
      const small = rows.slice(0, 40);
      const changed = picked(all, small);
      changed.value[1] = (changed.value[1] ?? 0) + 1;
      expect(await write(changed)).toEqual(
        small.map((row) => (row === 1 ? conflicting : outcome(row))),
      );
      // More than 500 rows: COPY is tried, meets a key in the columnstore and gives way.
      expect(await write(all)).toEqual(rows.map((row) => (row < 40 ? duplicate : outcome(row))));
      expect(await write(all)).toEqual(rows.map(() => duplicate));
      expect(await count(channels[3] ?? 0)).toBe(96 * 12);
      // Taken into the columnstore with the others, they are known as before.
      await admin.query(
        `SELECT compress_chunk(c, recompress => false) FROM show_chunks('readings') c`,
      );
      expect(await write(all)).toEqual(rows.map(() => duplicate));
      expect(await count(channels[3] ?? 0)).toBe(96 * 12);
    });

    test('the job compresses what is past the late window, and takes late rows into it', async () => {
      const [channelId = 0] = await registerChannels(database, 'job', 'j', 1);
      // a chunk that no test before has made and compressed
      const youngUs = Math.floor(Date.now() / 86_400e3 + 60) * DAY_US;
      const start = START_US - 100 * DAY_US;
      await write(registerBatch([channelId], start, 40, RECEIVED_US));
      await write(registerBatch([channelId], youngUs, 4, RECEIVED_US));
      const state = async (): Promise<unknown[]> =>
        (
          await admin.query(
            `SELECT i.is_compressed AS compressed, c.status & 10 <> 0 AS rows_beside,
                    pg_indexes_size(format('%I.%I', i.chunk_schema, i.chunk_name)::regclass) > 1048576 AS large_indexes
               FROM timescaledb_information.chunks i
               JOIN _timescaledb_catalog.chunk c ON c.schema_name = i.chunk_schema AND c.table_name = i.chunk_name
              WHERE hypertable_name = 'readings' AND (i.range_start <= to_timestamp($1::float8 / 1e6) AND i.range_end > to_timestamp($1::float8 / 1e6)
                 OR i.range_start <= to_timestamp($2::float8 / 1e6) AND i.range_end > to_timestamp($2::float8 / 1e6)) ORDER BY i.range_start`,
            [start, youngUs],
          )
        ).rows;
      const job = `CALL compress_reading_chunks(0, '{"after": "14 days"}')`;
      await admin.query(job);
      const young = { compressed: false, rows_beside: false, large_indexes: false };
      const compressed = { compressed: true, rows_beside: false, large_indexes: false };
      expect(await state()).toEqual([compressed, young]);
      await write(registerBatch([channelId], start + 60e6, 40, RECEIVED_US));
      // an import of the same time that the job had not waited for
      const many = await registerChannels(database, 'job', 'm', 500);
      await write(registerBatch(many, start, 40, RECEIVED_US));
      expect(await state()).toEqual([
        { compressed: true, rows_beside: true, large_indexes: true },
        young,
      ]);
      await admin.query(job);
      expect(await state()).toEqual([compressed, young]);
      expect(await count(channelId)).toBe(84);
    });

    test('a repeated import of more rows than may be decompressed at once goes through', async () => {
      const channels = await registerChannels(database, 'repeated', 'r', 100);
      const all = registerBatch(channels, START_US + 200 * DAY_US, 1100, RECEIVED_US);
      await write(all);
      await compressAll();
      const outcomes = await write(all);
      expect(outcomes.length).toBe(110_000);
      expect(new Set(outcomes)).toEqual(new Set([duplicate]));
    });

    test('two writers of the same late keys store each once', async () => {
      const channels = await registerChannels(database, 'both', 'w', 3);
      const start = START_US + 300 * DAY_US;
      await write(registerBatch(channels, start, 50, RECEIVED_US));
      await compressAll();
      const more = registerBatch(channels, start, 300, RECEIVED_US);
      const results = await Promise.all([write(more), write(more), write(more)]);
      const told = results.flat();
      expect(told.filter((one) => one === stored)).toHaveLength(3 * 250);
      expect(told.filter((one) => one === conflicting)).toHaveLength(0);
      expect(await count(channels[0] ?? 0)).toBe(300);
    });

    test('late arrivals are told from chunks that are compressed, before and after these take them in', async () => {
      const [a = 0, b = 0] = await registerChannels(database, 'arrivals', 'a', 2);
      await write(registerBatch([a, b], START_US, 96, RECEIVED_US));
      await compressAll();
      const store = createTimescaleStore(database.servicePool);
      const notIn = await store.shown();
      const mark = Date.UTC(2026, 5, 1) * 1000;
      const window = {
        notIn,
        receivedAfterUs: mark,
        fromUs: START_US,
        untilUs: START_US + 30 * DAY_US,
      };
      expect((await store.lateArrivals('arrivals', window)).size).toBe(0);
      const late = registerBatch([b], START_US + DAY_US, 2, mark + 60e6);
      await write(late);
      const found = await store.lateArrivals('arrivals', window);
      expect([...found.keys()]).toEqual([b]);
      expect(found.get(b)).toMatchObject({
        earliestUs: START_US + DAY_US,
        receivedUs: mark + 61e6,
      });
      await admin.query(
        `SELECT compress_chunk(c, recompress => false) FROM show_chunks('readings') c`,
      );
      expect(await store.lateArrivals('arrivals', window)).toEqual(found);
    });

    test('the API has no right on chunks, compressed or not', async () => {
      const { rows } = await admin.query<{ name: string }>(
        `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = '_timescaledb_internal' AND c.relkind = 'r' AND c.relname ~ '_chunk$'`,
      );
      expect(rows.length).toBeGreaterThan(2);
      for (const name of ['readings', 'stored_readings', ...rows.map((row) => row.name)])
        // oxlint-disable-next-line no-await-in-loop
        await expect(database.appPool.query(`SELECT * FROM ${name} LIMIT 1`)).rejects.toMatchObject(
          {
            code: '42501',
          },
        );
      const changes = await admin.query(
        `SELECT has_table_privilege('verimeter_service', 'readings', 'UPDATE, DELETE, TRUNCATE') AS may_change`,
      );
      expect(changes.rows).toEqual([{ may_change: false }]);
    });

    test('chunks are made ahead while all connections are in use, and by several workers at once', async () => {
      const pool = database.createServicePool(1); // held by the transaction itself
      const store = createTimescaleStore(pool);
      const tsUs = Date.UTC(2011, 6, 31) * 1000;
      const one = registerBatch([1], tsUs, 2, RECEIVED_US);
      await transaction(pool, (client) => store.write(client, one));
      const chunks = async (from: string, to: string): Promise<number> =>
        (
          await admin.query(
            `SELECT FROM timescaledb_information.chunks WHERE hypertable_name = 'readings'
                AND range_end > $1::timestamptz AND range_start < $2::timestamptz`,
            [from, to],
          )
        ).rowCount ?? 0;
      expect(await chunks('2011-07-01Z', '2011-08-01Z')).toBe(4);
      const month = Date.UTC(2013, 2, 1) * 1000;
      await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          write(registerBatch([10 + index], month + index, 3, RECEIVED_US)),
        ),
      );
      expect(await chunks('2013-03-01Z', '2013-04-01Z')).toBe(4);
      const { rows } = await admin.query(
        `SELECT count(*)::int AS rows FROM readings WHERE ts >= '2013-03-01Z' AND ts < '2013-04-01Z'`,
      );
      expect(rows).toEqual([{ rows: 18 }]);
    });

    test('series of chunks that are not compressed are read from the index alone', async () => {
      const channels = await registerChannels(database, 'index', 'i', 40);
      const start = Date.UTC(2012, 4, 1) * 1000;
      const batch = registerBatch(channels, start, 500, RECEIVED_US);
      await write(batch);
      await admin.query('VACUUM ANALYZE readings');
      const plan = await admin.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ${seriesStatement(
          [channels[1] ?? 0, channels[39] ?? 0],
          start,
          start + 900e6 * 500,
        )}`,
      );
      const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(lines).toContain('Index Only Scan using');
      expect(lines).toContain('Heap Fetches: 0');
    });

    test('old chunks are dropped as a whole with their conflicts, and the size follows', async () => {
      const upkeep = createPostgresUpkeep(database.servicePool);
      const [channelId = 0] = await registerChannels(database, 'retained', 'x', 1);
      const old = registerBatch([channelId], Date.UTC(2012, 6, 1) * 1000, 4, RECEIVED_US);
      await write(old);
      old.value[0] = -1;
      expect(await write(old)).toEqual([conflicting, duplicate, duplicate, duplicate]);
      const before = await upkeep.size();
      expect(before.compressedBytes).toBeGreaterThan(0);
      expect(before.bytes).toBeGreaterThan(before.compressedBytes);
      expect(before.fromUs).toBeLessThan(Date.UTC(2012, 0, 1) * 1000);
      const cutUs = Date.UTC(2026, 0, 1) * 1000;
      expect(await upkeep.retain(cutUs)).toBeGreaterThan(5);
      expect(await upkeep.retain(cutUs)).toBe(0);
      expect(await count(channelId)).toBe(0);
      const left = await admin.query(
        `SELECT (SELECT count(*)::int FROM reading_conflicts WHERE channel_id = $1) AS conflicts,
                (SELECT sum(stored)::int FROM retired_readings WHERE tenant = 'retained') AS stored,
                (SELECT sum(conflicting)::int FROM retired_readings WHERE tenant = 'retained') AS conflicting`,
        [channelId],
      );
      expect(left.rows).toEqual([{ conflicts: 0, stored: 4, conflicting: 1 }]);
      const after = await upkeep.size();
      expect(after.bytes).toBeLessThan(before.bytes);
      expect(after.fromUs).toBeGreaterThan(cutUs - 10 * DAY_US);
      await upkeep.tend(Date.now() * 1000);
    });
  });
}
