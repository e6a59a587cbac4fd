import { createHash, randomBytes } from 'node:crypto';
import {
  addToLedger,
  timestamptz,
  addToQuarantine,
  closeBatch,
  ensureChannels,
  ensureTenant,
  journalParameters,
  type ClassifiedClock,
  type HealthRow,
  publishHealth,
  replaceRegisterEvents,
  saveClocks,
  startRun,
  withTransaction,
} from '@verimeter/registry';
import { healthRow, type TestDatabase } from '@verimeter/test-support';
import { insertBalance, publishLot } from './seed-groups.ts';

export const TENANT = 'demo';
export const KEY = 'vm_key_of_the_browser_tests';
export const DRIFTING = 'E-0042';

const MINUTE_US = 60_000_000;
const DAY_US = 1440 * MINUTE_US;

/** What is published of each, where nothing else is said. */
const COMMON: Partial<HealthRow> = {
  evidenceDays: 63,
  groupId: 'TBA-01',
  groupStatus: 'ok',
  validUntil: '2029-05-01',
  modelVersion: 'electricity-1',
};

function estimated(error: number, se: number): Partial<HealthRow> {
  return {
    errorEstimate: error,
    standardError: se,
    intervalLow: error - 1.96 * se,
    intervalHigh: error + 1.96 * se,
  };
}

/** The answers of a small fleet, one of each kind that the list must show differently. */
export function fleetHealth(asOfUs: number): HealthRow[] {
  const row = (
    deviceId: string,
    indication: HealthRow['indication'],
    recommendation: HealthRow['recommendation'],
    claims: Partial<HealthRow> = {},
  ): HealthRow => healthRow({ ...COMMON, deviceId, asOfUs, indication, recommendation, ...claims });
  const healthy = Array.from({ length: 60 }, (_unused, index) =>
    row(`E-1${String(index).padStart(3, '0')}`, 'within_limits', 'none', {
      ...estimated(((index % 9) - 4) / 1500, 0.0019),
      probabilityOverLimit: 0.001,
      probabilityDrifted: 0.02 - index / 10_000,
      minimumDetectable: 0.0074,
    }),
  );
  return [
    ...healthy,
    row('E-0007', 'stopped', 'inspect'),
    row('E-0009', 'drift_possible', 'watch', {
      ...estimated(0.0121, 0.0031),
      probabilityOverLimit: 0.75,
      probabilityDrifted: 0.93,
      legalStatus: 'due_soon',
      validUntil: '2027-01-31',
    }),
    row('E-0031', 'not_resolvable', 'none', {
      ...estimated(0.004, 0.019),
      minimumDetectable: 0.06,
    }),
    row(DRIFTING, 'drift_likely', 'reverify', {
      evidence: [{ code: 'balance', values: { data_sd: 0.0025 } }],
      ...estimated(-0.0312, 0.0024),
      probabilityOverLimit: 0.999,
      probabilityOverInServiceLimit: 0.998,
      probabilityDrifted: 0.9994,
      legalStatus: 'expired',
      validUntil: '2025-05-01',
      driftPerYear: -0.018,
    }),
    row('SUPPLY-01', 'no_reference', 'none', {
      groupId: 'TBA-01',
      legalStatus: 'unknown',
      validUntil: null,
    }),
    row('W-0003', 'tamper_or_fault', 'inspect', {
      quantity: 'water_volume',
      limit: 0.05,
      inServiceLimit: 0.1,
      groupId: 'DMA-02',
      groupStatus: 'unregistered_consumer',
    }),
  ];
}

/** Right clocks but for two: one sends local time as UTC, one has no battery. */
function fleetClocks(health: readonly HealthRow[], asOfUs: number): ClassifiedClock[] {
  const right = { state: 'ok', offset: { seconds: -1, uncertainty: 1.5 } } as const;
  return health.map(({ deviceId }) => ({
    tenant: TENANT,
    deviceId,
    lastReceivedUs: asOfUs,
    clock: {
      ...(deviceId === DRIFTING
        ? {
            state: 'wrong_zone' as const,
            offset: { seconds: 25_199, uncertainty: 1.5 },
            zoneMinutes: 420,
          }
        : deviceId === 'W-0003'
          ? { state: 'unset' as const, offset: undefined }
          : right),
      sinceUs: asOfUs - 3 * DAY_US,
    },
  }));
}

