import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AUTO } from '@verimeter/open-store';
import { createReadingBatch } from '@verimeter/reading-store';
import { ensureChannels, ensureTenant, timestamptz, withTransaction } from '@verimeter/registry';
import { createLogger, createMetrics } from '@verimeter/service-runtime';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAnalysis } from '../src/index.ts';
import { analyzeTenant } from '../src/lib/analyze-tenant.ts';
import { nightProgress } from '../src/lib/night-progress.ts';

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-devices-'));
});
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

const START_US = Date.UTC(2026, 7, 3) * 1000; // a Monday
const STEP_US = 900e6;
const PER_DAY = 96;
const DAYS = 30;
const COUNT = DAYS * PER_DAY + 1;

/** In [0, 1), the same at every run. */
const draw = (...keys: number[]): number => {
  let hash = 17;
  for (const key of keys) hash = Math.imul(hash ^ (key + 0x9e37), 0x85ebca6b) ^ (hash >>> 13);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};
const round = (value: number, step: number): number => Math.round(value / step) * step;

/** W of a home in a quarter of an hour. */
const watts = (home: number, k: number): number =>
  60 + (k % 5 < 2 ? 120 : 0) + (draw(home, k) < 0.15 ? 2400 * draw(home, k, 1) : 0);

interface Series {
  readonly deviceId: string;
  readonly quantity: string;
  readonly unit: string;
  readonly value: (k: number) => number;
  readonly shiftUs?: number;
}

/** Channels of a single-phase meter that sends all it measures. `phase`: share of the current that its phase input sees. */
function channels(
  deviceId: string,
  home: number,
  more: { readonly phase?: number; readonly stopsAt?: number; readonly shiftUs?: number } = {},
): Series[] {
  const { phase = 1, stopsAt = Infinity, shiftUs = 0 } = more;
  const counts = new Float64Array(COUNT);
  for (let k = 1; k < COUNT; k += 1)
    counts[k] = (counts[k - 1] ?? 100) + (k > stopsAt ? 0 : (phase * watts(home, k)) / 4000);
  const volts = (k: number): number => round(230 + 3 * draw(home, k, 2), 0.1);
  const amperes = (k: number): number => watts(home, k) / volts(k);
  const of = (quantity: string, unit: string, value: (k: number) => number): Series => ({
    deviceId,
    quantity,
    unit,
    value,
    shiftUs,
  });
  return [
    of('active_energy_import', 'kW.h', (k) => round(counts[k] ?? 0, 0.001)),
    of('active_power', 'W', (k) => round(phase * watts(home, k), 1)),
    of('power_factor', '1', () => 1),
    of('voltage_l1', 'V', volts),
    of('current_l1', 'A', (k) => round(phase * amperes(k), 0.01)),
    of('current_n', 'A', (k) => round(amperes(k), 0.01)),
  ];
}

async function store(tenant: string, series: readonly Series[], points = COUNT, stepUs = STEP_US) {
  const pool = database.servicePool;
  await withTransaction(pool, async (client) => {
    const known = await ensureChannels(
      client,
      series.map(({ deviceId, quantity, unit }) => ({ tenant, deviceId, quantity, unit })),
    );
    const idOf = new Map(known.map((one) => [`${one.deviceId}/${one.quantity}`, one.channelId]));
    for (const one of series) {
      const batch = createReadingBatch(points);
      for (let k = 0; k < points; k += 1) {
        batch.channelId[k] = idOf.get(`${one.deviceId}/${one.quantity}`) ?? 0;
        batch.tsUs[k] = START_US + k * stepUs + (one.shiftUs ?? 0);
        batch.value[k] = one.value(k);
        batch.receivedAtUs[k] = START_US;
        batch.length = k + 1;
      }
      // oxlint-disable-next-line no-await-in-loop -- one connection
      await createTimescaleStore(pool).write(client, batch);
    }
  });
}

