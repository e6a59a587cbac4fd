import { type TestDatabase, createTestDatabase, healthRow } from '@verimeter/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type FindingRow,
  type HealthRow,
  type Pool,
  type Publication,
  enterVerification,
  publishHealth,
  settleVerifications,
  startRun,
  upsertFindings,
  withTransaction,
} from '../src/index.ts';
import { newTenant } from './new-tenant.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.servicePool;
});
afterAll(() => database.drop());

let tenant = '';
beforeEach(async () => {
  tenant = await newTenant(pool);
});

const HOUR_US = Date.UTC(2026, 10, 24, 4) * 1000;

const healthOf = (deviceId: string, more: Partial<HealthRow> = {}): HealthRow =>
  healthRow({ deviceId, asOfUs: HOUR_US, ...more });

const run = (): Promise<number> =>
  startRun(pool, { tenant, asOfUs: null, modelVersion: 'model-1', configuration: { rule: 1 } });

const devicesOf = async (table: string): Promise<string[]> => {
  const result = await pool.query<{ device_id: string }>(
    `SELECT device_id FROM ${table} WHERE tenant = $1 ORDER BY device_id`,
    [tenant],
  );
  return result.rows.map((row) => row.device_id);
};

const publish = async (rows: readonly HealthRow[], replace: 'all' | 'listed'): Promise<void> => {
  const runId = await run();
  await withTransaction(pool, (client) =>
    publishHealth(client, {
      tenant,
      runId,
      health: rows,
      history: rows.map(({ deviceId, quantity }) => ({
        deviceId,
        quantity,
        asOfUs: HOUR_US,
        errorEstimate: 0.1 + 0.2,
        intervalLow: null,
        intervalHigh: null,
      })),
      groups: [],
      replace,
    }),
  );
};

describe('published health', () => {
  test('keeps every field to the last bit', async () => {
    const estimate = 0.1 + 0.2;
    await publish(
      [
        healthOf('m1', {
          errorEstimate: estimate,
          exitDateMedian: '2027-03-01',
          evidence: [{ code: 'drift', values: { weeks: 5, of: 'm2' } }],
        }),
      ],
      'all',
    );
    const stored = await pool.query(
      `SELECT error_estimate, "limit", exit_date_median, valid_until, as_of, evidence, standard_error
         FROM health WHERE tenant = $1`,
      [tenant],
    );
    expect(stored.rows).toEqual([
      {
        error_estimate: estimate,
        limit: 0.01,
        exit_date_median: '2027-03-01',
        valid_until: '2030-12-31',
        as_of: HOUR_US,
        evidence: [{ code: 'drift', values: { weeks: 5, of: 'm2' } }],
        standard_error: null,
      },
    ]);
  });

  test('a new run replaces all rows, or those of its devices', async () => {
    await publish([healthOf('m1'), healthOf('m2')], 'all');
    await publish([healthOf('m2'), healthOf('m3')], 'listed');
    expect(await devicesOf('health')).toEqual(['m1', 'm2', 'm3']);
    await publish([healthOf('m3')], 'all');
    expect(await devicesOf('health')).toEqual(['m3']);
    expect(await devicesOf('health_history')).toEqual(['m3']);
  });

  test('of a history that stands up to an instant only later points are replaced', async () => {
    const point = (deviceId: string, hour: number, errorEstimate: number) => ({
      deviceId,
      quantity: '',
      asOfUs: hour * HOUR_US,
      errorEstimate,
      intervalLow: null,
      intervalHigh: null,
    });
    const publishHistory = async (
      history: readonly ReturnType<typeof point>[],
      more: Pick<Publication, 'replace' | 'historyUntil'>,
    ): Promise<void> => {
      const runId = await run();
      const health = ['m1', 'm2'].map((id) => healthOf(id));
      await withTransaction(pool, (client) =>
        publishHealth(client, { tenant, runId, health, history, groups: [], ...more }),
      );
    };
    await publishHistory(
      [1, 2, 3].flatMap((hour) => [point('m1', hour, 1), point('m2', hour, 1)]),
      {
        replace: 'all',
      },
    );
    await publishHistory(
      [2, 4].flatMap((hour) => [point('m1', hour, 2), point('m2', hour, 2)]),
      {
        replace: 'listed',
        historyUntil: new Map([['m1', 2 * HOUR_US]]),
      },
    );
    const stored = await pool.query<{ device_id: string; as_of: number; error_estimate: number }>(
      'SELECT device_id, as_of, error_estimate FROM health_history WHERE tenant = $1 ORDER BY device_id, as_of',
      [tenant],
    );
    expect(
      stored.rows.map((row) => [row.device_id, row.as_of / HOUR_US, row.error_estimate]),
    ).toEqual([
      ['m1', 1, 1],
      ['m1', 2, 1],
      ['m1', 4, 2],
      ['m2', 2, 2],
      ['m2', 4, 2],
    ]);
  });
});

