import { readFile } from 'node:fs/promises';
import { batchOf, type Row } from '@verimeter/reading-store/contract';
import {
  type TestDatabase,
  createTestDatabase,
  findTimescaleServer,
  runSql,
  transaction,
} from '@verimeter/test-support';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresUpkeep, createTimescaleStore } from '../src/index.ts';
import { createHypertableDatabase } from './postgres-fixture.ts';

const QUARTER_US = 900e6;
const DAY_US = 86_400e6;
/** With the end of summer time in Europe and in Cuba, and two ends of months. */
const FROM_US = Date.UTC(2025, 8, 26) * 1000;
const DAYS = 60;

/** Each with its own way to begin a day: with summer time, twice a year at midnight, at half past. */
type Tenant = 'berlin' | 'havana' | 'kolkata';
const TENANTS: readonly Tenant[] = ['berlin', 'havana', 'kolkata'];

async function write(pool: Pool, rows: readonly Row[]): Promise<void> {
  const store = createTimescaleStore(pool);
  for (let first = 0; first < rows.length; first += 5000)
    // oxlint-disable-next-line no-await-in-loop
    await transaction(pool, (client) =>
      store.write(client, batchOf(rows.slice(first, first + 5000))),
    );
}

const close = (left: number | null, right: number | null): boolean =>
  left === null || right === null
    ? left === right
    : Math.abs(left - right) <= 1e-12 * Math.max(Math.abs(left), Math.abs(right));

