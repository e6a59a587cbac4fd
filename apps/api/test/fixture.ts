import { createHash, randomBytes } from 'node:crypto';
import { type Problem, type ProblemCode, PROBLEMS, problem } from '@verimeter/api-schema';
import { createLogger } from '@verimeter/service-runtime';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { expect } from 'vitest';
import type { z } from 'zod';
import { type ApiOptions, type RunningApi, startApi } from '../src/index.ts';

export interface Keys {
  readonly viewer: string;
  readonly operator: string;
  readonly admin: string;
  readonly device: string;
}

export interface Fixture {
  readonly database: TestDatabase;
  readonly api: RunningApi;
  /** Keys of the tenants `a` and `b`. */
  readonly keys: Readonly<Record<'a' | 'b', Keys>>;
  /** `path` below /api/v1, asked as viewer of tenant a unless a key (or null for none) is given. */
  request(path: string, options?: RequestOptions): Promise<Answer>;
  stop(): Promise<void>;
}

interface RequestOptions {
  readonly key?: string | null;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test checks the shape it needs
  readonly body: any;
}

const ROLES = ['viewer', 'operator', 'admin', 'device'] as const;

async function createKey(database: TestDatabase, tenant: string, role: string): Promise<string> {
  const key = `vm_${randomBytes(24).toString('base64url')}`;
  await database.servicePool.query(
    'INSERT INTO api_keys (id, tenant, role, key_sha256) VALUES ($1, $2, $3, $4)',
    [`${tenant}-${role}`, tenant, role, createHash('sha256').update(key).digest()],
  );
  return key;
}

async function createKeys(database: TestDatabase, tenant: string): Promise<Keys> {
  const [viewer, operator, admin, device] = await Promise.all(
    ROLES.map((role) => createKey(database, tenant, role)),
  );
  if (!viewer || !operator || !admin || !device) throw new Error('no key');
  return { viewer, operator, admin, device };
}

