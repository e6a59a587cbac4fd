import { type RunningApi, startApi } from '@verimeter/api';
import { type IngestService, readIngestConfig, startIngest } from '@verimeter/ingest';
import { filterList, findDialect } from '@verimeter/payload-codecs';
import { writeSource } from '@verimeter/registry';
import { createLogger } from '@verimeter/service-runtime';
import {
  type DialectFixture,
  type Mosquitto,
  type TestDatabase,
  createTestDatabase,
  dialectFixtures,
  findMosquitto,
  findFreePort,
  startMosquitto,
  storedSource,
} from '@verimeter/test-support';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../src/lib/keys.ts';

const program = findMosquitto();

/** Mosquitto is a program of the machine; where it is missing `.ci/run` installs it. */
describe.skipIf(program === undefined)('devices that publish in their own dialect', () => {
  let database: TestDatabase;
  let mosquitto: Mosquitto;
  let ingest: IngestService;
  let api: RunningApi;
  let device: MqttClient;
  const log = createLogger('test', 'silent');

  beforeAll(async () => {
    database = await createTestDatabase();
    mosquitto = await startMosquitto(program ?? '');
    const port = await findFreePort();
    ingest = await startIngest(
      await readIngestConfig({
        DATABASE_URL: database.url,
        MQTT_URL: mosquitto.url,
        HTTP_PORT: String(port),
      }),
      { log },
    );
    api = await startApi({
      databaseUrl: database.url,
      host: '127.0.0.1',
      port: 0,
      dashboardDir: undefined,
      log,
    });
    device = await mqtt.connectAsync(mosquitto.url);
  });
  afterAll(async () => {
    await device.endAsync(true);
    await api.stop();
    await ingest.stop();
    await mosquitto.stop();
    await database.drop();
  });

  async function subscribed(filter: string): Promise<boolean> {
    const response = await fetch(`${ingest.url}/health/sessions`);
    const body: unknown = await response.json();
    const text = JSON.stringify(body);
    return filterList(filter).every((one) => text.includes(JSON.stringify(one)));
  }

  /** A source of a tenant of its own, with the worker listening. */
  async function addSource(
    fixture: DialectFixture,
  ): Promise<{ tenant: string; key: string; filter: string }> {
    const tenant = `${fixture.dialect}.${fixture.name}`;
    const { filter, settings } = storedSource(fixture, findDialect(fixture.dialect)?.filters[0]);
    await database.servicePool.query('INSERT INTO tenants (tenant) VALUES ($1)', [tenant]);
    await writeSource(database.servicePool, {
      tenant,
      name: 'src',
      filter,
      dialect: fixture.dialect,
      rank: 100,
      enabled: true,
      settings,
      provision: true,
      provision_kind: 'environment_sensor',
      provision_per_day: 1000,
      changed_by: 'test',
    });
    await expect.poll(() => subscribed(filter), { timeout: 10_000 }).toBe(true);
    const { key } = await createKey(database.servicePool, tenant, 'viewer', undefined);
    return { tenant, key, filter };
  }

  async function get(key: string, path: string): Promise<Record<string, unknown>> {
    const response = await fetch(`http://127.0.0.1:${api.port}/api/v1/${path}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a JSON object by contract
    return (await response.json()) as Record<string, unknown>;
  }

  /** Readings of the API in the words of the fixture; those at arrival without their instant. */
  async function readingsOf(key: string, fixture: DialectFixture): Promise<unknown[]> {
    const wanted = new Set(fixture.readings.map(([id, quantity]) => `${id}\t${quantity}`));
    const rows = await Promise.all(
      [...wanted].map(async (pair) => {
        const [id = '', quantity = ''] = pair.split('\t');
        const query = `device_id=${encodeURIComponent(id)}&quantity=${quantity}&from=2005-01-01T00:00:00Z&to=2100-01-01T00:00:00Z`;
        const [{ items }, found] = await Promise.all([
          get(key, `readings?${query}`),
          get(key, `devices/${encodeURIComponent(id)}`),
        ]);
        if (!Array.isArray(items)) return [];
        const channels = Array.isArray(found['channels']) ? found['channels'] : [];
        const unit = channels.find((channel) => channel.quantity === quantity)?.unit;
        return items.map(({ value, ts, ts_source }) => [
          id,
          quantity,
          value,
          unit,
          ts_source === 'arrival' ? 'arrival' : new Date(ts).toISOString(),
        ]);
      }),
    );
    return inOrder(rows.flat());
  }

  test.each(
    dialectFixtures()
      .filter(({ endToEnd }) => endToEnd)
      .map((fixture) => [`${fixture.dialect}: ${fixture.name}`, fixture] as const),
  )('%s', async (_, fixture) => {
    const { tenant, key, filter } = await addSource(fixture);
    for (const { topic, payload, retain } of fixture.messages)
      // oxlint-disable-next-line no-await-in-loop -- in the order of the fixture
      await device.publishAsync(topic, payload, { qos: 1, retain });
    await expect
      .poll(() => readingsOf(key, fixture), { timeout: 10_000 })
      .toEqual(expected(fixture));
    const seen = await database.servicePool.query<{ event: string; state: string }>(
      `SELECT device_id, event, state FROM device_events WHERE tenant = $1 AND event <> 'clock_error' ORDER BY device_id, event, id`,
      [tenant],
    );
    expect(seen.rows.map((row) => Object.values(row).join(' ')).toSorted()).toEqual(
      fixture.events
        .filter(([, event]) => event !== 'clock_error')
        .map(([id, event, state]) => `${id} ${event} ${state}`)
        .toSorted(),
    );
    const account = await get(key, 'ledger');
    expect(account['totals']).toMatchObject({ pending: 0, rejected: fixture.rejects.length });
    await database.servicePool.query('DELETE FROM sources WHERE tenant = $1', [tenant]);
    await expect.poll(() => subscribed(filter), { timeout: 10_000 }).toBe(false);
  });
});

const expected = ({ readings }: DialectFixture): unknown[] => {
  const rows = readings.map(([id, quantity, value, unit, ts, ...marks]) =>
    JSON.stringify([
      id,
      quantity,
      value,
      unit,
      marks.includes('arrival') ? 'arrival' : new Date(ts).toISOString(),
    ]),
  );
  return inOrder([...new Set(rows)].map((row): unknown => JSON.parse(row)));
};

const inOrder = (rows: readonly unknown[]): unknown[] =>
  rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
