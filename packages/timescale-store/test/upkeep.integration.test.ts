import { setTimeout as sleep } from 'node:timers/promises';
import { batchOf } from '@verimeter/reading-store/contract';
import { describeStoreUpkeep } from '@verimeter/reading-store/upkeep-contract';
import {
  type TestDatabase,
  createTestDatabase,
  createTestDatabaseOn,
  findOldestPostgres,
  findTimescaleServer,
  runSql,
  transaction,
} from '@verimeter/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresUpkeep, createTimescaleStore } from '../src/index.ts';
import { keepMoveAway } from '../src/lib/hypertable/move/move-lock.ts';
import { partitionsOf } from '../src/lib/upkeep/partition-list.ts';
import { createFixture, createHypertableFixture } from './postgres-fixture.ts';

describeStoreUpkeep('plain PostgreSQL', async () => createFixture(createTestDatabase));

const oldest = await findOldestPostgres();
if (oldest !== undefined) {
  describeStoreUpkeep('the oldest supported PostgreSQL', () =>
    createFixture(() => createTestDatabaseOn(oldest)),
  );
}

const timescale = findTimescaleServer();
if (timescale !== undefined)
  describeStoreUpkeep('TimescaleDB', () => createHypertableFixture(timescale));

const at = (year: number, month: number, day: number): number =>
  Date.UTC(year, month - 1, day) * 1000;

