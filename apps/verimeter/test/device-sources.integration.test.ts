import { openReadingStore } from '@verimeter/open-store';
import { writeSource } from '@verimeter/registry';
import { type Shutdown, createLogger, createShutdown } from '@verimeter/service-runtime';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../src/lib/keys.ts';
import { startServers } from '../src/lib/up/servers.ts';

const PATIENCE = { timeout: 10_000 };
const log = createLogger('test', 'silent');

let database: TestDatabase;
let shutdown: Shutdown;
let url: string;
const devices: MqttClient[] = [];

/** Each of two tenants has a key for devices and a source; the broker is that of `up` on an address of the network. */
beforeAll(async () => {
  database = await createTestDatabase();
  const pool = database.servicePool;
  for (const tenant of ['mine', 'theirs']) {
    // oxlint-disable-next-line no-await-in-loop -- two
    await pool.query('INSERT INTO tenants (tenant) VALUES ($1)', [tenant]);
    // oxlint-disable-next-line no-await-in-loop
    await writeSource(pool, {
      tenant,
      name: 'plugs',
      filter: `${tenant}/#`,
      dialect: 'zigbee2mqtt',
      rank: 100,
      enabled: true,
      settings: {},
      provision: true,
      provision_kind: null,
      provision_per_day: 1000,
      changed_by: 'test',
    });
  }
  shutdown = createShutdown(log);
  const readingStore = { engine: 'postgres' } as const;
  const { store, upkeep } = await openReadingStore(pool, readingStore);
  const key = await createKey(pool, 'mine', 'device', undefined);
  const servers = await startServers({
    pool,
    store,
    upkeep,
    readingStore,
    databaseUrl: database.url,
    host: '0.0.0.0',
    httpPort: 0,
    mqttPort: 0,
    tenant: 'mine',
    log,
    shutdown,
  });
  url = servers.mqtt.replace('mqtt://', `mqtt://mine:${key.key}@`);
});
afterAll(async () => {
  await Promise.all(devices.map((device) => device.endAsync(true)));
  await shutdown.stop('end of the test');
  await database.drop();
});

async function connect(): Promise<MqttClient> {
  const device = await mqtt.connectAsync(url, { reconnectPeriod: 0 });
  devices.push(device);
  return device;
}

/** Whether the message is acknowledged, or the broker ends the connection instead. */
async function publish(topic: string, energy: number): Promise<unknown> {
  const device = await connect();
  const ended = new Promise((resolve) => {
    device.once('close', () => resolve('refused'));
  });
  const taken = device
    .publishAsync(topic, JSON.stringify({ energy }), { qos: 1 })
    .then(() => 'taken');
  return Promise.race([taken, ended]);
}

async function stored(): Promise<unknown[]> {
  const { rows } = await database.servicePool.query(
    'SELECT tenant, device_id, value FROM readings JOIN channels USING (channel_id) ORDER BY value',
  );
  return rows;
}

test('with a device key one publishes on the topics of sources of its own tenant, and no others', async () => {
  expect(await publish('mine/pump', 1)).toBe('taken');
  const mine = { tenant: 'mine', device_id: 'pump' };
  expect(await stored()).toEqual([{ ...mine, value: 1 }]);
  for (const topic of ['theirs/pump', 'nobody/pump', 'verimeter/v1/theirs/pump/readings'])
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect(await publish(topic, 2)).toBe('refused');

  // A source that is added while the broker runs opens its topics at once, and closes them when it is removed.
  await database.servicePool.query(
    `INSERT INTO sources (tenant, name, filter, dialect, rank, enabled, settings, provision, provision_per_day, changed_by)
     SELECT tenant, 'more', 'nobody/#', dialect, rank, enabled, settings, provision, provision_per_day, changed_by
       FROM sources WHERE tenant = 'mine'`,
  );
  await expect.poll(() => publish('nobody/pump', 3), PATIENCE).toBe('taken');
  expect(await stored()).toContainEqual({ ...mine, value: 3 });
  await database.servicePool.query("DELETE FROM sources WHERE name = 'more'");
  await expect.poll(() => publish('nobody/pump', 4), PATIENCE).toBe('refused');
  const rows = await database.servicePool.query("SELECT 1 FROM ledger WHERE tenant = 'theirs'");
  expect(rows.rows).toEqual([]);
});

test('it hears what is said on topics of its own tenant only', async () => {
  const device = await connect();
  const granted = await device.subscribeAsync(['mine/pump', 'mine/+', 'verimeter/v1/mine/#']);
  expect(granted.map(({ qos }) => qos)).toEqual([0, 0, 0]);
  for (const filter of ['theirs/pump', '#', '+/pump'])
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await expect(device.subscribeAsync(filter)).rejects.toThrow(/subscribe error/i);
});
