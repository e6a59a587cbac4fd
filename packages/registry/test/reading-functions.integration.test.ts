import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureChannels, ensureTenant, timestamptz, withTenant } from '../src/index.ts';

const TENANT = 'demo';
const QUARTER_US = 900e6;
const HOUR_US = 3600e6;

let database: TestDatabase;
let devices = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  await ensureTenant(database.servicePool, TENANT);
});
afterAll(() => database.drop());

type Sample = readonly [tsUs: number, value: number, flags?: number];

/** A device of its own with the readings; returns its id. */
async function deviceWith(
  samples: readonly Sample[],
  conflicts: readonly Sample[] = [],
): Promise<string> {
  const deviceId = `d${String((devices += 1))}`;
  const pool = database.servicePool;
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) VALUES ($1, $2, 'electricity_meter')`,
    [TENANT, deviceId],
  );
  const [channel] = await ensureChannels(pool, [
    { tenant: TENANT, deviceId, quantity: 'active_energy_import', unit: 'kW.h' },
  ]);
  const times = samples.map(([tsUs]) => timestamptz(tsUs));
  if (times.length > 0) {
    await pool.query(
      `SELECT ensure_reading_partitions(min(t), max(t)) FROM unnest($1::timestamptz[]) t`,
      [times],
    );
  }
  await pool.query(
    `INSERT INTO readings (channel_id, received_at, ts, value, flags)
     SELECT $1, now(), * FROM unnest($2::timestamptz[], $3::float8[], $4::int2[])`,
    [
      channel?.channelId,
      times,
      samples.map(([, value]) => value),
      samples.map(([, , flags]) => flags ?? 0),
    ],
  );
  await pool.query(
    `INSERT INTO reading_conflicts (tenant, channel_id, received_at, ts, value)
     SELECT $1, $2, now(), * FROM unnest($3::timestamptz[], $4::float8[])`,
    [
      TENANT,
      channel?.channelId,
      conflicts.map(([tsUs]) => timestamptz(tsUs)),
      conflicts.map(([, value]) => value),
    ],
  );
  return deviceId;
}

async function call<T extends object>(sql: string, values: unknown[]): Promise<T[]> {
  const result = await withTenant(database.appPool, TENANT, (client) =>
    client.query<T>(sql, values),
  );
  return result.rows;
}

interface Bucket {
  readonly start_at: number;
  readonly end_at: number;
  readonly first: number;
  readonly last: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly sum: number | null;
  readonly count: number;
  readonly coverage: number | null;
  readonly steps_back: number;
}

function aggregate(
  deviceId: string,
  fromUs: number,
  toUs: number,
  options: { resolution?: string; zone?: string; register?: boolean } = {},
): Promise<Bucket[]> {
  const { resolution = '1h', zone = 'UTC', register = true } = options;
  return call<Bucket>(
    `SELECT * FROM reading_aggregates($1, 'active_energy_import', $2, $3, $4, $5, $6, 1000)`,
    [deviceId, register, timestamptz(fromUs), timestamptz(toUs), resolution, zone],
  );
}

const MIDNIGHT_US = Date.UTC(2026, 10, 2) * 1000;

/** A register read every quarter from `fromUs`, advancing by `step`. */
const quarters = (fromUs: number, count: number, start = 100, step = 0.25): Sample[] =>
  Array.from({ length: count }, (_, index) => [fromUs + index * QUARTER_US, start + index * step]);

const sums = (buckets: readonly Bucket[]): (number | null)[] => buckets.map(({ sum }) => sum);

describe('aggregates of a register', () => {
  test('sum is the register at the end of the bucket minus the register at its start', async () => {
    const device = await deviceWith(quarters(MIDNIGHT_US, 9));
    const [first, second] = await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + 2 * HOUR_US);
    expect(first).toEqual({
      start_at: MIDNIGHT_US,
      end_at: MIDNIGHT_US + HOUR_US,
      first: 100,
      last: 100.75,
      min: 100,
      max: 100.75,
      mean: 100.375,
      sum: 1,
      count: 4,
      coverage: 1,
      steps_back: 0,
      top_rise: 0.25,
    });
    expect(second?.sum).toBe(1);
  });

  test('sums of hours add up to that of the day', async () => {
    const device = await deviceWith(
      quarters(MIDNIGHT_US - QUARTER_US, 99).map(([ts, value], index) => [
        ts,
        value + ((index * 7) % 5) / 32,
      ]),
    );
    const hours = await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + 24 * HOUR_US);
    const [day] = await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + 24 * HOUR_US, {
      resolution: '1d',
    });
    expect(hours).toHaveLength(24);
    expect(day?.sum).toBeCloseTo(
      sums(hours).reduce<number>((total, sum) => total + (sum ?? NaN), 0),
      9,
    );
  });

  test('a bucket does not depend on the range asked for', async () => {
    const device = await deviceWith(quarters(MIDNIGHT_US, 97));
    const whole = await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + 24 * HOUR_US);
    const inside = await aggregate(
      device,
      MIDNIGHT_US + 5 * HOUR_US + 1,
      MIDNIGHT_US + 6 * HOUR_US - 1,
    );
    expect(inside).toEqual(whole.slice(5, 6));
  });

  test('after a gap the consumption is in the bucket in which the register is known again', async () => {
    const device = await deviceWith([
      [MIDNIGHT_US, 10],
      [MIDNIGHT_US + 3 * HOUR_US + QUARTER_US, 16],
    ]);
    const buckets = await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + 4 * HOUR_US);
    expect(buckets.map(({ start_at, sum }) => [start_at, sum])).toEqual([
      [MIDNIGHT_US, null],
      [MIDNIGHT_US + 3 * HOUR_US, 6],
    ]);
  });

  test('a register that ran backwards gives no sum but says how often it did', async () => {
    const device = await deviceWith([
      [MIDNIGHT_US, 53_000],
      [MIDNIGHT_US + QUARTER_US, 0], // a momentary zero must not become 53 MWh
      [MIDNIGHT_US + 2 * QUARTER_US, 53_001],
      [MIDNIGHT_US + HOUR_US, 53_002],
      [MIDNIGHT_US + 2 * HOUR_US, 53_004],
    ]);
    const buckets = await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + 2 * HOUR_US);
    expect(buckets.map((bucket) => [bucket.sum, bucket.steps_back])).toEqual([
      [null, 1],
      [2, 0],
    ]);
  });

  test('at the start of the data the first reading is the reference', async () => {
    const device = await deviceWith(quarters(MIDNIGHT_US + QUARTER_US, 3));
    expect(sums(await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + HOUR_US))).toEqual([0.5]);
  });

  test('coverage is the share of the readings expected at the usual spacing', async () => {
    const all = quarters(MIDNIGHT_US, 96);
    const device = await deviceWith(all.filter((_, index) => index < 40 || index > 41));
    const hours = await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + 24 * HOUR_US);
    expect(hours.filter(({ coverage }) => coverage !== 1)).toMatchObject([
      { start_at: MIDNIGHT_US + 10 * HOUR_US, coverage: 0.5, count: 2 },
    ]);
  });

  test('coverage is empty where the spacing cannot be told', async () => {
    const device = await deviceWith(quarters(MIDNIGHT_US, 2));
    expect(await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + HOUR_US)).toMatchObject([
      { coverage: null },
    ]);
  });
});

describe('aggregates', () => {
  test('of an instantaneous quantity sum up its readings', async () => {
    const device = await deviceWith(quarters(MIDNIGHT_US, 4, 1, 1));
    expect(
      await aggregate(device, MIDNIGHT_US, MIDNIGHT_US + HOUR_US, { register: false }),
    ).toMatchObject([{ sum: 10, mean: 2.5, min: 1, max: 4 }]);
  });

  test('leave out a reading from the future', async () => {
    const now = Date.now() * 1000;
    const device = await deviceWith([
      [now - 1e6, 5],
      [now + 3600e6, 1000, 1],
    ]);
    const buckets = await aggregate(device, now - 24 * HOUR_US, now + 24 * HOUR_US, {
      resolution: '1d',
    });
    expect(buckets.map(({ max }) => max)).toEqual([5]);
  });

  test('of local days have 23, 24 or 25 hours', async () => {
    // Europe/Berlin ends summer time on 2026-10-25 at 01:00 UTC.
    const start = Date.UTC(2026, 9, 24, 22) * 1000;
    const device = await deviceWith(quarters(start, 200));
    const days = await aggregate(device, start, start + 25 * HOUR_US, {
      resolution: '1d',
      zone: 'Europe/Berlin',
    });
    expect(days).toMatchObject([{ start_at: start, end_at: start + 25 * HOUR_US, sum: 25 }]);
    const hours = await aggregate(device, start, start + 25 * HOUR_US, { zone: 'Europe/Berlin' });
    expect(hours.map(({ start_at }) => start_at)).toEqual(
      Array.from({ length: 25 }, (_, index) => start + index * HOUR_US),
    );
  });

  test('of local months and of quarters in a zone with half hours', async () => {
    const start = Date.UTC(2026, 9, 31, 18, 30) * 1000; // 2026-11-01 00:00 in Asia/Kolkata
    const device = await deviceWith(quarters(start, 4));
    expect(
      await aggregate(device, start, start + 1, { resolution: '1mo', zone: 'Asia/Kolkata' }),
    ).toMatchObject([{ start_at: start, end_at: start + 30 * 24 * HOUR_US, count: 4 }]);
    expect(
      await aggregate(device, start, start + HOUR_US, { resolution: '1h', zone: 'Asia/Kolkata' }),
    ).toMatchObject([{ start_at: start, count: 4 }]);
    expect(
      await aggregate(device, start + 1, start + 2, { resolution: '15m', zone: 'Asia/Kolkata' }),
    ).toMatchObject([{ start_at: start, end_at: start + QUARTER_US, count: 1 }]);
  });

  test('refuse a resolution they do not know', async () => {
    const device = await deviceWith([]);
    await expect(
      aggregate(device, MIDNIGHT_US, MIDNIGHT_US + 1, { resolution: '5m' }),
    ).rejects.toMatchObject({ code: '22023' });
  });
});

interface PageRow {
  readonly ts: number;
  readonly value: number;
  readonly current: boolean;
}

function page(
  deviceId: string,
  after: PageRow | undefined,
  conflicts: boolean,
  limit = 2,
): Promise<PageRow[]> {
  return call<PageRow>(
    `SELECT ts, value, current FROM reading_page($1, 'active_energy_import', $2, $3, $4, $5, $6, $7, $8)`,
    [
      deviceId,
      timestamptz(MIDNIGHT_US),
      timestamptz(MIDNIGHT_US + 4),
      limit,
      conflicts,
      after === undefined ? null : timestamptz(after.ts),
      after?.current ?? true,
      after?.value ?? null,
    ],
  );
}

async function allPages(deviceId: string, conflicts: boolean): Promise<(number | boolean)[][]> {
  const rows: PageRow[] = [];
  for (;;) {
    const next = await page(deviceId, rows.at(-1), conflicts);
    rows.push(...next);
    if (next.length < 2) return rows.map((row) => [row.ts - MIDNIGHT_US, row.value, row.current]);
  }
}

describe('pages of raw readings', () => {
  test('hold each reading of the range once, with its conflicts where asked for', async () => {
    const samples = [-1, 0, 1, 2, 3, 4].map((offset): Sample => [MIDNIGHT_US + offset, offset]);
    const device = await deviceWith(samples, [
      [MIDNIGHT_US + 1, 7],
      [MIDNIGHT_US + 1, 8],
      [MIDNIGHT_US + 1, -5],
      [MIDNIGHT_US + 3, 9],
    ]);
    expect(await allPages(device, false)).toEqual([
      [0, 0, true],
      [1, 1, true],
      [2, 2, true],
      [3, 3, true],
    ]);
    expect(await allPages(device, true)).toEqual([
      [0, 0, true],
      [1, 1, true],
      [1, -5, false],
      [1, 7, false],
      [1, 8, false],
      [2, 2, true],
      [3, 3, true],
      [3, 9, false],
    ]);
  });
});

describe('the latest reading', () => {
  test('is the newest one whose time has come', async () => {
    const now = Date.now() * 1000;
    const device = await deviceWith([
      [now - 2e6, 1],
      [now - 1e6, 2, 1], // came early, but its time has passed
      [now + 3600e6, 3, 1],
    ]);
    const silent = await deviceWith([]);
    expect(
      await call(`SELECT device_id, unit, ts, value FROM latest_readings($1)`, [[silent, device]]),
    ).toEqual([
      { device_id: device, unit: 'kW.h', ts: now - 1e6, value: 2 },
      { device_id: silent, unit: 'kW.h', ts: null, value: null },
    ]);
  });
});

const ensure = (from: string, to: string): Promise<number | undefined> =>
  database.servicePool
    .query<{ made: number }>('SELECT ensure_reading_partitions($1, $2) AS made', [from, to])
    .then((result) => result.rows[0]?.made);

describe('partitions', () => {
  test('are made for every month of a range, once', async () => {
    expect(await ensure('2019-11-30T23:59:59.999999Z', '2020-02-01T00:00:00Z')).toBe(4);
    expect(await ensure('2019-12-01T00:00:00Z', '2020-03-01T00:00:00Z')).toBe(1);
    await expect(ensure('2020-02-01T00:00:00Z', '2020-01-01T00:00:00Z')).rejects.toThrow();
    await expect(ensure('1999-01-01T00:00:00Z', '1999-01-01T00:00:00Z')).rejects.toThrow();
  });
});
