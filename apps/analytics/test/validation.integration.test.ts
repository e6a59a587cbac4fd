import { createReadingBatch } from '@verimeter/reading-store';
import {
  addRuleSet,
  editValue,
  ensureChannels,
  ensureTenant,
  withTransaction,
} from '@verimeter/registry';
import { createTestDatabase, type TestDatabase } from '@verimeter/test-support';
import { DEFAULT_VALIDATION_RULES, type ValueEdit } from '@verimeter/telemetry';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookForValidation, runValidation } from '../src/index.ts';

const QUANTITY = 'active_energy_import';
const QUARTER_US = 900e6;
const DAY_US = 86_400e6;
const START_US = Date.UTC(2026, 4, 4) * 1000; // a Monday

let database: TestDatabase;
let store: ReturnType<typeof createTimescaleStore>;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createTimescaleStore(database.servicePool);
});
afterAll(() => database.drop());

const at = (k: number): number => START_US + k * QUARTER_US;
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, k) => from + k);
const DAY = 96;
/** kW.h of the quarter-hour that ends at k: more in the evening, never the same twice in a row. */
const amount = (k: number): number => {
  const hour = (k % DAY) / 4;
  return (
    Math.round(1000 * (0.1 + (hour > 17 && hour < 23 ? 0.3 : 0) + 0.05 * ((k * 7) % 5))) / 1000
  );
};
const total: number[] = [100];
for (let k = 1; k <= 70 * DAY; k++) total.push((total[k - 1] ?? 0) + amount(k));
const counts = (k: number): number => Math.round(1000 * (total[k] ?? 0)) / 1000;
/** The register as if it had not counted from `from` to `to`. */
const stood =
  (from: number, to: number) =>
  (k: number): number =>
    k < from ? counts(k) : k < to ? counts(from) : counts(from) + counts(k) - counts(to);

interface ExceptionRow {
  rule: string;
  ts: number;
  until_ts: number;
  rules_version: number;
  severity: string;
  value: number | null;
}
interface ValueRow {
  ts: number;
  version: number;
  value: number;
  method: string;
  superseded: boolean;
}