describe('partitions', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await database.servicePool.query(`
      INSERT INTO tenants (tenant) VALUES ('t'), ('u');
      INSERT INTO devices (tenant, device_id, kind) VALUES ('t', 'a', 'water_meter'), ('u', 'b', 'water_meter');
      INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('t', 'a', 'water_volume', 'm3'), ('u', 'b', 'water_volume', 'm3')`);
  });
  afterAll(() => database.drop());

  const names = async (): Promise<string[]> =>
    (await partitionsOf(database.servicePool)).map(({ name }) => name);
  const write = (channelId: number, tsUs: number, receivedAtUs: number): Promise<unknown> =>
    transaction(database.servicePool, (client) =>
      createTimescaleStore(database.servicePool).write(
        client,
        batchOf([{ channelId, tsUs, value: 1, receivedAtUs }]),
      ),
    );

  test('are made ahead for the month and the next two', async () => {
    await createPostgresUpkeep(database.servicePool).tend(at(2031, 12, 31));
    expect(await names()).toEqual(
      expect.arrayContaining(['readings_y2031m12', 'readings_y2032m01', 'readings_y2032m02']),
    );
    expect(await names()).not.toContain('readings_y2032m03');
  });

  test('have their index built anew once they are over, and only then', async () => {
    const start = at(2010, 5, 1);
    await database.servicePool.query(
      `SELECT ensure_reading_partitions('2010-05-01Z', '2010-05-02Z')`,
    );
    // 25 channels, instant by instant, as meters send
    for (let part = 0; part < 6; part += 1)
      // oxlint-disable-next-line no-await-in-loop -- in the order of time
      await database.servicePool.query(
        `INSERT INTO readings (channel_id, ts, value, received_at)
         SELECT 100 + c, t, c + k, t FROM generate_series($2::int, $2::int + 799) k
          CROSS JOIN LATERAL (SELECT $1::timestamptz + k * interval '5 minutes' AS t) m CROSS JOIN generate_series(1, 25) c
          ORDER BY k, c`,
        [new Date(start / 1000).toISOString(), part * 800],
      );
    await runSql(database.url, 'VACUUM (ANALYZE) readings_y2010m05');
    const state = async (): Promise<{ size: number; file: number; sum: number }> => {
      const { rows } = await database.servicePool.query<Awaited<ReturnType<typeof state>>>(
        `SELECT pg_relation_size('readings_y2010m05_pkey') AS size, pg_relation_filenode('readings_y2010m05_pkey')::int8 AS file,
                (SELECT sum(value) FROM readings WHERE ts >= '2010-05-01Z' AND ts < '2010-06-01Z') AS sum`,
      );
      const [row] = rows;
      if (row === undefined) throw new Error('no row');
      return row;
    };
    const upkeep = createPostgresUpkeep(database.servicePool);
    const before = await state();
    await upkeep.tend(at(2010, 6, 14)); // a late window of two weeks
    expect(await state()).toEqual(before);
    // as a build that was broken off leaves it
    await runSql(
      database.url,
      `CREATE INDEX readings_y2010m05_pkey_ccnew ON readings_y2010m05 (ts);
       UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'readings_y2010m05_pkey_ccnew'::regclass`,
    );
    await upkeep.tend(at(2010, 6, 16));
    const after = await state();
    expect(after.sum).toBe(before.sum);
    expect(after.size).toBeLessThan(0.75 * before.size);
    const left = await database.servicePool.query(
      `SELECT relname FROM pg_class WHERE relname LIKE 'readings%ccnew'`,
    );
    expect(left.rows).toEqual([]);
    await upkeep.tend(at(2010, 6, 17));
    expect(await state()).toEqual(after);
  });

  test('are dropped while others write, however long a reader takes', async () => {
    const pool = database.servicePool;
    const upkeep = createPostgresUpkeep(pool);
    await write(1, at(2008, 3, 5), at(2008, 3, 5));
    const reader = await pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM readings');
    const dropping = upkeep.retain(at(2008, 4, 1));
    // It waits for the reader: the partition is out of use and there is no lock that anybody else waits for.
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const partitions = await partitionsOf(pool);
      if (partitions.some(({ name, isPending }) => name === 'readings_y2008m03' && isPending))
        break;
      // oxlint-disable-next-line no-await-in-loop
      await sleep(20);
    }
    await write(1, at(2026, 11, 5), at(2026, 11, 5));
    await write(1, at(2033, 11, 5), at(2026, 11, 5)); // and a month that is new
    await reader.query('COMMIT');
    reader.release();
    expect(await dropping).toBe(1);
    expect(await names()).not.toContain('readings_y2008m03');
  });

  test('a drop that broke off anywhere is ended by the next one', async () => {
    const pool = database.servicePool;
    await write(1, at(2008, 5, 5), at(2008, 5, 5));
    await write(1, at(2008, 6, 5), at(2008, 6, 5));
    const reader = await pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM readings');
    await expect(
      (async () => {
        await using client = await owner();
        await client.query(`SET statement_timeout = '200ms'`);
        await client.query('ALTER TABLE readings DETACH PARTITION readings_y2008m05 CONCURRENTLY');
      })(),
    ).rejects.toThrow('statement timeout');
    await reader.query('COMMIT');
    reader.release();
    await runSql(database.url, 'ALTER TABLE readings DETACH PARTITION readings_y2008m06');
    // Until then nothing is stored for these months, and nobody is told that it never can be.
    await expect(write(1, at(2008, 6, 6), at(2008, 6, 6))).rejects.toMatchObject({
      code: 'PARTITION_DROPPED',
    });
    expect(await createPostgresUpkeep(pool).retain(at(2008, 7, 1))).toBe(2);
    await write(1, at(2008, 6, 6), at(2008, 6, 6));
    expect(await names()).toContain('readings_y2008m06');
    expect(
      await runSql(
        database.url,
        `SELECT relname FROM pg_class WHERE relname LIKE 'retired_readings_y%'`,
      ),
    ).toEqual([]);
  });

  test('nothing is dropped while readings are moved into a hypertable, also while the move is cut off', async () => {
    const upkeep = createPostgresUpkeep(database.servicePool);
    await write(1, at(2009, 5, 5), at(2009, 5, 5));
    const waits = { code: 'RETENTION_WAITS' };
    {
      await using moving = await owner();
      await keepMoveAway(moving);
      await expect(upkeep.retain(at(2009, 7, 1))).rejects.toMatchObject(waits);
    }
    await runSql(database.url, 'CREATE TABLE reading_move_parts ()');
    await expect(upkeep.retain(at(2009, 7, 1))).rejects.toMatchObject(waits);
    expect(await names()).toContain('readings_y2009m05');
    await runSql(database.url, 'DROP TABLE reading_move_parts');
    await upkeep.retain(at(2009, 7, 1));
    expect(await names()).not.toContain('readings_y2009m05');
  });

  test('what a drop takes of receive hours that are still compared is written down', async () => {
    const pool = database.servicePool;
    await write(1, at(2010, 1, 5), at(2010, 1, 5));
    await write(1, at(2010, 1, 6), at(2010, 3, 5) + 1);
    await write(1, at(2010, 1, 7), at(2010, 3, 5) + 2);
    await write(2, at(2010, 1, 7), at(2010, 3, 6));
    await pool.query(
      `INSERT INTO reading_conflicts (tenant, channel_id, ts, value, received_at) VALUES ('u', 2, $1, 9, $2)`,
      ['2010-01-07Z', '2010-03-06Z'],
    );
    await createPostgresUpkeep(pool).retain(at(2010, 2, 20));
    const retired = await pool.query('SELECT * FROM retired_readings ORDER BY tenant');
    expect(retired.rows).toEqual([
      { tenant: 't', device_id: 'a', hour: at(2010, 3, 5), stored: 2, conflicting: 0 },
      { tenant: 'u', device_id: 'b', hour: at(2010, 3, 6), stored: 1, conflicting: 1 },
    ]);
    const kept = await pool.query('SELECT kept_from FROM reading_retention');
    expect(kept.rows).toEqual([{ kept_from: at(2010, 2, 1) }]);
    await write(1, at(2010, 3, 7), at(2010, 3, 7));
    await createPostgresUpkeep(pool).retain(at(2010, 4, 1));
    const later = await pool.query('SELECT * FROM retired_readings');
    expect(later.rows).toEqual([]);
  });

  async function owner() {
    const client = await database.servicePool.connect();
    await client.query('SET ROLE verimeter_owner');
    return Object.assign(client, { [Symbol.asyncDispose]: async () => client.release(true) });
  }
});
