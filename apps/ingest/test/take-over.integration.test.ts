import { type Mosquitto, findMosquitto, startMosquitto } from '@verimeter/test-support';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readIngestConfig, takeOverSession } from '../src/index.ts';
import { startTap } from './support/tap.ts';
import { startWorker } from './support/worker-process.ts';
import { type World, createWorld, silent } from './support/world.ts';

const program = findMosquitto();
if (program === undefined) process.stdout.write('Mosquitto not found: take-over tests skipped\n');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

describe.skipIf(program === undefined)('the session of a worker that does not come back', () => {
  let mosquitto: Mosquitto;
  let world: World;
  let published = 0;
  beforeAll(async () => {
    mosquitto = await startMosquitto(program ?? '');
    world = await createWorld();
  });
  afterAll(async () => {
    await world.close();
    await mosquitto.stop();
  });

  const environment = (clientId: string, group = ''): Record<string, string> => ({
    DATABASE_URL: world.url,
    MQTT_URL: mosquitto.url,
    MQTT_CLIENT_ID: clientId,
    MQTT_SHARED_GROUP: group,
  });

  async function worker(clientId: string, group = '', more: Record<string, string> = {}) {
    const started = await startWorker({ ...environment(clientId, group), ...more });
    closers.push(() => started.kill());
    await started.untilReady();
    return started;
  }

  async function publish(count: number): Promise<void> {
    const publisher = await mqtt.connectAsync(mosquitto.url, { protocolVersion: 5 });
    await Promise.all(
      Array.from({ length: count }, () => {
        published += 1;
        const ts = new Date(Date.UTC(2026, 10, 1) + published * 1000).toISOString();
        return publisher.publishAsync(
          `verimeter/v1/demo/M${(published % 9) + 1}/readings`,
          `{"ts":"${ts}","values":{"noise":${published}}}`,
          { qos: 1 },
        );
      }),
    );
    await publisher.endAsync();
  }

  const stored = async (): Promise<number> => (await world.readings()).length;

  /** As a worker's row looks half a minute after its last word. */
  const silence = (clientId: string) =>
    world.rows(
      `UPDATE ingest_sessions SET seen_at = now() - interval '1 minute' WHERE client_id = $1`,
      [clientId],
    );

  async function takeOver(clientId: string, mqttUrl = mosquitto.url): Promise<number> {
    const config = await readIngestConfig({ ...environment('not-used'), MQTT_URL: mqttUrl });
    return takeOverSession(config, clientId, {
      log: silent,
      signal: AbortSignal.timeout(50_000),
      quietMs: 500,
      watchMs: 100,
    });
  }

  /** Whether the broker has a session of this name; it has none afterwards. */
  async function hasSession(clientId: string): Promise<boolean> {
    const probe = mqtt.connect(mosquitto.url, { clientId, clean: false, protocolVersion: 5 });
    const present = await new Promise<boolean>((resolve) => {
      probe.once('connect', ({ sessionPresent }) => resolve(sessionPresent));
    });
    await probe.endAsync();
    return present;
  }

  const states = async (): Promise<Record<string, string>> => {
    const rows = await world.rows<{ client_id: string; left: boolean }>(
      'SELECT client_id, left_at IS NOT NULL AS left FROM ingest_sessions',
    );
    return Object.fromEntries(rows.map((row) => [row.client_id, row.left ? 'left' : 'held']));
  };

  test('of two that share, one is killed: its messages wait, are taken over, and are stored once', async () => {
    // Nothing is committed within the test by the one that is killed.
    const dying = await worker('slot-1', 'pair', { INGEST_FLUSH_MS: '10000' });
    await worker('slot-2', 'pair');
    await expect(takeOver('slot-1')).rejects.toThrow(/the worker slot-1 runs .* stop it first/);
    await publish(1000);
    await expect.poll(() => dying.unacknowledged()).toBeGreaterThan(100);
    await dying.kill();
    await publish(1000);
    await expect.poll(stored, { timeout: 15_000 }).toBeGreaterThanOrEqual(900);
    expect(await stored()).toBeLessThan(2000);
    await silence('slot-1');
    const messages = await takeOver('slot-1');
    expect(messages).toBeGreaterThan(100);
    await expect.poll(stored, { timeout: 15_000 }).toBe(published);
    expect(await world.ledger()).toMatchObject({ stored: published, open: 0 });
    // The session has ended: nothing is shared out to it any more.
    await publish(200);
    await expect.poll(stored, { timeout: 15_000 }).toBe(published);
    await expect(takeOver('slot-1')).rejects.toThrow(
      /no worker of this database has run as slot-1 .* there are: slot-2 \(held\)/,
    );
  });

  test('one that stopped in order leaves a session that is taken over at once', async () => {
    await worker('plain-2');
    const leaving = await worker('plain-1');
    await leaving.stop();
    expect(await states()).toMatchObject({ 'plain-1': 'left', 'plain-2': 'held' });
    await publish(50);
    await expect.poll(stored, { timeout: 15_000 }).toBe(published);
    // What came for both is stored already: duplicates.
    expect(await takeOver('plain-1')).toBe(50);
    expect(await world.ledger()).toMatchObject({ stored: published, duplicate: 50, open: 0 });
  });

  test('one that nobody else listens beside is not silenced', async () => {
    const last = await worker('last');
    await last.stop();
    await world.rows(`UPDATE ingest_sessions SET left_at = now() WHERE client_id <> 'last'`);
    await expect(takeOver('last')).rejects.toThrow(/no other worker listens .* start one first/);
    await publish(3);
    const again = await worker('last');
    await expect.poll(stored, { timeout: 15_000 }).toBe(published);
    await again.stop();
  });

  test('one of a broker that speaks 3.1.1 only is emptied and ended as well', async () => {
    const relay = await startTap(mosquitto.port, { refuseLevel: 5 });
    closers.push(() => relay.close());
    await world.rows(
      `INSERT INTO ingest_sessions (broker, client_id, filter, expiry_s, holder, left_at)
       VALUES ($1, 'old', 'verimeter/v1/#', 600, gen_random_uuid(), now()),
              ($1, 'beside', 'verimeter/v1/#', 600, gen_random_uuid(), NULL)`,
      [new URL(relay.url).host],
    );
    const old = await mqtt.connectAsync(relay.url, { clientId: 'old', clean: false });
    await old.subscribeAsync('verimeter/v1/#', { qos: 1 });
    await old.endAsync();
    await publish(20);
    expect(await takeOver('old', relay.url)).toBe(20);
    expect(await stored()).toBe(published);
    expect(await hasSession('old')).toBe(false);
  });

  test('one that the broker has forgotten is said to be gone, and none is left behind', async () => {
    await worker('listens');
    await expect.poll(states).toHaveProperty('listens');
    await world.rows(
      `INSERT INTO ingest_sessions (broker, client_id, filter, expiry_s, holder, left_at)
       SELECT broker, 'gone', filter, expiry_s, gen_random_uuid(), now() FROM ingest_sessions WHERE client_id = 'listens'`,
    );
    await expect(takeOver('gone')).rejects.toThrow(/the broker has no session of gone/);
    expect(await states()).not.toHaveProperty('gone');
    expect(await hasSession('gone')).toBe(false);
  });
});