/** Tenant a in Vietnam with a small fleet, tenant b in Berlin with one device of another name. */
async function seed(database: TestDatabase): Promise<void> {
  const { servicePool } = database;
  await servicePool.query(`
    INSERT INTO tenants (tenant, zone) VALUES ('a', 'Asia/Ho_Chi_Minh'), ('b', 'Europe/Berlin');
    INSERT INTO devices (tenant, device_id, kind, serial, accuracy_class, phases, built_year, verified_on, lat, lon, online, online_at)
    VALUES ('a', 'm1', 'electricity_meter', 'S1', '1', 1, 2019, '2019-05-01', 10.5, 106.25, true, '2026-03-10T00:00:00.123456Z'),
           ('a', 'm2', 'electricity_meter', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
           ('a', 'm3', 'electricity_meter', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
           ('a', 'supply', 'electricity_meter', NULL, '0.5S', 3, NULL, NULL, NULL, NULL, NULL, NULL),
           ('a', 'w1', 'water_meter', NULL, '2', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
           ('b', 'foreign', 'electricity_meter', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO channels (tenant, device_id, quantity, unit)
    VALUES ('a', 'm1', 'active_energy_import', 'kW.h'), ('a', 'm1', 'voltage_l1', 'V'), ('a', 'm2', 'active_energy_import', 'kW.h'),
           ('b', 'foreign', 'active_energy_import', 'kW.h');
    INSERT INTO groups (tenant, group_id, kind, name, technical_loss)
    VALUES ('a', 'g1', 'electricity_area', 'Area 1', 0.02), ('a', 'g2', 'water_district', NULL, NULL),
           ('b', 'gf', 'electricity_area', NULL, NULL);
    INSERT INTO members (tenant, group_id, device_id, role, valid_from, valid_to, feeder)
    VALUES ('a', 'g1', 'supply', 'supply', '-infinity', 'infinity', NULL),
           ('a', 'g1', 'm1', 'consumer', '2026-01-01Z', 'infinity', 'F1'),
           ('a', 'g1', 'm2', 'consumer', '-infinity', '2026-03-01Z', NULL);
    INSERT INTO analysis_runs (tenant, model_version, configuration) VALUES ('a', 'electricity-1', '{}'), ('b', 'electricity-1', '{}');
    INSERT INTO group_health (tenant, group_id, run_id, as_of, status, candidates)
    VALUES ('a', 'g1', 1, '2026-03-10Z', 'unregistered_consumer', '[{"device_id":"m3","correlation":0.83}]');
    INSERT INTO health (tenant, device_id, quantity, run_id, as_of, indication, recommendation, error_estimate, standard_error,
      interval_low, interval_high, "limit", in_service_limit, probability_over_limit, probability_over_in_service_limit,
      probability_drifted, exit_date_median, minimum_detectable, evidence_days, group_id, group_status, legal_status, valid_until, model_version, evidence)
    VALUES
      ('a', 'm1', 'active_energy_import', 1, '2026-03-10Z', 'drift_likely', 'reverify', -0.031, 0.002, -0.035, -0.027, 0.01, 0.02, 0.999, 0.99, 0.998,
       '2026-01-02', 0.004, 63, 'g1', 'ok', 'expired', '2024-05-01', 'electricity-1',
       '[{"code":"a_code_from_tomorrow","values":{"x":1}}]'),
      ('a', 'm2', 'active_energy_import', 1, '2026-03-10Z', 'stopped', 'inspect', NULL, NULL, NULL, NULL, 0.02, 0.04, NULL, NULL, NULL,
       NULL, NULL, 63, 'g1', 'ok', 'unknown', NULL, 'electricity-1', '[]'),
      ('a', 'm3', 'active_energy_import', 1, '2026-03-10Z', 'within_limits', 'none', 0.001, 0.002, -0.003, 0.005, 0.02, 0.04, 0.001, 0, 0.01,
       NULL, 0.004, 63, 'g1', 'ok', 'unknown', NULL, 'electricity-1', '[]'),
      ('a', 'supply', '', 1, NULL, 'no_reference', 'none', NULL, NULL, NULL, NULL, 0.005, 0.01, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, 'unknown', NULL, 'electricity-1', '[]'),
      ('b', 'foreign', 'active_energy_import', 2, '2026-03-10Z', 'within_limits', 'none', NULL, NULL, NULL, NULL, 0.02, 0.04, NULL, NULL, 0.01,
       NULL, NULL, NULL, NULL, NULL, 'unknown', NULL, 'electricity-1', '[]');
    INSERT INTO lot_health (tenant, lot, quantity, run_id, as_of, "limit", members, estimated, verified, mean, share, share_low, share_high,
      p_share_over_5, exit_date, plan)
    VALUES
      ('a', 'ELECTRICITY_METER|ACME|A|1|?|2019', 'active_energy_import', 1, '2026-03-10Z', 0.01, 300, 280, 2, 0.001, 0.02, 0.01, 0.03, 0.002,
       '2031-05-01', '{"n":0,"accept":0,"reject":1,"accept_probability":1,"without_prior":{"n":83,"accept":1},"sample":[]}'),
      ('a', 'ELECTRICITY_METER|ACME|B|1|?|2019', 'active_energy_import', 1, '2026-03-10Z', 0.01, 2, 1, 0, -0.01, 0.2, 0.1, 0.3, 0.97,
       NULL, '{"n":1,"accept":0,"reject":1,"accept_probability":0.4,"without_prior":{"n":2,"accept":0},"sample":["m1"]}'),
      ('a', 'WATER_METER|?|?|2|?|?', 'water_volume', 1, NULL, 0.05, 1, 0, 0, NULL, NULL, NULL, NULL, NULL,
       NULL, '{"n":1,"accept":0,"reject":1,"accept_probability":null,"without_prior":{"n":1,"accept":0},"sample":["w1"]}'),
      ('b', 'ELECTRICITY_METER|FOREIGN|?|?|?|?', 'active_energy_import', 2, NULL, 0.02, 1, 0, 0, NULL, NULL, NULL, NULL, NULL,
       NULL, '{"n":1,"accept":0,"reject":1,"accept_probability":null,"without_prior":{"n":1,"accept":0},"sample":["foreign"]}');
    UPDATE lot_health SET relative_drift_per_year = -0.04, relative_drift_per_year_se = 0.01, relative_drift_per_1000_m3 = -0.3,
           relative_drift_per_1000_m3_se = 0.08, relative_homes = 120, relative_minimum_detectable = 0.029,
           relative_posterior_per_year = -0.03, relative_posterior_per_year_se = 0.008, relative_posterior_per_1000_m3 = -0.25,
           relative_posterior_per_1000_m3_se = 0.07, relative_exit_date = '2027-11-01', relative_exit_date_earliest = '2027-05-01',
           relative_exit_level_assumed = true
     WHERE lot = 'WATER_METER|?|?|2|?|?';
    INSERT INTO health_history (tenant, device_id, quantity, as_of, error_estimate, interval_low, interval_high)
    VALUES ('a', 'm1', 'active_energy_import', '2026-03-10Z', -0.031, -0.035, -0.027),
           ('a', 'm1', 'active_energy_import', '2026-03-03Z', -0.02, -0.03, -0.01),
           ('b', 'foreign', 'active_energy_import', '2026-03-03Z', 0, 0, 0);
    INSERT INTO findings (tenant, device_id, group_id, quantity, indication, recommendation, group_status, as_of, evidence)
    VALUES ('a', 'm1', 'g1', 'active_energy_import', 'drift_likely', 'reverify', 'ok', '2026-03-10Z', '[{"code":"a_code_from_tomorrow","values":{}}]'),
           ('a', NULL, 'g1', '', NULL, NULL, 'unregistered_consumer', '2026-03-10Z', '[]'),
           ('b', 'foreign', NULL, 'active_energy_import', 'stopped', 'inspect', NULL, '2026-03-10Z', '[]');
    INSERT INTO device_clocks (tenant, device_id, state, offset_s, uncertainty_s, zone_minutes, since, last_received_at)
    VALUES ('a', 'm1', 'ok', -1, 1.5, NULL, '2026-03-01T06:00Z', '2026-03-10T00:15:02Z'),
           ('a', 'm2', 'wrong_zone', 25199.5, 1.5, 420, '2026-03-09T12:00Z', '2026-03-10T00:15:02Z'),
           ('a', 'w1', 'unset', NULL, NULL, NULL, '2026-03-09T12:00Z', '2026-03-10T00:15:02Z'),
           ('b', 'foreign', 'ahead', 4000, 1.5, NULL, '2026-03-09T12:00Z', '2026-03-10T00:15:02Z');
    INSERT INTO message_floods
    VALUES ('a', 'm1', '2026-03-10T01:00Z', '2126-03-10T02:00Z', 90000, 75.04, 180.06),
           ('a', 'ghost', '2026-03-10T00:00Z', '2026-03-10T00:05Z', 7, 51, 52),
           ('a', 'm2', '2026-03-10T00:00Z', '2026-03-10T00:05Z', 8, 51, 52),
           ('b', 'foreign', '2026-03-10T00:00Z', '2026-03-10T00:05Z', 77, 51, 52);
    INSERT INTO clock_observations
    VALUES ('a', 'm2', '2026-03-09T18:00Z', '2026-03-09T23:45Z', 24, -25199000, -25190000, 0, 900000, 24, 0, 0, 1, 0),
           ('a', 'm2', '2026-03-06T12:00Z', '2026-03-06T17:45Z', 24, 1000, 9000, 0, 900000, 0, 24, 0, 0, 0);
    INSERT INTO ledger_hours (tenant, device_id, topic, hour, source, received, stored, duplicate, conflicting, rejected)
    VALUES ('a', 'm1', NULL, '2026-03-10T01:00:00Z', 'mqtt', 10, 6, 2, 1, 1),
           ('a', 'm1', NULL, '2026-03-10T02:00:00Z', 'mqtt', 5, 5, 0, 0, 0),
           ('a', NULL, 'verimeter/v1/a/ghost/readings', '2026-03-10T01:00:00Z', 'mqtt', 3, 0, 0, 0, 3),
           ('b', 'foreign', NULL, '2026-03-10T01:00:00Z', 'mqtt', 77, 77, 0, 0, 0);
    INSERT INTO quarantine (tenant, received_at, source, topic, device_id, reason, field, message, payload, payload_bytes, payload_sha256, rejected)
    VALUES ('a', '2026-03-10T01:00:00.5Z', 'mqtt', 'verimeter/v1/a/ghost/readings', 'ghost', 'unknown_device', '', 'register it', '\\x7b7d', 2, NULL, 3),
           ('a', '2026-03-10T01:00:01Z', 'mqtt', 'verimeter/v1/a/m1/readings', 'm1', 'too_large', '', 'too large', NULL, 5000000, '\\x${'ab'.repeat(32)}', 1),
           ('b', '2026-03-10T01:00:02Z', 'mqtt', 'verimeter/v1/b/foreign/readings', 'foreign', 'bad_unit', 'values.x', 'unit', '\\x7b7d', 2, NULL, 1),
           (NULL, '2026-03-10T01:00:03Z', 'mqtt', 'verimeter/v1/nobody/x/readings', NULL, 'unknown_tenant', '', 'tenant', '\\x7b7d', 2, NULL, 1);
    SELECT ensure_reading_partitions('2025-12-01Z', '2026-12-31Z');
  `);
}

