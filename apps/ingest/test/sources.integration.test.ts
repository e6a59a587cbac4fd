import {
  type Queryable,
  type Replay,
  findReplay,
  removeSource,
  wishReplay,
  withTransaction,
  writeSource,
} from '@verimeter/registry';
import {
  type Mosquitto,
  findFreePort,
  findMosquitto,
  startMosquitto,
} from '@verimeter/test-support';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type IngestService, readIngestConfig, startIngest } from '../src/index.ts';
import { type World, createWorld, message, silent } from './support/world.ts';

const PATIENCE = { timeout: 10_000 };
const program = findMosquitto();

/** Filters the broker has granted. */
async function subscribedTo(service: IngestService): Promise<string> {
  const response = await fetch(`${service.url}/health/sessions`);
  return response.text();
}

describe.skipIf(program === undefined)('sources while a worker runs', () => {
  let world: World;
  let mosquitto: Mosquitto;
  let device: MqttClient;
  let services: IngestService[] = [];

  beforeEach(async () => {
    world = await createWorld();
    mosquitto = await startMosquitto(program ?? '');
    device = await mqtt.connectAsync(mosquitto.url);
  });
  afterEach(async () => {
    await device.endAsync(true);
    await Promise.all(services.map((service) => service.stop()));
    services = [];
    await mosquitto.stop();
    await world.close();
  });

  async function startWorker(env: Record<string, string> = {}): Promise<IngestService> {
    const config = await readIngestConfig({
      DATABASE_URL: world.url,
      MQTT_URL: mosquitto.url,
      HTTP_PORT: String(await findFreePort()),
      ...env,
    });
    const service = await startIngest(config, { log: silent });
    services.push(service);
    await expect.poll(() => subscribedTo(service), PATIENCE).toContain('verimeter/v1/#');
    return service;
  }

  async function stopWorker(service: IngestService): Promise<void> {
    services = services.filter((other) => other !== service);
    await service.stop();
  }

  const keep = (
    name: string,
    source: Partial<Parameters<typeof writeSource>[1]> = {},
    db: Queryable = world.pool,
  ) =>
    writeSource(db, {
      tenant: 'demo',
      name,
      filter: 'plugs/#',
      dialect: 'zigbee2mqtt',
      rank: 100,
      enabled: true,
      settings: {},
      provision: true,
      provision_kind: null,
      provision_per_day: 1000,
      changed_by: 'test',
      ...source,
    });

  const publish = (topic: string, payload: unknown, retain = false) =>
    device.publishAsync(topic, JSON.stringify(payload), { qos: 1, retain });

  /** Device and value of what is stored. */
  async function stored(): Promise<string[]> {
    const readings = await world.readings();
    return readings.map(([id, , , value]) => `${id} ${value}`).toSorted();
  }

  /** Everything that was published before has come by the time this has: the session keeps the order. */
  async function marked(value: number): Promise<void> {
    await publish('verimeter/v1/demo/M1/readings', {
      ts: '2026-11-23T07:15:00Z',
      values: { voltage_l1: value },
    });
    const query = `SELECT value FROM readings JOIN channels USING (channel_id) WHERE device_id = 'M1' AND value = $1`;
    await expect.poll(() => world.rows(query, [value]), PATIENCE).toHaveLength(1);
  }

  test('what its quantities do not tell, a device is by what else is said', async () => {
    const worker = await startWorker();
    await keep('leaks');
    await keep('lora', {
      filter: 'v3/#',
      dialect: 'ttn',
      settings: { device_class: 'water' },
    });
    await keep('tasmota', { filter: 'tele/#', dialect: 'tasmota' });
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"tele/#"');
    await publish('plugs/leak', { water_leak: true });
    await publish('plugs/dry', { water_leak: false });
    await publish('plugs/door', { contact: true, battery: 90 });
    await publish('v3/a@ttn/devices/pit/up', {
      end_device_ids: { device_id: 'pit' },
      received_at: '2026-01-14T06:00:12Z',
      uplink_message: { rx_metadata: [{ rssi: -104 }] },
    });
    const state = { Time: '2026-01-14T06:00:00', Wifi: { Signal: -61 } };
    await publish('tele/strip/STATE', state);
    const waiting = () => world.rows('SELECT topic, reason FROM quarantine');
    await expect.poll(waiting, PATIENCE).toHaveLength(1);
    await publish('tele/strip/SENSOR', { ENERGY: { Power: [1, 2] } });
    await publish('tele/strip/STATE', state);
    await marked(1);
    const kinds = `SELECT device_id || ' ' || kind AS is FROM devices WHERE provisioned_by <> '' ORDER BY device_id`;
    const found = await world.rows<{ is: string }>(kinds);
    expect(found.map(({ is }) => is)).toEqual([
      'door environment_sensor',
      'leak environment_sensor',
      'pit water_meter',
      'strip gateway',
      'strip:1 electricity_meter',
      'strip:2 electricity_meter',
    ]);
    const events = await world.rows('SELECT device_id, event, state FROM device_events');
    expect(events).toEqual([{ device_id: 'leak', event: 'leak', state: 'active' }]);
    // What was said before anything told what it is waits; that nothing leaks is no reason to.
    expect(await waiting()).toEqual([{ topic: 'tele/strip/STATE', reason: 'unknown_device' }]);
  });

  test('one that is added, changed, switched off and removed takes effect without a restart', async () => {
    const worker = await startWorker();
    await publish('plugs/one', { energy: 1 });
    await keep('plugs');
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"plugs/#"');
    await publish('plugs/one', { energy: 2 });
    await expect.poll(stored, PATIENCE).toEqual(['one 2']);

    // Another rule for ids on the same topics: no message waits for a new subscription.
    await keep('plugs', { settings: { device_id: 'z-{id}' } });
    await expect
      .poll(async () => {
        await publish('plugs/two', { energy: 3 });
        return stored();
      }, PATIENCE)
      .toContain('z-two 3');

    await keep('plugs', { filter: 'sockets/+', settings: { device_id: 'z-{id}' } });
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"sockets/+"');
    await expect.poll(() => subscribedTo(worker), PATIENCE).not.toContain('"plugs/#"');
    await publish('plugs/three', { energy: 4 });
    await publish('sockets/four', { energy: 5 });
    await expect.poll(stored, PATIENCE).toContain('z-four 5');
    expect((await stored()).filter((row) => row.includes('three'))).toEqual([]);

    await keep('plugs', { filter: 'sockets/+', enabled: false });
    await expect.poll(() => subscribedTo(worker), PATIENCE).not.toContain('"sockets/+"');
    await publish('sockets/five', { energy: 6 });
    await keep('plugs', { filter: 'sockets/+' });
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"sockets/+"');
    await publish('sockets/six', { energy: 7 });
    await expect.poll(stored, PATIENCE).toContain('six 7');

    expect(await removeSource(world.pool, 'demo', 'plugs')).toBe(true);
    await expect.poll(() => subscribedTo(worker), PATIENCE).not.toContain('"sockets/+"');
    await publish('sockets/seven', { energy: 8 });
    await marked(230);
    const all = (await stored()).join();
    expect(all).not.toMatch(/five|seven/);
    expect(await world.rows('SELECT * FROM quarantine')).toEqual([]);
    expect(await world.ledger()).toMatchObject({ open: 0, rejected: 0 });
  });

  test('of overlapping filters the lower rank takes the message, once', async () => {
    const ranked = { filter: 'site/pump/+', rank: 50, settings: { device_id: 'p-{id}' } };
    const worker = await startWorker();
    await withTransaction(world.pool, async (client) => {
      await keep('all', { filter: 'site/#' }, client);
      await keep('pumps', ranked, client);
    });
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"site/#"');
    await publish('site/pump/one', { energy: 1 });
    await publish('site/tap', { energy: 2 });
    await expect.poll(stored, PATIENCE).toEqual(['p-one 1', 'tap 2']);
    await marked(230);
    expect(await world.ledger()).toMatchObject({ received: 3, stored: 3, open: 0 });
  });

  test('X-10 retained messages without a time of their own give no reading, and register nothing', async () => {
    await world.register('known');
    const worker = await startWorker();
    await publish('plugs/known', { energy: 1 }, true);
    await publish('plugs/stranger', { energy: 2, last_seen: '2026-01-14T06:00:00Z' }, true);
    await publish('plugs/timed', { energy: 3, last_seen: '2026-01-14T06:00:00Z' }, true);
    await world.register('timed');
    await keep('plugs');
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"plugs/#"');
    await expect.poll(stored, PATIENCE).toEqual(['timed 3']);
    await marked(230);
    const devices = await world.rows("SELECT device_id FROM devices WHERE device_id = 'stranger'");
    expect(devices).toEqual([]);
    expect(await world.rows('SELECT topic, reason FROM quarantine')).toEqual([
      { topic: 'plugs/stranger', reason: 'unknown_device' },
    ]);
    // The same device, as it publishes: a reading.
    await publish('plugs/known', { energy: 1.5 }, true);
    await expect.poll(stored, PATIENCE).toContain('known 1.5');
    expect(await world.ledger()).toMatchObject({ open: 0 });
  });

  test('what waited in quarantine is replayed with the decoder of its source, at the time at which it came', async () => {
    const worker = await startWorker();
    await keep('plugs', { provision: false, settings: { device_id: 'z-{id}' } });
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"plugs/#"');
    await publish('plugs/late', { energy: 7.5, power: 3, last_seen: '2026-01-14T06:00:00Z' });
    await publish('plugs/late', { energy: 7.75 });
    const open = 'SELECT device_id, reason, status FROM quarantine ORDER BY id';
    const waiting = { device_id: 'z-late', reason: 'unknown_device' };
    await expect
      .poll(() => world.rows(open), PATIENCE)
      .toEqual([
        { ...waiting, status: 'open' },
        { ...waiting, status: 'open' },
      ]);
    expect(await stored()).toEqual([]);

    await world.register('z-late');
    const id = await wishReplay(world.pool, 'demo', { reason: 'unknown_device' });
    await expect
      .poll(async (): Promise<Replay | undefined> => findReplay(world.pool, id), PATIENCE)
      .toMatchObject({ finished: true, entries: 2, stored: 3, rejected: 0 });
    expect(await stored()).toEqual(['z-late 3', 'z-late 7.5', 'z-late 7.75']);
    expect(await world.rows(open)).toEqual([
      { ...waiting, status: 'replayed' },
      { ...waiting, status: 'replayed' },
    ]);
    const times = await world.rows(
      `SELECT r.ts = q.received_at AS at_arrival FROM readings r JOIN channels USING (channel_id), quarantine q
        WHERE r.value = 7.75 AND q.id = (SELECT max(id) FROM quarantine)`,
    );
    expect(times).toEqual([{ at_arrival: true }]);
    expect(await world.ledger()).toMatchObject({ open: 0 });
  });

  test('what waits in quarantine of one tenant is not replayed into another that has the topics now', async () => {
    const worker = await startWorker();
    await keep('plugs', { provision: false });
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"plugs/#"');
    await publish('plugs/late', { energy: 7.5, last_seen: '2026-01-14T06:00:00Z' });
    await expect.poll(() => world.rows('SELECT 1 FROM quarantine'), PATIENCE).toHaveLength(1);
    await removeSource(world.pool, 'demo', 'plugs');
    await world.rows(`INSERT INTO tenants (tenant) VALUES ('city')`);
    await keep('plugs', { tenant: 'city', filter: 'plugs/+' });
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"plugs/+"');
    const id = await wishReplay(world.pool, 'demo', { reason: 'unknown_device' });
    await expect.poll(() => findReplay(world.pool, id), PATIENCE).toMatchObject({ finished: true });
    expect(await findReplay(world.pool, id)).toMatchObject({ stored: 0, rejected: 1 });
    expect(await world.rows(`SELECT device_id FROM devices WHERE tenant = 'city'`)).toEqual([]);
    expect(await world.rows('SELECT status FROM quarantine')).toEqual([{ status: 'open' }]);
    expect(await world.ledger()).toMatchObject({ open: 0 });
  });

  test('messages of a source that come while no worker runs are waited for', async () => {
    const worker = await startWorker({ MQTT_CLIENT_ID: 'restarted' });
    await keep('plugs');
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"plugs/#"');
    await stopWorker(worker);
    await publish('plugs/one', { energy: 1 });
    await startWorker({ MQTT_CLIENT_ID: 'restarted' });
    await expect.poll(stored, PATIENCE).toEqual(['one 1']);
  });

  test('the session lets go of a source that was removed while no worker ran; what the broker has kept is accounted for', async () => {
    await keep('plugs');
    const worker = await startWorker({ MQTT_CLIENT_ID: 'restarted' });
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"plugs/#"');
    await stopWorker(worker);
    await removeSource(world.pool, 'demo', 'plugs');
    await publish('plugs/one', { energy: 1 });
    await startWorker({ MQTT_CLIENT_ID: 'restarted' });
    await publish('plugs/two', { energy: 2 });
    await marked(230);
    expect(await stored()).toEqual(['M1 230']);
    expect(await world.rows('SELECT topic, reason FROM quarantine')).toEqual([
      { topic: 'plugs/one', reason: 'topic_mismatch' },
    ]);
    // Without its source it cannot be decoded and stays; with one it is what it was.
    const replayed = async (): Promise<Replay | undefined> => {
      const id = await wishReplay(world.pool, 'demo', { reason: 'topic_mismatch' });
      await expect
        .poll(() => findReplay(world.pool, id), PATIENCE)
        .toMatchObject({ finished: true });
      return findReplay(world.pool, id);
    };
    expect(await replayed()).toMatchObject({ entries: 1, stored: 0, rejected: 1 });
    await keep('plugs');
    await expect.poll(async () => (await replayed())?.stored, PATIENCE).toBe(1);
    expect(await stored()).toEqual(['M1 230', 'one 1']);
    expect(await world.ledger()).toMatchObject({ open: 0 });
  });

  test("what is on its way when a source goes is its tenant's, whoever the default tenant is, and nobody's where nobody had the topic", async () => {
    await world.rows(`INSERT INTO tenants (tenant) VALUES ('city'), ('other')`);
    await keep('plugs', { tenant: 'city' });
    await keep('moved', { tenant: 'other', filter: 'moved/#' });
    const worker = await startWorker({ MQTT_CLIENT_ID: 'restarted' });
    await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('"plugs/#"');
    await stopWorker(worker);
    await publish('plugs/one', { energy: 1 });
    await publish('moved/one', { energy: 2 });
    await removeSource(world.pool, 'city', 'plugs');
    await keep('moved', { tenant: 'other', filter: 'elsewhere/#' });
    await startWorker({ MQTT_CLIENT_ID: 'restarted' });
    await marked(230);
    const waiting = 'SELECT tenant, topic, reason FROM quarantine ORDER BY topic';
    expect(await world.rows(waiting)).toEqual([
      { tenant: 'other', topic: 'moved/one', reason: 'topic_mismatch' },
      { tenant: 'city', topic: 'plugs/one', reason: 'topic_mismatch' },
    ]);
    expect(
      await world.rows(`SELECT tenant, rejected FROM ledger WHERE rejected > 0 ORDER BY tenant`),
    ).toEqual([
      { tenant: 'city', rejected: 1 },
      { tenant: 'other', rejected: 1 },
    ]);

    // Another tenant that has the topics now does not get what waits for the former one.
    await keep('plugs', { tenant: 'other' });
    const id = await wishReplay(world.pool, 'city', { reason: 'topic_mismatch' });
    await expect.poll(() => findReplay(world.pool, id), PATIENCE).toMatchObject({ finished: true });
    expect(await findReplay(world.pool, id)).toMatchObject({ stored: 0, rejected: 1 });
    expect(await stored()).toEqual(['M1 230']);

    // A topic that no source ever had: accounted for, and shown to nobody.
    const pipeline = world.pipeline();
    await pipeline.accept(message('stray/one', { energy: 1 }));
    expect(await world.rows(`SELECT tenant FROM quarantine WHERE topic = 'stray/one'`)).toEqual([
      { tenant: null },
    ]);
    expect(await world.ledger()).toMatchObject({ open: 0 });
  });

  test('two workers of a shared group follow a change, and each message is taken once', async () => {
    const workers = await Promise.all(
      ['a', 'b'].map((id) => startWorker({ MQTT_CLIENT_ID: id, MQTT_SHARED_GROUP: 'g' })),
    );
    await keep('plugs');
    for (const worker of workers)
      // oxlint-disable-next-line no-await-in-loop -- two
      await expect.poll(() => subscribedTo(worker), PATIENCE).toContain('/plugs/#"');
    for (let n = 1; n <= 40; n += 1)
      // oxlint-disable-next-line no-await-in-loop -- in order
      await publish(`plugs/p${n}`, { energy: n, last_seen: '2026-01-14T06:00:00Z' });
    await expect.poll(async () => (await stored()).length, PATIENCE).toBe(40);
    expect(await world.ledger()).toMatchObject({ received: 40, stored: 40, open: 0 });
  });
});