/** A tenant with a meter. */
async function tenantOf(tenant: string) {
  const { servicePool: pool } = database;
  await ensureTenant(pool, tenant);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind, nominal, phases) VALUES ($1, 'm', 'electricity_meter', '5(60)', 1)`,
    [tenant],
  );
  const [channel] = await ensureChannels(pool, [
    { tenant, deviceId: 'm', quantity: QUANTITY, unit: 'kW.h' },
  ]);
  const channelId = channel?.channelId ?? 0;
  return {
    pool,
    channelId,
    async store(ks: readonly number[], value: (k: number) => number = counts): Promise<void> {
      const batch = createReadingBatch(ks.length);
      ks.forEach((k, index) => {
        batch.channelId[index] = channelId;
        batch.tsUs[index] = at(k);
        batch.value[index] = value(k);
        batch.receivedAtUs[index] = Date.now() * 1000;
      });
      batch.length = ks.length;
      await withTransaction(pool, (client) => store.write(client, batch));
    },
    look: () => lookForValidation({ pool, store, tenant }),
    run: (period: { fromUs: number; toUs?: number; nowUs?: number }) =>
      runValidation({ pool, store, tenant, ...period }),
    /** Without the gap that goes on since the last reading, which was months ago. */
    async exceptions(): Promise<unknown[]> {
      const { rows } = await pool.query<ExceptionRow>(
        `SELECT rule, ts, until_ts, rules_version, severity, value FROM validation_exceptions
          WHERE channel_id = $1 AND until_ts < '2026-08-01Z' ORDER BY ts, rule`,
        [channelId],
      );
      return rows.map(({ rule, ts, until_ts, rules_version, severity, value }) => [
        rule,
        (ts - START_US) / QUARTER_US,
        (until_ts - START_US) / QUARTER_US,
        severity,
        rules_version,
        value === null ? null : Math.round(value * 1000) / 1000,
      ]);
    },
    async values(): Promise<ValueRow[]> {
      const { rows } = await pool.query<ValueRow>(
        `SELECT ts, version, value, method, superseded_at IS NOT NULL AS superseded FROM value_versions
          WHERE channel_id = $1 ORDER BY ts, version`,
        [channelId],
      );
      return rows;
    },
    rules: (rules: object, effectiveFrom: string | null) =>
      withTransaction(pool, (client) =>
        addRuleSet(client, tenant, DEFAULT_VALIDATION_RULES, {
          change: () => ({ ...DEFAULT_VALIDATION_RULES, ...rules }),
          effectiveFrom,
          changedBy: 'test',
          reason: 'a test',
        }),
      ),
  };
}

describe('validation of stored readings', () => {
  test('finds nothing in a meter that counts, and says so once', async () => {
    const meter = await tenantOf('good');
    await meter.store(range(0, 40 * DAY + 1));
    await meter.look();
    expect(await meter.exceptions()).toEqual([]);
    expect(await meter.look()).toBe(0);
  });

  test('finds a day without usage, a gap and a register that stands', async () => {
    const meter = await tenantOf('bad');
    const from = 30 * DAY;
    await meter.store(
      range(0, 50 * DAY + 1).filter((k) => k <= 20 * DAY || k > 20 * DAY + 8),
      stood(from, from + 9 * DAY),
    );
    await meter.look();
    expect(await meter.exceptions()).toEqual([
      ['gap', 20 * DAY, 20 * DAY + 9, 'info', 1, 2.25],
      ['consecutive_zero', from + 1, from + 9 * DAY, 'warning', 1, 216],
      ...range(30, 33).map((day) => ['zero', day * DAY + 1, (day + 1) * DAY, 'info', 1, 0]),
    ]);
  });

  test('comes out the same whether days were validated one by one or at once', async () => {
    const [once, daily] = [await tenantOf('once'), await tenantOf('daily')];
    const value = stood(30 * DAY + 40, 55 * DAY + 11);
    const ks = range(0, 60 * DAY + 1).filter((k) => k % 500 > 20 && k % 1100 !== 7);
    await once.store(ks, value);
    await daily.store(ks, value);
    await once.run({ fromUs: -Infinity, nowUs: at(60 * DAY) });
    for (let day = 0; day < 60; day++) {
      // oxlint-disable-next-line no-await-in-loop
      await daily.run({ fromUs: at(day * DAY), nowUs: at((day + 1) * DAY) });
    }
    const found = await once.exceptions();
    expect(found.length).toBeGreaterThan(20);
    expect(await daily.exceptions()).toEqual(found);
    expect(await daily.values()).toEqual(await once.values());
    expect((await once.values()).length).toBeGreaterThan(100);
  });

  test('what goes on behind the end of a period that is validated again is not cut there', async () => {
    const meter = await tenantOf('period');
    const [from, to] = [20 * DAY + 40, 24 * DAY + 40];
    await meter.store(
      range(0, 60 * DAY + 1).filter((k) => k <= from || k >= to),
      stood(40 * DAY, 50 * DAY),
    );
    await meter.look();
    const [found, estimated] = [await meter.exceptions(), await meter.values()];
    expect(found).toContainEqual(['gap', from, to, 'warning', 1, 96]);
    expect(found).toContainEqual(['consecutive_zero', 40 * DAY + 1, 50 * DAY, 'warning', 1, 240]);
    expect(estimated).toHaveLength(to - from - 1);
    const { found: counted } = await meter.run({ fromUs: at(21 * DAY), toUs: at(22 * DAY) });
    expect(counted.map(({ rule }) => rule)).toEqual(['gap', 'prolonged_estimation']);
    await meter.run({ fromUs: at(44 * DAY), toUs: at(48 * DAY) });
    expect(await meter.exceptions()).toEqual(found);
    expect(await meter.values()).toEqual(estimated);
  });

  test('validates days again that a reading came late for', async () => {
    const meter = await tenantOf('late');
    const hole = range(20 * DAY + 1, 20 * DAY + 9);
    await meter.store(range(0, 40 * DAY + 1).filter((k) => !hole.includes(k)));
    await meter.look();
    expect(await meter.exceptions()).toEqual([['gap', 20 * DAY, 20 * DAY + 9, 'info', 1, 2.25]]);
    expect((await meter.values()).map(({ superseded }) => superseded)).toEqual(
      hole.map(() => false),
    );
    await meter.store(hole);
    await meter.look();
    expect(await meter.exceptions()).toEqual([]);
    expect((await meter.values()).map(({ superseded }) => superseded)).toEqual(
      hole.map(() => true),
    );
  });

  test('a new rule set holds for the days that it is made for, and names itself', async () => {
    const meter = await tenantOf('rules');
    const ks = range(0, 40 * DAY + 1).filter(
      (k) => k % (10 * DAY) < 9 * DAY || k % (10 * DAY) > 9 * DAY + 8,
    );
    await meter.store(ks);
    await meter.look();
    const gap = (day: number, severity: string, version: number) => [
      'gap',
      day * DAY - 1,
      day * DAY + 9,
      severity,
      version,
      2.5,
    ];
    expect(await meter.exceptions()).toEqual([9, 19, 29, 39].map((day) => gap(day, 'info', 1)));
    const { gap: rule } = DEFAULT_VALIDATION_RULES;
    const day = new Date((START_US + 25 * DAY_US) / 1000).toISOString().slice(0, 10);
    await meter.rules({ gap: { ...rule, warning_hours: 1 } }, day);
    await meter.look();
    expect(await meter.exceptions()).toEqual([
      gap(9, 'info', 1),
      gap(19, 'info', 1),
      gap(29, 'warning', 2),
      gap(39, 'warning', 2),
    ]);
    await meter.rules({ gap: { ...rule, enabled: false } }, null);
    await meter.look();
    // the latest day goes before the latest version
    expect(await meter.exceptions()).toEqual([gap(29, 'warning', 2), gap(39, 'warning', 2)]);
  });
});

test('what was found and estimated is removed once the readings of all days up to it are', async () => {
  const meter = await tenantOf('retained');
  const before = START_US - 3 * DAY_US;
  await meter.store(range(0, 20 * DAY + 1));
  await meter.look();
  // as if there had been readings before, which are gone, and one more day were over
  await meter.pool.query(
    `WITH own AS (SELECT tenant, channel_id, to_timestamp($1::float8 / 1e6) AS ts FROM channels WHERE tenant = 'retained'),
          exceptions AS (INSERT INTO validation_exceptions (tenant, channel_id, ts, until_ts, rules_version, rule, severity, code, marks)
                         SELECT tenant, channel_id, ts, ts, 1, 'zero', 'info', '3.6.1', true FROM own),
          corrections AS (INSERT INTO value_corrections (tenant, channel_id, from_ts, to_ts, version, gain, "offset", code, method, model)
                          SELECT tenant, channel_id, ts, ts + interval '1 hour', 1, 2, 0, '3.7.0', 'sensor_correction', 'm' FROM own)
     INSERT INTO value_versions (tenant, channel_id, ts, version, value, code, method, model, rules_version)
     SELECT tenant, channel_id, ts, 1, 1, '3.8.0', 'linear', 'm', 1 FROM own`,
    [before],
  );
  await meter.pool.query(
    `UPDATE validation_looks SET formed_until = formed_until - 1 WHERE tenant = 'retained'`,
  );
  await meter.look();
  expect(await meter.exceptions()).toEqual([]);
  expect(await meter.values()).toEqual([]);
  const { rows } = await meter.pool.query(
    `SELECT FROM value_corrections WHERE tenant = 'retained'`,
  );
  expect(rows).toEqual([]);
});

describe('estimates of missing intervals', () => {
  test('follow the weekday and end at the reading that follows', async () => {
    const meter = await tenantOf('estimates');
    const [from, to] = [30 * DAY + 20, 31 * DAY + 50];
    await meter.store(range(0, 40 * DAY + 1).filter((k) => k <= from || k >= to));
    await meter.look();
    const values = await meter.values();
    expect(values.map(({ ts }) => ts)).toEqual(range(from + 1, to).map(at));
    expect(new Set(values.map(({ method }) => method))).toEqual(new Set(['weekday_profile']));
    // of a load that repeats itself each week the profile is right
    for (const { ts, value } of values)
      expect(Math.abs(value - counts((ts - START_US) / QUARTER_US))).toBeLessThan(0.2);
    const all = [counts(from), ...values.map(({ value }) => value), counts(to)];
    expect(all.every((value, k) => k === 0 || value >= (all[k - 1] ?? 0))).toBe(true);
  });

  test('leave what a person filled in, and come back when that is undone', async () => {
    const meter = await tenantOf('edited');
    await meter.store(range(0, 20 * DAY + 1).filter((k) => k < 1000 || k > 1002));
    await meter.look();
    const before = await meter.values();
    const own = {
      tenant: 'edited',
      channelId: meter.channelId,
      tsUs: at(1001),
      nowUs: at(20 * DAY),
    };
    const said = { editedBy: 'k_1', reason: 'read off on site' };
    const edit = (more: Pick<ValueEdit, 'action' | 'value' | 'version'>) =>
      withTransaction(meter.pool, (client) =>
        editValue(client, { ...own, reading: undefined }, { ...said, ...more }),
      );
    expect(await edit({ action: 'fill', value: counts(1001) })).toMatchObject({ state: 'made' });
    // the days are validated again: a reading comes late, and the estimates beside it are other ones
    await meter.store([1002]);
    await meter.look();
    const inForce = async () => (await meter.values()).filter(({ superseded }) => !superseded);
    expect(await inForce()).toEqual([
      { ts: at(1000), version: 2, method: 'linear', superseded: false, value: expect.any(Number) },
      { ts: at(1001), version: 2, method: 'manual', superseded: false, value: counts(1001) },
    ]);
    expect(await edit({ action: 'undo', version: 2 })).toMatchObject({ state: 'made' });
    expect((await inForce())[1]).toMatchObject({ version: 3, value: before[1]?.value });
    await meter.run({ fromUs: START_US });
    // by then the estimate is another one than before the edit
    const [first, second] = await inForce();
    expect(second).toMatchObject({ version: 4, method: 'linear' });
    const step = (counts(1002) - counts(999)) / 3;
    expect(first?.value).toBeCloseTo(counts(999) + step, 5);
    expect(second?.value).toBeCloseTo(counts(999) + 2 * step, 5);
  });

  test('lie on a line in short gaps', async () => {
    const meter = await tenantOf('short');
    await meter.store(range(0, 20 * DAY + 1).filter((k) => k !== 1000 && k !== 1001));
    await meter.look();
    const step = (counts(1002) - counts(999)) / 3;
    const values = await meter.values();
    expect(values).toHaveLength(2);
    expect(values).toMatchObject([
      { ts: at(1000), version: 1, method: 'linear', superseded: false },
      { ts: at(1001), version: 1, method: 'linear', superseded: false },
    ]);
    expect(values.map(({ value }) => value)).toEqual([
      expect.closeTo(counts(999) + step, 5),
      expect.closeTo(counts(999) + 2 * step, 5),
    ]);
  });
});