async function insertRegistry(database: TestDatabase, rows: readonly HealthRow[]): Promise<void> {
  const { servicePool } = database;
  await ensureTenant(servicePool, TENANT);
  await servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, serial, manufacturer, model, accuracy_class, phases, built_year, verified_on, address)
     SELECT $1, id, CASE WHEN id LIKE 'W-%' THEN 'water_meter' ELSE 'electricity_meter' END,
            'SN' || id, 'Gelex', CASE WHEN id LIKE 'W-%' THEN 'GWM-15' ELSE 'CE-18' END,
            CASE WHEN id LIKE 'W-%' THEN '2' ELSE '1' END, 1, 2019, '2019-05-01', 'Phường Bãi Cháy, Hạ Long'
       FROM unnest($2::text[]) AS id`,
    [TENANT, rows.map((row) => row.deviceId)],
  );
  await servicePool.query(
    `INSERT INTO groups (tenant, group_id, kind, name, technical_loss)
     VALUES ($1, 'TBA-01', 'electricity_area', 'Bãi Cháy 4', 0.025), ($1, 'DMA-02', 'water_district', 'Hồng Gai', NULL)`,
    [TENANT],
  );
  await servicePool.query(
    `INSERT INTO members (tenant, group_id, device_id, role)
     SELECT $1, CASE WHEN id LIKE 'W-%' THEN 'DMA-02' ELSE 'TBA-01' END, id,
            CASE WHEN id LIKE 'SUPPLY%' THEN 'supply' ELSE 'consumer' END
       FROM unnest($2::text[]) AS id`,
    [TENANT, rows.map((row) => row.deviceId)],
  );
  await servicePool.query(
    `INSERT INTO api_keys (id, tenant, role, key_sha256) VALUES ('browser', $1, 'operator', $2)`,
    [TENANT, createHash('sha256').update(KEY).digest()],
  );
}

/** Ten days of quarter hours; a gap of six hours on the third last day, and a register that once shows 0 on the fifth. */
async function insertReadings(database: TestDatabase, nowUs: number): Promise<void> {
  const { servicePool } = database;
  const channels = await ensureChannels(servicePool, [
    { tenant: TENANT, deviceId: DRIFTING, quantity: 'active_energy_import', unit: 'kW.h' },
    { tenant: TENANT, deviceId: DRIFTING, quantity: 'voltage_l1', unit: 'V' },
    { tenant: TENANT, deviceId: DRIFTING, quantity: 'active_energy_export', unit: 'kW.h' },
  ]);
  const rest = channels.filter(({ quantity }) => quantity === 'active_energy_export');
  const start = Math.floor(nowUs / DAY_US) * DAY_US - 10 * DAY_US;
  const step = 15 * MINUTE_US;
  await servicePool.query(
    "SELECT ensure_reading_partitions(now() - interval '12 days', now() + interval '2 days')",
  );
  // A register beside the one that is judged, which stands still.
  for (const { channelId } of rest)
    await servicePool.query(
      `INSERT INTO readings (ts, received_at, value, channel_id)
       SELECT to_timestamp($1 / 1e6) + n * interval '1 day', now(), 3, $2 FROM generate_series(0, 9) AS n`,
      [start, channelId],
    );
  for (const channel of channels.filter((one) => !rest.includes(one))) {
    const at: string[] = [];
    const values: number[] = [];
    let register = 12_000;
    for (let ts = start; ts < nowUs - MINUTE_US; ts += step) {
      const hour = (ts % DAY_US) / (60 * MINUTE_US);
      const load = 0.1 + 0.35 * Math.max(0, Math.sin(((hour - 2) / 24) * 2 * Math.PI));
      register += load;
      const gapStart = start + 8 * DAY_US;
      if (ts > gapStart && ts < gapStart + 360 * MINUTE_US) continue;
      at.push(new Date(ts / 1000).toISOString());
      const isGlitch = ts === start + 4.5 * DAY_US;
      values.push(channel.quantity === 'voltage_l1' ? 236 - 12 * load : isGlitch ? 0 : register);
    }
    await servicePool.query(
      `INSERT INTO readings (ts, received_at, value, channel_id)
       SELECT ts, ts, value, $3 FROM unnest($1::timestamptz[], $2::float8[]) AS r (ts, value)`,
      [at, values, channel.channelId],
    );
  }
  await servicePool.query(
    `INSERT INTO validation_exceptions (tenant, channel_id, ts, until_ts, rules_version, rule, severity, code, marks, value, expected)
     SELECT $1, $2, to_timestamp($3 / 1e6), to_timestamp($3 / 1e6) + length, 1, rule, severity, code, true, value, expected
       FROM (VALUES ('high_usage', 'warning', '3.6.5', interval '1 day', 61.5, 8.25),
                    ('gap', 'info', '3.5.259', interval '6 hours', 6, 0.25)) AS found (rule, severity, code, length, value, expected)`,
    [TENANT, channels[0]?.channelId, start + 8 * DAY_US],
  );
  const tsUs = start + 4.5 * DAY_US;
  await replaceRegisterEvents(servicePool, TENANT, [
    {
      deviceId: DRIFTING,
      quantity: 'active_energy_import',
      fromUs: start,
      events: [
        {
          kind: 'glitch',
          certainty: 'likely',
          tsUs,
          value: 0,
          before: { tsUs: tsUs - step, value: 12_180.25 },
          after: { tsUs: tsUs + step, value: 12_180.75 },
          settledUs: tsUs + step,
        },
      ],
    },
  ]);
}

/** A tenant with a fleet, published answers, readings, an account and two rejected messages. */
export async function seed(database: TestDatabase): Promise<void> {
  const { servicePool } = database;
  const nowUs = Date.now() * 1000;
  const asOfUs = Math.floor(nowUs / DAY_US) * DAY_US;
  const health = fleetHealth(asOfUs);
  await insertRegistry(database, health);
  await insertReadings(database, nowUs);
  await insertBalance(database, TENANT, nowUs);
  await withTransaction(servicePool, async (client) => {
    const runId = await startRun(client, {
      tenant: TENANT,
      asOfUs,
      modelVersion: 'electricity-1',
      configuration: {},
    });
    const history = Array.from({ length: 9 }, (_unused, week) => {
      const error = -0.0312 * Math.min(1, (week + 1) / 6);
      const se = 0.0024 * Math.sqrt(9 / (week + 1));
      return {
        deviceId: DRIFTING,
        quantity: 'active_energy_import',
        asOfUs: asOfUs - (8 - week) * 7 * DAY_US,
        errorEstimate: error,
        intervalLow: error - 1.96 * se,
        intervalHigh: error + 1.96 * se,
      };
    });
    await publishHealth(client, {
      tenant: TENANT,
      runId,
      health,
      history,
      groups: [
        { groupId: 'TBA-01', asOfUs, status: 'ok', candidates: [], evidence: [] },
        {
          groupId: 'DMA-02',
          asOfUs,
          status: 'unregistered_consumer',
          candidates: [{ deviceId: 'E-0007', correlation: 0.83 }],
          evidence: [],
        },
      ],
      replace: 'all',
    });
    await publishLot(client, TENANT, runId, asOfUs);
    await addToLedger(client, [
      {
        tenant: TENANT,
        deviceId: DRIFTING,
        topic: null,
        receivedAtUs: nowUs - 60 * MINUTE_US,
        source: 'mqtt',
        received: 1204,
        stored: 1190,
        duplicate: 8,
        conflicting: 4,
        rejected: 2,
      },
      {
        tenant: TENANT,
        deviceId: null,
        topic: `verimeter/v1/${TENANT}/a-device-that-nobody-registered/readings`,
        receivedAtUs: nowUs - 60 * MINUTE_US,
        source: 'mqtt',
        received: 1,
        stored: 0,
        duplicate: 0,
        conflicting: 0,
        rejected: 1,
      },
    ]);
    await client.query(
      `UPDATE group_health SET late_noticed_at = now(), late_from = as_of - interval '9 days', late_received_at = now(), late_channels = 1
        WHERE group_id = 'TBA-01'`,
    );
    await saveClocks(client, fleetClocks(health, asOfUs));
    await client.query(
      `INSERT INTO message_floods VALUES
         ($1, 'E-0031', now() - interval '20 minutes', now() + interval '1 day', 61200, 101.5, 140),
         ($1, 'verimeter/v1', now() - interval '2 days', now() - interval '1 day', 9, 51, 51)`,
      [TENANT],
    );
    await addToQuarantine(client, [
      {
        tenant: TENANT,
        receivedAtUs: nowUs - 90 * MINUTE_US,
        source: 'mqtt',
        topic: 'meters/unknown/form',
        deviceId: null,
        reason: 'topic_mismatch',
        field: '',
        message: 'the topic does not start with verimeter/v1',
        payload: Buffer.from('{}'),
        rejected: 1,
      },
      {
        tenant: TENANT,
        receivedAtUs: nowUs - 60 * MINUTE_US,
        source: 'mqtt',
        topic: `verimeter/v1/${TENANT}/${DRIFTING}/readings`,
        deviceId: DRIFTING,
        reason: 'wrong_type',
        field: 'values.voltage_l1',
        message: 'values.voltage_l1 is the text "229.9"; send a JSON number.',
        payload: Buffer.from('{"ts":"2026-11-23T07:15:00Z","values":{"voltage_l1":"229.9"}}'),
        rejected: 1,
      },
    ]);
  });
}

/** One more reading of the drifting meter, stored and announced as the ingest service does. */
export async function addReading(database: TestDatabase, value: number): Promise<void> {
  const { servicePool } = database;
  const [channel] = await ensureChannels(servicePool, [
    { tenant: TENANT, deviceId: DRIFTING, quantity: 'active_energy_import', unit: 'kW.h' },
  ]);
  if (channel === undefined) throw new Error('no channel');
  const ms = Date.now();
  await withTransaction(servicePool, async (client) => {
    await client.query(
      'INSERT INTO readings (ts, received_at, value, channel_id) VALUES ($1, $1, $2, $3)',
      [new Date(ms), value, channel.channelId],
    );
    await closeBatch(client, {
      mark: randomBytes(16),
      atUs: ms * 1000,
      ledger: journalParameters([]),
      live: {
        tenants: [TENANT],
        ends: [1],
        channelIds: [channel.channelId],
        ts: [timestamptz(ms * 1000)],
        values: [value],
      },
    });
  });
}