const addMeters = (tenant: string, ids: readonly string[]): Promise<unknown> =>
  database.servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, accuracy_class)
     SELECT $1, unnest($2::text[]), 'electricity_meter', '1'`,
    [tenant, ids],
  );
const analyze = (tenant: string, asOfUs?: number) =>
  runAnalysis({
    pool: database.servicePool,
    store: createTimescaleStore(database.servicePool),
    tenant,
    asOfUs,
  });

interface Said {
  readonly device_id: string;
  readonly indication: string;
  readonly recommendation: string;
  readonly error_estimate: number | null;
  readonly model_version: string;
  readonly evidence: readonly { readonly code: string; readonly values: object }[];
}
const readSaid = async (tenant: string): Promise<Map<string, Said>> => {
  const { rows } = await database.servicePool.query<Said>(
    `SELECT device_id, indication, recommendation, error_estimate, model_version, evidence
       FROM health WHERE tenant = $1 ORDER BY device_id`,
    [tenant],
  );
  return new Map(rows.map((row) => [row.device_id, row]));
};
const short = ({ indication, recommendation, evidence }: Said): unknown[] => [
  indication,
  recommendation,
  ...evidence.map(({ code }) => code),
];

test('meters of a tenant without any group answer for themselves', async () => {
  const tenant = 'alone';
  const pool = database.servicePool;
  await ensureTenant(pool, tenant);
  const ids = ['bypass', 'event', 'hourly', 'odd-times', 'ok', 'stopped', 'only-event'];
  await addMeters(tenant, ids);
  await store(tenant, [
    ...channels('ok', 1),
    ...channels('bypass', 2, { phase: 0.6 }),
    ...channels('stopped', 3, { stopsAt: 25 * PER_DAY }),
    ...channels('event', 4),
    // reads seven minutes and some seconds after the quarter
    ...channels('odd-times', 5, { phase: 0.6, shiftUs: 433e6 }),
    { deviceId: 'only-event', quantity: 'active_energy_import', unit: 'kW.h', value: (k) => k },
  ]);
  const hourly = channels('hourly', 6, { phase: 0.6 }).map((one) => ({
    ...one,
    value: (k: number) => one.value(4 * k),
  }));
  await store(tenant, hourly, DAYS * 24 + 1, 4 * STEP_US);
  await pool.query(
    `INSERT INTO device_events (tenant, device_id, ts, event, state, received_at) VALUES
       ($1, 'event', $2, 'cover_open', 'active', now()), ($1, 'only-event', $2, '0.12.66.242', 'past', now()),
       ($1, 'ok', $3, 'cover_open', 'active', now())`,
    [tenant, timestamptz(START_US + 20 * 86_400e6), timestamptz(START_US + 40 * 86_400e6)],
  );
  await analyze(tenant);
  const said = await readSaid(tenant);
  expect(Object.fromEntries([...said].map(([id, row]) => [id, short(row)]))).toEqual({
    bypass: ['tamper_or_fault', 'inspect', 'phase_neutral'],
    event: ['tamper_or_fault', 'inspect', 'event_cover_open_active'],
    hourly: ['tamper_or_fault', 'inspect', 'phase_neutral'],
    'odd-times': ['tamper_or_fault', 'inspect', 'phase_neutral'],
    ok: ['no_reference', 'none'],
    'only-event': ['tamper_or_fault', 'inspect', 'event_magnetic_field'],
    stopped: ['stopped', 'inspect', 'zero_run'],
  });
  expect(said.get('bypass')?.error_estimate).toBeNull();
  expect(said.get('bypass')?.model_version).toContain('+devices-');
  // before its seal was broken, as of that day
  await analyze(tenant, START_US + 15 * 86_400e6);
  const before = await readSaid(tenant);
  expect(before.get('event')?.indication).toBe('no_reference');
  expect(before.get('stopped')?.indication).toBe('no_reference');
  expect(before.get('bypass')?.indication).toBe('tamper_or_fault');
});

/** c-03: a current transformer of the neutral that shows half; c-07: a voltage input that shows 8 % more. Their energy is right. */
const GAINS = new Map([
  ['c-03/current_n', 0.5],
  ['c-07/voltage_l1', 1.08],
]);
const faulty = (one: Series): Series => {
  const gain = GAINS.get(`${one.deviceId}/${one.quantity}`);
  return gain === undefined ? one : { ...one, value: (k) => gain * one.value(k) };
};
/** Two of the meters in the group send all they measure, the others their registers and voltages. */
const isSent = ({ deviceId, quantity }: Series): boolean =>
  ['c-03', 'c-05'].includes(deviceId) || ['active_energy_import', 'voltage_l1'].includes(quantity);
const words = (said: Map<string, Said>): unknown[] => [...said.values()].map((row) => short(row));

test('in a group the balance goes first; a night says the same as a full analysis', async () => {
  const tenant = 'grouped';
  const pool = database.servicePool;
  await ensureTenant(pool, tenant);
  const homes = Array.from({ length: 12 }, (_, home) => `c-${String(home).padStart(2, '0')}`);
  await addMeters(tenant, [...homes, 'lone', 'supply']);
  await pool.query(
    `INSERT INTO groups (tenant, group_id, kind) VALUES ($1, 'A', 'electricity_area')`,
    [tenant],
  );
  await pool.query(
    `INSERT INTO members (tenant, group_id, device_id, role)
     SELECT $1, 'A', id, CASE id WHEN 'supply' THEN 'supply' ELSE 'consumer' END FROM unnest($2::text[]) id`,
    [tenant, [...homes, 'supply']],
  );
  const sums = new Float64Array(COUNT);
  for (let k = 1; k < COUNT; k += 1)
    sums[k] =
      (sums[k - 1] ?? 0) +
      (1.01 * homes.reduce((sum, _id, home) => sum + watts(home, k), 0)) / 4000;
  await store(tenant, [
    ...homes.flatMap((id, home) => channels(id, home).filter(isSent)).map(faulty),
    ...channels('lone', 40, { phase: 0.5 }),
    ...channels('supply', 41, { phase: 0.5 }).filter(({ unit }) => unit !== 'kW.h'),
    {
      deviceId: 'supply',
      quantity: 'active_energy_import',
      unit: 'kW.h',
      value: (k) => round(sums[k] ?? 0, 0.01),
    },
  ]);
  await analyze(tenant);
  const full = await readSaid(tenant);
  expect(full.get('c-03')).toMatchObject({
    indication: 'tamper_or_fault',
    recommendation: 'inspect',
  });
  expect(full.get('c-03')?.error_estimate).not.toBeNull();
  expect(full.get('lone')?.indication).toBe('tamper_or_fault');
  // what others are compared with keeps its answer
  expect(full.get('supply')).toMatchObject({ indication: 'no_reference', recommendation: 'none' });
  expect(full.get('supply')?.evidence.map(({ code }) => code)).toContain('phase_neutral');
  expect(homes.filter((id) => full.get(id)?.indication === 'tamper_or_fault')).toEqual([
    'c-03',
    'c-07',
  ]);
  expect(full.get('c-07')?.evidence.map(({ code }) => code)).toContain('group_voltage');

  await pool.query('DELETE FROM health WHERE tenant = $1', [tenant]);
  const log = createLogger('analytics', 'info', { destination: { write: () => undefined } });
  await analyzeTenant({
    pool,
    store: createTimescaleStore(pool),
    tenant,
    config: { databaseUrl: database.url, readingStore: AUTO, nightDirectory: directory },
    log,
    progress: nightProgress(createMetrics('analytics'), log),
    signal: new AbortController().signal,
    nightFrom: 1,
  });
  const night = await readSaid(tenant);
  expect(words(night)).toEqual(words(full));
  expect(night.get('lone')).toEqual(full.get('lone'));
}, 120_000);

test('a consumption that changed against the other customers is told without an error', async () => {
  const tenant = 'homes';
  const pool = database.servicePool;
  await ensureTenant(pool, tenant);
  const days = 30 * 7;
  const homes = Array.from({ length: 24 }, (_, home) => `h-${String(home).padStart(2, '0')}`);
  await addMeters(tenant, homes);
  const series = homes.map((deviceId, home): Series => {
    const counts = new Float64Array(days * 24 + 1);
    for (let k = 1; k < counts.length; k += 1) {
      const changed = deviceId === 'h-07' && k > 20 * 7 * 24 ? 0.4 : 1;
      counts[k] = (counts[k - 1] ?? 0) + changed * (0.1 + draw(home, k));
    }
    return {
      deviceId,
      quantity: 'active_energy_import',
      unit: 'kW.h',
      value: (k) => round(counts[k] ?? 0, 0.01),
    };
  });
  await store(tenant, series, days * 24 + 1, 4 * STEP_US);
  await analyze(tenant);
  const said = await readSaid(tenant);
  const changed = [...said.values()].filter(({ indication }) => indication !== 'no_reference');
  expect(changed).toMatchObject([
    {
      device_id: 'h-07',
      indication: 'consumption_changed',
      recommendation: 'none',
      error_estimate: null,
      evidence: [{ code: 'electricity_use_changed', values: { at: '2026-12-21', weeks: 10 } }],
    },
  ]);
  const { rows } = await pool.query('SELECT 1 FROM findings WHERE tenant = $1', [tenant]);
  expect(rows).toEqual([]);
});
