import { transaction } from '@verimeter/test-support';
import { FLAG } from '@verimeter/telemetry';
import type { ReadingRange, Resolution } from '@verimeter/reading-store';
import { type Row, batchOf } from '@verimeter/reading-store/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQuestDbTenantReadings, createQuestDbUpkeep } from '../src/index.ts';
import { type QuestDbWorld, TENANT, asTenant } from './questdb-world.ts';

const T0 = Date.UTC(2026, 9, 20) * 1000;
const HOUR_US = 3600e6;
const DAY_US = 24 * HOUR_US;
const iso = (us: number): string => new Date(us / 1000).toISOString();
const RECEIVED_US = Date.UTC(2026, 10, 24, 4, 5) * 1000;

/** Requests, exports and upkeep. */
export function describeReads(worldOf: () => QuestDbWorld): void {
  describe('reading from QuestDB', () => {
    let world: QuestDbWorld;
    let register = 0;
    let level = 0;
    let device = '';
    beforeAll(async () => {
      world = worldOf();
      const pool = world.database.servicePool;
      const store = world.openStore();
      [register = 0] = await world.createChannels(1);
      const owner = await pool.query<{ device_id: string }>(
        'SELECT device_id FROM channels WHERE channel_id = $1',
        [register],
      );
      device = owner.rows[0]?.device_id ?? '';
      const created = await pool.query<{ channel_id: number }>(
        `INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('${TENANT}', $1, 'voltage_l1', 'V') RETURNING channel_id`,
        [device],
      );
      level = created.rows[0]?.channel_id ?? 0;
      // Fourteen days of quarter-hours over the end of summer time in Europe, with holes, odd instants and a register that runs back.
      const rows: Row[] = [];
      const receivedAtUs = RECEIVED_US;
      let counter = 1000;
      for (let k = 0; k < 14 * 96; k += 1) {
        counter += ((k * 7919) % 101) / 997;
        if (k % 53 === 7) continue;
        const tsUs = T0 + k * (HOUR_US / 4) + (k % 29 === 3 ? 1_234_567 : 0);
        const value = k === 700 ? counter - 50 : counter;
        rows.push({ channelId: register, tsUs, value, receivedAtUs });
        rows.push({ channelId: level, tsUs, value: 230 + Math.sin(k) / 3, receivedAtUs });
      }
      const future = { tsUs: Date.UTC(2199, 0, 1) * 1000, value: 1, flags: FLAG.future };
      rows.push({ channelId: level, receivedAtUs, ...future });
      rows.push({ channelId: register, tsUs: T0, value: -7, receivedAtUs });
      const outcomes = await transaction(pool, (client) =>
        store.write(client, batchOf(rows), { awaited: true }),
      );
      const settled = await store.settled(outcomes);
      // The same readings in PostgreSQL: its functions say what has to come out.
      const stored = rows.filter((_, k) => settled[k] === 0);
      await pool.query(
        `SELECT ensure_reading_partitions('2026-10-01Z', '2026-12-01Z'), ensure_reading_partitions('2199-01-01Z', '2199-01-01Z')`,
      );
      await pool.query(
        `INSERT INTO readings (channel_id, ts, value, flags, received_at)
         SELECT c, timestamptz 'epoch' + t * interval '1 microsecond', v, f, timestamptz 'epoch' + r * interval '1 microsecond'
           FROM unnest($1::int[], $2::int8[], $3::float8[], $4::int[], $5::int8[]) AS u (c, t, v, f, r)`,
        [
          stored.map((row) => row.channelId),
          stored.map((row) => row.tsUs),
          stored.map((row) => row.value),
          stored.map((row) => row.flags ?? 0),
          stored.map((row) => row.receivedAtUs),
        ],
      );
    });

    afterAll(() => world.closeStores());

    const rangeOf = (quantity: string, fromUs: number, toUs: number): ReadingRange => ({
      deviceId: device,
      quantity,
      fromUs,
      toUs,
    });

    test.each(
      (['15m', '1h', '1d', '1mo'] satisfies Resolution[]).flatMap((resolution) =>
        ['UTC', 'Europe/Berlin', 'Asia/Ho_Chi_Minh', 'Asia/Kathmandu'].map(
          (zone) => [resolution, zone] as const,
        ),
      ),
    )('buckets of %s in %s are those of PostgreSQL', async (resolution, zone) => {
      const readings = createQuestDbTenantReadings(world.questdb.httpUrl);
      for (const [quantity, isRegister] of [
        ['active_energy_import', true],
        ['voltage_l1', false],
      ] as const)
        for (const [fromUs, toUs, limit] of [
          [T0 + 2 * DAY_US + 1, T0 + 8 * DAY_US, 10_000],
          [T0 - DAY_US, T0 + 20 * DAY_US, 50],
        ] as const) {
          const found = await asTenant(world.database.appPool, TENANT, async (client) => ({
            buckets: await readings.buckets(client, rangeOf(quantity, fromUs, toUs), {
              register: isRegister,
              resolution,
              zone,
              limit,
            }),
            expected: await client.query(
              `SELECT start_at AS "startUs", end_at AS "endUs", first, last, min, max, mean, sum, count, coverage,
                      steps_back AS "stepsBack", top_rise AS "topRise"
                 FROM reading_aggregates($1, $2, $3, $4, $5, $6, $7, $8)`,
              [
                device,
                quantity,
                isRegister,
                iso(fromUs),
                new Date(toUs / 1000),
                resolution,
                zone,
                limit,
              ],
            ),
          }));
          expect(found.expected.rows.length).toBeGreaterThan(0);
          expect(found.buckets).toEqual(
            found.expected.rows.map((row: Record<string, unknown>) => row),
          );
        }
    });

    test('pages follow each other, conflicts beside their readings', async () => {
      const readings = createQuestDbTenantReadings(world.questdb.httpUrl);
      const range = rangeOf('active_energy_import', T0, T0 + DAY_US);
      // One whose reading QuestDB does not show yet.
      const earlyUs = T0 + HOUR_US / 8;
      await world.database.servicePool.query(
        `INSERT INTO reading_conflicts (tenant, channel_id, ts, value, received_at)
         SELECT tenant, channel_id, $3, 5, now() FROM channels WHERE device_id = $1 AND quantity = $2`,
        [device, 'active_energy_import', iso(earlyUs)],
      );
      const all = await asTenant(world.database.appPool, TENANT, async (client) => {
        const pages = [];
        for (let after: { tsUs: number; current: boolean; value: number } | undefined; ;) {
          const page = await readings.page(client, range, { limit: 7, conflicts: true, after });
          pages.push(...page);
          if (page.length < 7) return pages;
          after = page.at(-1);
        }
      });
      const expected = await asTenant(world.database.appPool, TENANT, (client) =>
        client.query<{ ts: number; value: number; current: boolean }>(
          `SELECT ts, value, current FROM reading_page($1, $2, $3, $4, 1000, true)`,
          [device, 'active_energy_import', iso(range.fromUs), iso(range.toUs)],
        ),
      );
      expect(all.map(({ tsUs, value, current }) => ({ ts: tsUs, value, current }))).toEqual(
        expected.rows.filter(({ ts }) => ts !== earlyUs),
      );
      expect(all.filter(({ current }) => !current)).toHaveLength(1);
    });

    test('the latest reading is not one from the future; a series has readings around it', async () => {
      const readings = createQuestDbTenantReadings(world.questdb.httpUrl);
      const range = rangeOf('voltage_l1', T0 + DAY_US, T0 + DAY_US + HOUR_US);
      const { latest, series, expected, newest } = await asTenant(
        world.database.appPool,
        TENANT,
        async (client) => ({
          latest: await readings.latest(client, [device, 'nobody']),
          series: await readings.series(client, range, { before: 3, after: 2 }),
          expected: await client.query<{ tsUs: number; value: number }>(
            `SELECT ts AS "tsUs", value FROM register_series($1, $2, $3, $4, 3, 2)`,
            [device, 'voltage_l1', iso(range.fromUs), iso(range.toUs)],
          ),
          newest: await client.query<{ ts: number; value: number }>(
            'SELECT ts, value FROM latest_readings($1) ORDER BY quantity',
            [[device]],
          ),
        }),
      );
      expect(series).toEqual(expected.rows);
      expect(series).toHaveLength(10);
      expect(latest.map((one) => [one.quantity, one.latest?.tsUs, one.latest?.value])).toEqual([
        ['active_energy_import', newest.rows[0]?.ts, newest.rows[0]?.value],
        ['voltage_l1', newest.rows[1]?.ts, newest.rows[1]?.value],
      ]);
    });

    test('a tenant sees nothing of another one', async () => {
      const readings = createQuestDbTenantReadings(world.questdb.httpUrl);
      await world.database.servicePool.query(`INSERT INTO tenants (tenant) VALUES ('stranger')`);
      const range = rangeOf('voltage_l1', T0, T0 + DAY_US);
      const seen = await asTenant(world.database.appPool, 'stranger', async (client) => [
        await readings.latest(client, [device]),
        await readings.page(client, range, { limit: 10, conflicts: true, after: undefined }),
        await readings.series(client, range, { before: 1, after: 1 }),
        await readings.buckets(client, range, {
          register: false,
          resolution: '1h',
          zone: 'UTC',
          limit: 10,
        }),
      ]);
      expect(seen).toEqual([[], [], [], []]);
    });

    test('whole rows, first instants and arrivals', async () => {
      const reader = world.openStore();
      const pieces = [];
      for await (const piece of reader.rows([level, register], T0, T0 + HOUR_US))
        pieces.push(
          ...Array.from({ length: piece.length }, (_, k) => [
            piece.channelId[k],
            piece.tsUs[k],
            piece.value[k],
            piece.flags[k],
            piece.receivedAtUs[k],
          ]),
        );
      const { rows } = await world.database.servicePool.query<unknown[]>({
        text: `SELECT channel_id, ts, value, flags, received_at FROM readings
                WHERE channel_id = ANY ($1) AND ts >= $2 AND ts <= $3 ORDER BY channel_id = $4, ts`,
        values: [[level, register], iso(T0), iso(T0 + HOUR_US), register],
        rowMode: 'array',
      });
      expect(pieces).toEqual(rows);
      expect(pieces.length).toBeGreaterThan(8);
      expect(await reader.firstInstants([level, register, 999_999], T0 + 1)).toEqual(
        new Map([
          [level, T0 + HOUR_US / 4],
          [register, T0 + HOUR_US / 4],
        ]),
      );
      const hour = Math.floor(RECEIVED_US / HOUR_US) * HOUR_US;
      const arrived = await reader.arrivalsByHour([register], hour, hour + HOUR_US);
      const count = await world.database.servicePool.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM readings WHERE channel_id = $1',
        [register],
      );
      expect(arrived).toEqual([
        { channelId: register, hourUs: hour, readings: count.rows[0]?.count },
      ]);
      expect(await reader.arrivalsByHour([register], hour + HOUR_US, hour + 2 * HOUR_US)).toEqual(
        [],
      );
    });

    test('an installation that gets old readings moves none for a day', async () => {
      const before = await world.questdb.query('SELECT count() FROM readings');
      const upkeep = createQuestDbUpkeep({
        pool: world.database.servicePool,
        httpUrl: world.questdb.httpUrl,
      });
      await upkeep.tend(T0 + 400 * DAY_US);
      await upkeep.tend(T0 + 400.9 * DAY_US);
      expect(await world.questdb.query('SELECT count() FROM readings')).toEqual(before);
      expect((await upkeep.size()).compressedBytes).toBe(0);
      // But not for ever: some come late all the time.
      await upkeep.tend(T0 + 401 * DAY_US);
      expect((await upkeep.size()).compressedBytes).toBeGreaterThan(0);
    });
  });
}
