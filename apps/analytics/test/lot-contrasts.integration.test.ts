import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AUTO } from '@verimeter/open-store';
import { createReadingBatch } from '@verimeter/reading-store';
import { ensureChannels, ensureTenant, withTransaction } from '@verimeter/registry';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAnalysis } from '../src/index.ts';
import { runNight } from '../src/lib/night/night.ts';

const TENANT = 'contrasts';
const DAY_US = 86_400e6;
const START_US = Date.UTC(2026, 2, 1) * 1000;
const DAYS = 200;
/** Ratio per year that the losing lots register less. */
const LOSS = 0.12;
/** Standard deviation of what a customer changes by himself within a year, log. */
const CUSTOMER_SD = 0.08;
const HOMES = { LOSING: 30, STEADY: 30, FEW: 4 } as const;

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-contrasts-'));
  await fillTenant();
});
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

/** Even in (0, 1), the same in every run (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const KINDS = [
  { kind: 'water_meter', quantity: 'water_volume', unit: 'm3', letter: 'w', daily: 0.4 },
  {
    kind: 'electricity_meter',
    quantity: 'active_energy_import',
    unit: 'kW.h',
    letter: 'e',
    daily: 9,
  },
] as const;

/** Register by day: a season that all have in common, what the customer changes, and what the lot loses. */
function registerOf(lot: string, daily: number, next: () => number): Float64Array {
  const normal = (): number => Array.from({ length: 12 }, next).reduce((a, b) => a + b, -6);
  const own = CUSTOMER_SD * normal();
  const size = Math.exp(0.3 * normal());
  const register = new Float64Array(DAYS + 1);
  for (let day = 1; day <= DAYS; day++) {
    const years = day / 365.25;
    const lost = lot === 'LOSING' ? (1 - LOSS) ** years : 1;
    const use = daily * size * Math.exp(own * years + 0.2 * Math.sin(6.28 * years));
    register[day] = (register[day - 1] ?? 0) + lost * use * (0.7 + 0.6 * next());
  }
  return register;
}