const finding = (more: Partial<FindingRow> = {}): FindingRow => ({
  tenant,
  deviceId: 'm1',
  groupId: null,
  quantity: 'active_energy_import',
  indication: 'drift_likely',
  recommendation: 'reverify',
  groupStatus: null,
  asOfUs: HOUR_US,
  evidence: [],
  ...more,
});

const setStatus = (status: string): Promise<unknown> =>
  pool.query('UPDATE findings SET status = $2, comment = $3 WHERE tenant = $1', [
    tenant,
    status,
    'seen',
  ]);

const statuses = async (): Promise<unknown[]> => {
  const result = await pool.query(
    'SELECT status, comment, indication FROM findings WHERE tenant = $1 ORDER BY id',
    [tenant],
  );
  return result.rows;
};

describe('findings', () => {
  test('a finding is opened once; the same statement again changes nothing', async () => {
    expect(await upsertFindings(pool, [finding()])).toMatchObject([
      { deviceId: 'm1', created: true },
    ]);
    expect(await upsertFindings(pool, [finding()])).toEqual([]);
  });

  test('a live finding takes over the new statement and keeps status and comment', async () => {
    await upsertFindings(pool, [finding()]);
    await setStatus('acknowledged');
    expect(await upsertFindings(pool, [finding({ indication: 'tamper_or_fault' })])).toMatchObject([
      { created: false },
    ]);
    expect(await statuses()).toEqual([
      { status: 'acknowledged', comment: 'seen', indication: 'tamper_or_fault' },
    ]);
  });

  test('a dismissed statement does not come back, another statement does', async () => {
    await upsertFindings(pool, [finding()]);
    await setStatus('dismissed');
    expect(await upsertFindings(pool, [finding({ asOfUs: HOUR_US + 1 })])).toEqual([]);
    expect(await upsertFindings(pool, [finding({ indication: 'stopped' })])).toHaveLength(1);
    expect(await statuses()).toMatchObject([{ status: 'dismissed' }, { status: 'open' }]);
  });

  test('after a verification the same statement opens a new finding', async () => {
    await upsertFindings(pool, [finding()]);
    await setStatus('verified');
    expect(await upsertFindings(pool, [finding()])).toMatchObject([{ created: true }]);
  });

  test('data of before a verification does not open again what the record answered', async () => {
    await upsertFindings(pool, [finding()]);
    const recordId = await enterVerification(
      pool,
      tenant,
      {
        deviceId: 'm1',
        verifiedOn: '2026-11-25',
        certificateNo: '',
        kind: 'periodic',
        result: 'fail',
        body: null,
        validUntil: null,
        validUntilPrecision: 'day',
        mark: null,
        sealNo: null,
        procedure: null,
        details: {},
        points: [],
      },
      { id: 'k', name: null },
    );
    expect(
      await settleVerifications(pool, tenant, [recordId], { id: 'k', name: null }),
    ).toHaveLength(1);
    expect(await statuses()).toMatchObject([{ status: 'verified' }]);
    const midnightUs = Date.UTC(2026, 10, 24, 17) * 1000; // in Vietnam
    expect(await upsertFindings(pool, [finding({ asOfUs: midnightUs })])).toEqual([]);
    expect(await upsertFindings(pool, [finding({ asOfUs: midnightUs + 1 })])).toMatchObject([
      { created: true },
    ]);
    // The second one was opened by data of the day itself, which the record answers as well.
    await settleVerifications(pool, tenant, [recordId], { id: 'k', name: null });
    expect(await statuses()).toMatchObject([{ status: 'verified' }, { status: 'verified' }]);
  });
});