/** Numbers from 0 to 1 that are the same in each run. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describeReadingDays('plain PostgreSQL', createTestDatabase, () => Promise.resolve());

const timescale = findTimescaleServer();
if (timescale !== undefined)
  describeReadingDays(
    'TimescaleDB',
    () => createHypertableDatabase(timescale),
    async ({ url }) => {
      const compressed = await runSql(
        url,
        `SELECT compress_chunk(c, recompress => false) FROM show_chunks('readings', older_than => '2025-11-10Z'::timestamptz) c`,
      );
      expect(compressed.length).toBeGreaterThan(4);
    },
  );

/** `compress`: what is past the late window is taken into the columnstore, late rows as well. */
function describeReadingDays(
  engine: string,
  createDatabase: () => Promise<TestDatabase>,
  compress: (database: TestDatabase) => Promise<void>,
): void {
  describe(`days that are summed up ahead: ${engine}`, () => {
    const ZONES: Record<Tenant, string> = {
      berlin: 'Europe/Berlin',
      havana: 'America/Havana',
      kolkata: 'Asia/Kolkata',
    };
    let database: TestDatabase;
    const channels = new Map<string, number>();

    beforeAll(async () => {
      database = await createDatabase();
      // What sums up readings and nothing else, as it was before days were summed up ahead.
      const sql = await readFile(
        new URL('../../registry/migrations/0010_register_events.sql', import.meta.url),
        'utf8',
      );
      const body = sql
        .slice(sql.indexOf('CREATE FUNCTION reading_aggregates('))
        .replaceAll('FUNCTION reading_aggregates', 'FUNCTION plain_aggregates')
        .replaceAll('FROM readings r', 'FROM stored_readings r');
      await runSql(
        database.url,
        `SET ROLE verimeter_owner; ${body}; ALTER FUNCTION plain_aggregates SET jit = off`,
      );
      for (const tenant of TENANTS) {
        // oxlint-disable-next-line no-await-in-loop -- a few statements
        await database.servicePool.query('INSERT INTO tenants (tenant, zone) VALUES ($1, $2)', [
          tenant,
          ZONES[tenant],
        ]);
        for (const device of ['steady', 'gaps', 'odd', 'sparse', 'dense', 'slow']) {
          // oxlint-disable-next-line no-await-in-loop
          const { rows } = await database.servicePool.query<{ channel_id: number }>(
            `WITH d AS (INSERT INTO devices (tenant, device_id, kind) VALUES ($1, $2, 'electricity_meter') RETURNING *)
         INSERT INTO channels (tenant, device_id, quantity, unit) SELECT tenant, device_id, 'active_energy_import', 'kW.h' FROM d
         RETURNING channel_id`,
            [tenant, device],
          );
          channels.set(`${tenant} ${device}`, rows[0]?.channel_id ?? 0);
        }
      }
    });
    afterAll(() => database.drop());

    /** Registers of several kinds: without holes, with holes of hours and days, that run back, that hardly send, that send off the grid. */
    function history(tenant: Tenant): Row[] {
      const random = uniform(7 + TENANTS.indexOf(tenant));
      const rows: Row[] = [];
      for (const device of ['steady', 'gaps', 'odd', 'sparse', 'dense']) {
        const channelId = channels.get(`${tenant} ${device}`) ?? 0;
        const stepUs =
          device === 'sparse' ? 5 * 3600e6 : device === 'dense' ? 701e6 : 2 * QUARTER_US;
        let value = 1000 * random();
        let holeUntilUs = 0;
        for (let tsUs = FROM_US; tsUs < FROM_US + DAYS * DAY_US; tsUs += stepUs) {
          value += random() / 3;
          if (device === 'odd' && random() < 0.005) value -= 50 * random();
          if (device === 'gaps' && random() < 0.01)
            holeUntilUs = tsUs + (random() < 0.2 ? 4 * DAY_US : 3600e6) * random();
          if (tsUs < holeUntilUs) continue;
          // what came from the future counts, now that its time has come
          rows.push({ channelId, tsUs, value, flags: random() < 0.01 ? 1 : 0 });
        }
      }
      return rows;
    }

    interface Bucket {
      readonly start_at: number;
      readonly mean: number;
      readonly sum: number | null;
      readonly coverage: number | null;
    }

    interface Question {
      readonly tenant: Tenant;
      readonly device: string;
      readonly register: boolean;
      readonly resolution: '1d' | '1mo';
      readonly fromUs: number;
      readonly toUs: number;
    }

    /** Asks both in one snapshot; expects the same. Returns how many buckets there were. */
    async function compare({
      tenant,
      device,
      register,
      resolution,
      fromUs,
      toUs,
    }: Question): Promise<number> {
      const client = await database.appPool.connect();
      try {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await client.query(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
        const ask = async (name: string): Promise<Bucket[]> =>
          (
            await client.query<Bucket>(
              `SELECT * FROM ${name}($1, 'active_energy_import', $2, $3, $4, $5, $6, 100000)`,
              [
                device,
                register,
                new Date(fromUs / 1000).toISOString(),
                new Date(toUs / 1000).toISOString(),
                resolution,
                ZONES[tenant],
              ],
            )
          ).rows;
        const byDays = await ask('reading_aggregates');
        const plain = await ask('plain_aggregates');
        await client.query('COMMIT');
        const exact = (buckets: readonly Bucket[]): unknown[] =>
          buckets.map(({ mean: _mean, coverage: _coverage, sum, ...bucket }) => ({
            ...bucket,
            sum: register ? sum : 0,
          }));
        expect(exact(byDays)).toEqual(exact(plain));
        for (const [index, bucket] of byDays.entries()) {
          expect(close(bucket.mean, plain[index]?.mean ?? null)).toBe(true);
          expect(close(bucket.sum, plain[index]?.sum ?? null)).toBe(true);
        }
        return byDays.length;
      } finally {
        client.release();
      }
    }

    const question = fc.record({
      tenant: fc.constantFrom(...TENANTS),
      device: fc.constantFrom('steady', 'gaps', 'odd', 'sparse', 'dense'),
      register: fc.boolean(),
      resolution: fc.constantFrom('1d' as const, '1mo' as const),
      fromUs: fc.integer({ min: -3, max: DAYS * 24 }).map((hour) => FROM_US + hour * 3600e6),
      hours: fc.integer({ min: 1, max: 90 * 24 }),
    });

    /** Whole histories of all kinds, and any parts of some. */
    async function compareAll(runs = 20): Promise<void> {
      for (const tenant of TENANTS)
        for (const device of ['steady', 'gaps', 'odd'])
          for (const resolution of ['1d', '1mo'] as const)
            expect(
              // oxlint-disable-next-line no-await-in-loop
              await compare({
                tenant,
                device,
                resolution,
                register: device !== 'gaps',
                fromUs: FROM_US,
                toUs: FROM_US + DAYS * DAY_US,
              }),
            ).toBeGreaterThan(2);
      await fc.assert(
        fc.asyncProperty(question, async ({ hours, ...asked }) => {
          await compare({ ...asked, toUs: asked.fromUs + hours * 3600e6 });
        }),
        { numRuns: runs },
      );
    }

    const countDays = async (which: string): Promise<number> => {
      const result = await database.servicePool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM reading_days WHERE ${which}`,
      );
      return result.rows[0]?.count ?? 0;
    };

    async function tendUntilDone(): Promise<void> {
      const upkeep = createPostgresUpkeep(database.servicePool, { lookEveryMs: 0 });
      do {
        // oxlint-disable-next-line no-await-in-loop
        await upkeep.tend(Date.now() * 1000);
        // oxlint-disable-next-line no-await-in-loop
      } while ((await countDays('count IS NULL')) > 0);
    }

    test('give what the readings give: before, after, while readings come late, and after that', async () => {
      const pool = database.servicePool;
      const random = uniform(99);
      const all = TENANTS.flatMap(history);
      const late = new Set(all.filter(() => random() < 0.01));
      await write(
        pool,
        all.filter((row) => !late.has(row)),
      );
      await compress(database);
      await compareAll(5);
      await tendUntilDone();
      const summed = await countDays('count IS NOT NULL');
      expect(summed).toBeGreaterThan(3 * 4 * (DAYS - 10));
      expect(await countDays('count < 8')).toBe(0);
      await compareAll();

      // 1 % of all readings, and other values for some that are there
      const conflicting = all.filter(() => random() < 0.002).map((row) => ({ ...row, value: -1 }));
      await write(pool, [...late, ...conflicting]);
      const dirty = await countDays('count IS NULL');
      expect(dirty).toBeGreaterThan(100);
      expect(dirty).toBeLessThan(summed);
      await compareAll();
      await compress(database);
      await compareAll(5);
      await tendUntilDone();
      expect(await countDays('count IS NOT NULL')).toBeGreaterThanOrEqual(summed);
      await compareAll(5);
    }, 120_000);

    test('are right at any moment while days are summed up and readings come late', async () => {
      const pool = database.servicePool;
      const upkeep = createPostgresUpkeep(pool, { lookEveryMs: 0 });
      const channelId = channels.get('berlin steady') ?? 0;
      const written = new AbortController();
      const writers = [0, 1].map(async (writer) => {
        for (let batch = 0; batch < 15; batch += 1) {
          const rows = Array.from({ length: 10 }, (_, row) => ({
            channelId,
            tsUs: FROM_US + (5 + ((row * 7 + batch) % 40)) * DAY_US + 1 + writer + 2 * batch * 1e6,
            value: batch,
          }));
          // oxlint-disable-next-line no-await-in-loop
          await write(pool, rows);
        }
      });
      const tending = (async () => {
        // oxlint-disable-next-line no-await-in-loop
        while (!written.signal.aborted) await upkeep.tend(Date.now() * 1000);
      })();
      let compared = 0;
      const reading = (async () => {
        while (!written.signal.aborted)
          // oxlint-disable-next-line no-await-in-loop
          compared += await compare({
            tenant: 'berlin',
            device: 'steady',
            register: true,
            resolution: '1d',
            fromUs: FROM_US,
            toUs: FROM_US + DAYS * DAY_US,
          });
      })();
      await Promise.all(writers).finally(() => written.abort());
      await Promise.all([tending, reading]);
      await tendUntilDone();
      await compareAll(5);
      expect(compared).toBeGreaterThan(DAYS);
    }, 60_000);

    test('are not summed up while a writer is under way that began before they were planned', async () => {
      const pool = database.servicePool;
      const channelId = channels.get('kolkata slow') ?? 0;
      const noonUs = FROM_US + 3 * DAY_US + 6 * 3600e6;
      const rows = Array.from({ length: 20 }, (_, k) => ({
        channelId,
        tsUs: noonUs + k * QUARTER_US,
        value: k,
      }));
      const counts = async (): Promise<unknown[]> => {
        const result = await pool.query<{ count: number | null }>(
          'SELECT count FROM reading_days WHERE channel_id = $1',
          [channelId],
        );
        return [...new Set(result.rows.map(({ count }) => count))];
      };
      await write(pool, rows);
      await transaction(pool, async (client) => {
        const late = { channelId, tsUs: noonUs + 1, value: 0 };
        await createTimescaleStore(pool).write(client, batchOf([late]));
        // Committed readings are planned, the writer does not know of it, and nobody of what it wrote.
        await createPostgresUpkeep(pool, { lookEveryMs: 0, budgetMs: 1000 }).tend(
          Date.now() * 1000,
        );
        expect(await counts()).toEqual([null]);
      });
      await tendUntilDone();
      expect(await counts()).toEqual([rows.length + 1]);
    }, 60_000);

    test('are not used while the zone of the tenant changes, and are those of the new one then', async () => {
      const pool = database.servicePool;
      await pool.query(`UPDATE tenants SET zone = 'Asia/Ho_Chi_Minh' WHERE tenant = 'berlin'`);
      await createPostgresUpkeep(pool, { lookEveryMs: 0, budgetMs: 0 }).tend(Date.now() * 1000);
      await compareAll(5);
      ZONES.berlin = 'Asia/Ho_Chi_Minh';
      await compareAll(5);
      await tendUntilDone();
      await compareAll(5);
      const shifted = await pool.query(
        `SELECT count(*)::int AS count FROM reading_days d JOIN channels c USING (channel_id)
        WHERE c.tenant = 'berlin' AND extract(hour FROM d.start_at AT TIME ZONE 'UTC') <> 17`,
      );
      expect(shifted.rows).toEqual([{ count: 0 }]);
    }, 60_000);
  });
}