/** A district of water meters and an area of electricity meters, each with three lots, read once a day. */
async function fillTenant(): Promise<void> {
  const pool = database.servicePool;
  await ensureTenant(pool, TENANT);
  await pool.query(
    `INSERT INTO groups (tenant, group_id, kind) VALUES ($1, 'E', 'electricity_area'), ($1, 'W', 'water_district')`,
    [TENANT],
  );
  const next = uniform(7);
  const registers = new Map<string, Float64Array>();
  for (const { kind, letter, daily } of KINDS)
    for (const [lot, homes] of Object.entries(HOMES))
      for (let home = 0; home < homes; home++) {
        const deviceId = `${letter}-${lot}-${String(home).padStart(2, '0')}`;
        registers.set(deviceId, registerOf(lot, daily, next));
        // oxlint-disable-next-line no-await-in-loop
        await pool.query(
          `INSERT INTO devices (tenant, device_id, kind, manufacturer, model, accuracy_class, nominal, built_year)
           VALUES ($1, $2, $3, 'Acme', $4, '2', '2.5', 2019)`,
          [TENANT, deviceId, kind, lot],
        );
        // oxlint-disable-next-line no-await-in-loop
        await pool.query(
          `INSERT INTO members (tenant, group_id, device_id, role) VALUES ($1, $2, $3, 'consumer')`,
          [TENANT, letter.toUpperCase(), deviceId],
        );
      }
  const consumed = [...registers].filter(([deviceId]) => deviceId.startsWith('e'));
  registers.set(
    'e-supply',
    Float64Array.from({ length: DAYS + 1 }, (_, day) =>
      consumed.reduce((sum, [, register]) => sum + 1.02 * (register[day] ?? 0), 0),
    ),
  );
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind, accuracy_class) VALUES ($1, 'e-supply', 'electricity_meter', '0.5S')`,
    [TENANT],
  );
  await pool.query(
    `INSERT INTO members (tenant, group_id, device_id, role) VALUES ($1, 'E', 'e-supply', 'supply')`,
    [TENANT],
  );
  await withTransaction(pool, async (client) => {
    const channels = await ensureChannels(
      client,
      [...registers.keys()].map((deviceId) => {
        const { quantity, unit } = KINDS[deviceId.startsWith('w') ? 0 : 1];
        return { tenant: TENANT, deviceId, quantity, unit };
      }),
    );
    const batch = createReadingBatch(channels.length * (DAYS + 1));
    for (const { channelId, deviceId } of channels)
      for (const [day, value] of (registers.get(deviceId) ?? []).entries()) {
        const row = batch.length++;
        batch.channelId[row] = channelId;
        batch.tsUs[row] = START_US + day * DAY_US;
        batch.value[row] = value;
        batch.receivedAtUs[row] = START_US + day * DAY_US;
      }
    await createTimescaleStore(pool).write(client, batch);
  });
}

const COLUMNS = [
  'relative_drift_per_year',
  'relative_drift_per_year_se',
  'relative_drift_per_1000_m3',
  'relative_drift_per_1000_m3_se',
  'relative_homes',
  'relative_minimum_detectable',
  'relative_posterior_per_year',
  'relative_posterior_per_year_se',
  'relative_posterior_per_1000_m3',
  'relative_posterior_per_1000_m3_se',
  'relative_exit_date',
  'relative_exit_date_earliest',
  'relative_exit_level_assumed',
] as const;

type Published = Record<
  Exclude<(typeof COLUMNS)[number], `relative_exit_${string}`>,
  number | null
> & {
  readonly relative_exit_date: string | null;
  readonly relative_exit_date_earliest: string | null;
  readonly relative_exit_level_assumed: boolean | null;
};

async function published(): Promise<Map<string, Published>> {
  const { rows } = await database.servicePool.query(
    `SELECT lot, ${COLUMNS.join(', ')} FROM lot_health WHERE tenant = $1 ORDER BY lot`,
    [TENANT],
  );
  return new Map(rows.map(({ lot, ...row }) => [lot, row]));
}

async function analyzed(asOfUs?: number) {
  await runAnalysis({
    pool: database.servicePool,
    store: createTimescaleStore(database.servicePool),
    tenant: TENANT,
    asOfUs,
  });
  return published();
}

/** Since the end of the data. */
const years = (date: string | null | undefined): number =>
  (Date.parse(date ?? '') * 1000 - (START_US + DAYS * DAY_US)) / (365.25 * DAY_US);

const NOTHING = Object.fromEntries(COLUMNS.map((column) => [column, null]));
const lotOf = (kind: string, model: string): string =>
  `${kind.toUpperCase()}|ACME|${model}|2|2.5|2019`;

describe('the whole window', () => {
  let whole: Awaited<ReturnType<typeof published>>;
  beforeAll(async () => {
    whole = await analyzed();
  });

  test.each(KINDS)(
    'a lot that loses 12 % a year is told from its neighbours, and one of few homes is not: $kind',
    ({ kind }) => {
      const losing = whole.get(lotOf(kind, 'LOSING'));
      const steady = whole.get(lotOf(kind, 'STEADY'));
      const estimate = losing?.relative_drift_per_year ?? NaN;
      const se = losing?.relative_drift_per_year_se ?? NaN;
      expect(Math.abs(estimate - Math.log(1 - LOSS))).toBeLessThan(1.96 * se);
      expect(estimate).toBeLessThan(-2.5 * se);
      // 8 % over the root of 30, of two lots, and what weeks scatter
      expect(se).toBeLessThan(0.05);
      expect(losing?.relative_minimum_detectable).toBeCloseTo(2.925 * se, 6);
      expect(losing?.relative_homes).toBe(HOMES.LOSING);
      expect(steady?.relative_drift_per_year).toBeGreaterThan(0);
      expect(whole.get(lotOf(kind, 'FEW'))).toEqual(NOTHING);
    },
  );

  test('what passes is stated of water meters alone', () => {
    const water = whole.get(lotOf('water_meter', 'LOSING'));
    expect(water?.relative_drift_per_1000_m3).toBeLessThan(0);
    expect(water?.relative_drift_per_1000_m3_se).toBeGreaterThan(0);
    expect(whole.get(lotOf('electricity_meter', 'LOSING'))).toMatchObject({
      relative_drift_per_1000_m3: null,
      relative_drift_per_1000_m3_se: null,
    });
  });

  test('a lot of water meters has a posterior and an exit date, and its meters are told', async () => {
    const losing = whole.get(lotOf('water_meter', 'LOSING'));
    const [mean, se] = [
      losing?.relative_posterior_per_year ?? NaN,
      losing?.relative_posterior_per_year_se ?? NaN,
    ];
    // it leans on what lots do: nearer to nothing than what its own homes say
    expect(Math.abs(mean)).toBeLessThan(Math.abs(losing?.relative_drift_per_year ?? NaN));
    expect(se).toBeLessThan(0.05);
    expect(mean).toBeLessThan(-1.96 * se);
    expect(losing?.relative_posterior_per_1000_m3).toBeLessThan(0);
    expect(losing?.relative_posterior_per_1000_m3_se).toBeGreaterThan(0);
    // from no error at the end of the data, at the limit of class 2
    expect(losing?.relative_exit_level_assumed).toBe(true);
    expect(Math.abs(years(losing?.relative_exit_date) - 0.05 / Math.abs(mean))).toBeLessThan(0.02);
    expect(years(losing?.relative_exit_date_earliest)).toBeLessThan(0.05 / Math.abs(mean));
    expect(years(losing?.relative_exit_date_earliest)).toBeGreaterThan(0);
    const { rows } = await database.servicePool.query(
      `SELECT d.model, count(*)::int AS meters,
              count(*) FILTER (WHERE h.evidence @> '[{"code":"lot_usage_trend"}]')::int AS told
         FROM health h JOIN devices d USING (tenant, device_id)
        WHERE h.tenant = $1 AND d.kind = 'water_meter' AND d.model <> 'STEADY' GROUP BY 1 ORDER BY 1`,
      [TENANT],
    );
    expect(rows).toEqual([
      { model: 'FEW', meters: HOMES.FEW, told: 0 },
      { model: 'LOSING', meters: HOMES.LOSING, told: HOMES.LOSING },
    ]);
  });

  test('a lot of electricity meters has neither', () => {
    expect(whole.get(lotOf('electricity_meter', 'LOSING'))).toMatchObject({
      relative_posterior_per_year: null,
      relative_exit_date: null,
      relative_exit_level_assumed: null,
    });
  });

  test('a night says the same of lots', async () => {
    await database.servicePool.query('DELETE FROM lot_health WHERE tenant = $1', [TENANT]);
    const night = await runNight({
      databaseUrl: database.url,
      readingStore: AUTO,
      tenant: TENANT,
      directory,
    });
    expect(night).toMatchObject({ areas: 1 });
    expect(await published()).toEqual(whole);
  });
});

test('less than a quarter between the ends says nothing', async () => {
  const found = await analyzed(START_US + 120 * DAY_US);
  for (const { kind } of KINDS) expect(found.has(lotOf(kind, 'LOSING'))).toBe(true);
  expect(found.get(lotOf('electricity_meter', 'LOSING'))).toEqual(NOTHING);
  const early = await analyzed(START_US + 60 * DAY_US);
  expect(early.get(lotOf('water_meter', 'LOSING'))).toEqual(NOTHING);
});

test('a meter that was verified within the window is not compared across it', async () => {
  const pool = database.servicePool;
  await pool.query(
    `UPDATE devices SET verified_on = '2026-06-01' WHERE tenant = $1 AND device_id LIKE 'e-LOSING-0%'`,
    [TENANT],
  );
  const found = await analyzed();
  expect(found.get(lotOf('electricity_meter', 'LOSING'))?.relative_homes).toBe(HOMES.LOSING - 10);
});