export async function insertReadings(
  database: TestDatabase,
  channel: { readonly deviceId: string; readonly quantity: string },
  readings: readonly { ts: string; value: number; flags?: number; receivedAt?: string }[],
): Promise<void> {
  await database.servicePool.query(
    `INSERT INTO readings (ts, received_at, value, channel_id, flags)
     SELECT u.ts, u.received_at, u.value, c.channel_id, u.flags
       FROM unnest($3::timestamptz[], $4::timestamptz[], $5::float8[], $6::smallint[]) u (ts, received_at, value, flags),
            channels c
      WHERE c.device_id = $1 AND c.quantity = $2`,
    [
      channel.deviceId,
      channel.quantity,
      readings.map((reading) => reading.ts),
      readings.map((reading) => reading.receivedAt ?? reading.ts),
      readings.map((reading) => reading.value),
      readings.map((reading) => reading.flags ?? 0),
    ],
  );
}

export async function startFixture(options: Partial<ApiOptions> = {}): Promise<Fixture> {
  const database = await createTestDatabase();
  await seed(database);
  const keys = { a: await createKeys(database, 'a'), b: await createKeys(database, 'b') };
  const api = await startApi({
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    log: createLogger('api-test', 'silent'),
    ...options,
  });
  return {
    database,
    api,
    keys,
    request: (path, requestOptions) => ask(api.url, path, keys.a.viewer, requestOptions),
    stop: async () => {
      await api.stop();
      await database.drop();
    },
  };
}

/** The body is what the schema says, with no field beside it. */
export function expectShape(schema: z.ZodType, body: unknown): void {
  expect(schema.parse(body)).toEqual(body);
}

/** The answer is the problem document of this code; returns it. */
export function expectProblem(answer: Answer, code: ProblemCode): Problem {
  expect(answer).toMatchObject({ status: PROBLEMS[code].status, body: { code } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expectShape(problem, answer.body);
  const document = problem.parse(answer.body);
  expect(document.status).toBe(answer.status);
  return document;
}

export async function ask(
  url: string,
  path: string,
  defaultKey: string | null,
  options: RequestOptions = {},
): Promise<Answer> {
  const { key = defaultKey, method = 'GET', headers = {}, body } = options;
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = (response.headers.get('content-type') ?? '').includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: json ? JSON.parse(text) : text,
  };
}
