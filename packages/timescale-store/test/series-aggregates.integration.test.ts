import { batchOf } from '@verimeter/reading-store/contract';
import { type TestDatabase, createTestDatabase, transaction } from '@verimeter/test-support';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTimescaleStore } from '../src/index.ts';
import { registerChannels } from './support.ts';

const FROM_US = Date.UTC(2026, 2, 20) * 1000;
const HOUR_US = 3600e6;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let device = 0;
const series = fc.array(
  fc.record({ step: fc.integer({ min: 1, max: 90 }), rise: fc.integer({ min: -3, max: 40 }) }),
  { minLength: 1, maxLength: 80 },
);

interface Asked {
  readonly rows: readonly { readonly tsUs: number; readonly value: number }[];
  readonly toUs: number;
  readonly register: boolean;
  readonly resolution: string;
  readonly zone: string;
}

interface Bucket {
  readonly coverage: unknown;
}

/** The buckets of stored readings, and those of the same readings as a series. */
async function bucketsOf({ rows, toUs, register, resolution, zone }: Asked): Promise<{
  readonly stored: Bucket[];
  readonly elsewhere: Bucket[];
}> {
  const [channelId = 0] = await registerChannels(database, 'buckets', `b${(device += 1)}-`, 1);
  await transaction(database.servicePool, (client) =>
    createTimescaleStore(database.servicePool).write(
      client,
      batchOf(rows.map((row) => ({ channelId, ...row }))),
    ),
  );
  const range = [
    new Date(FROM_US / 1000).toISOString(),
    new Date(toUs / 1000).toISOString(),
    resolution,
    zone,
    1000,
  ];
  return transaction(database.appPool, async (client) => {
    await client.query(`SELECT set_config('app.tenant', 'buckets', true)`);
    const stored = await client.query<Bucket>(
      `SELECT * FROM reading_aggregates($1, 'active_energy_import', $2, $3, $4, $5, $6, $7)`,
      [`b${device}-0`, register, ...range],
    );
    // whole buckets, and the reading before: what a store elsewhere would be asked for
    const bounds = await client.query<{ from_us: number; to_us: number }>(
      `SELECT bucket_start($1::timestamptz, $3, $4) AS from_us,
              bucket_end(bucket_start($2::timestamptz - interval '1 microsecond', $3, $4), $3, $4) AS to_us`,
      range.slice(0, 4),
    );
    const { from_us: startUs = 0, to_us: endUs = 0 } = bounds.rows[0] ?? {};
    const before = rows.findLast((row) => row.tsUs < startUs);
    const given = [
      ...(before === undefined ? [] : [before]),
      ...rows.filter((row) => row.tsUs >= startUs && row.tsUs <= endUs),
    ];
    const elsewhere = await client.query<Bucket>(
      'SELECT * FROM series_aggregates($1, $2, $3, $4, $5, $6, $7, $8)',
      [given.map((row) => row.tsUs), given.map((row) => row.value), register, ...range],
    );
    return { stored: stored.rows, elsewhere: elsewhere.rows };
  });
}

test('a series that lies elsewhere makes the buckets that stored readings make', async () => {
  const asked = fc.record({
    series,
    register: fc.boolean(),
    resolution: fc.constantFrom('15m', '1h', '1d', '1mo'),
    zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Ho_Chi_Minh'),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ series: steps, ...how }) => {
      let tsUs = FROM_US - 12 * HOUR_US;
      let value = 100;
      const rows = steps.map(({ step, rise }) => {
        tsUs += step * 10 * 60e6;
        value += rise / 8;
        return { tsUs, value };
      });
      const found = await bucketsOf({ rows, toUs: FROM_US + 40 * HOUR_US, ...how });
      expect(found.elsewhere).toEqual(found.stored);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('coverage speaks of the spacing of the first 1,000 readings', async () => {
  // every quarter of an hour, then thrice as often: most are of the second kind
  const rows = Array.from({ length: 3000 }, (_, k) => ({
    tsUs: FROM_US + (Math.min(k, 1000) * 15 + Math.max(0, k - 1000) * 5) * 60e6,
    value: k,
  }));
  const days = await bucketsOf({
    rows,
    toUs: FROM_US + 24 * HOUR_US,
    register: true,
    resolution: '1d',
    zone: 'UTC',
  });
  expect(days.elsewhere).toEqual(days.stored);
  expect(days.stored.map(({ coverage }) => coverage)).toEqual([1]);
  const all = { rows, toUs: FROM_US + 400 * HOUR_US, register: true, resolution: '1mo' };
  const months = await bucketsOf({ ...all, zone: 'UTC' });
  expect(months.elsewhere).toEqual(months.stored);
  // 250 hours at four an hour, and the 38 that are left of the month at twelve
  expect(months.stored[0]?.coverage).toBeCloseTo((1000 + 38 * 12) / (31 * 96), 6);
});
