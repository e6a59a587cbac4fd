import { type Pool, migrate } from '@verimeter/registry';
import { type Mosquitto, findMosquitto, startMosquitto } from '@verimeter/test-support';
import mqtt, { type MqttClient } from 'mqtt';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SystemPostgres, hasPostgres15, startPostgres15 } from './support/system-postgres.ts';
import { type WorkerProcess, startWorker } from './support/worker-process.ts';

const program = findMosquitto();
const possible = program !== undefined && hasPostgres15;
if (!possible) process.stdout.write('Mosquitto or PostgreSQL 15 not found: restarts not tested\n');

type Part = 'broker' | 'worker' | 'database';
const MESSAGES = 200;

describe.skipIf(!possible)('broker, worker and database', () => {
  let mosquitto: Mosquitto;
  let postgres: SystemPostgres;
  let worker: WorkerProcess;
  let admin: Pool;
  let publisher: MqttClient;
  let published = 0;

  beforeAll(async () => {
    [postgres, mosquitto] = await Promise.all([startPostgres15(), startMosquitto(program ?? '')]);
    await migrate(postgres.url);
    admin = new pg.Pool({ connectionString: postgres.url, max: 2 });
    admin.on('error', () => undefined); // it is restarted below
    await admin.query(
      `INSERT INTO tenants (tenant) VALUES ('demo');
       INSERT INTO devices (tenant, device_id, kind)
       SELECT 'demo', d, 'electricity_meter' FROM unnest('{M1,untimed}'::text[]) d`,
    );
    worker = await begin();
    // As a device does: what is not acknowledged it sends again when it is connected again.
    publisher = mqtt.connect(mosquitto.url, {
      clientId: 'device',
      clean: false,
      protocolVersion: 5,
      properties: { sessionExpiryInterval: 600 },
      reconnectPeriod: 100,
    });
    await worker.untilReady();
  });
  afterAll(async () => {
    publisher.end(true);
    await worker.kill();
    await admin.end();
    await Promise.all([mosquitto.stop(), postgres.stop()]);
  });

  const begin = (): Promise<WorkerProcess> =>
    startWorker({
      DATABASE_URL: postgres.url,
      MQTT_URL: mosquitto.url,
      MQTT_CLIENT_ID: 'restarts',
      LOG_LEVEL: 'silent',
    });

  /** The broker ends in order, since a killed one forgets what it acknowledged last; the others are killed. */
  const down: Record<Part, () => Promise<void>> = {
    broker: () => mosquitto.shutDown(),
    worker: () => worker.kill(),
    database: () => postgres.kill(),
  };
  const up: Record<Part, () => Promise<void>> = {
    broker: () => mosquitto.start(),
    async worker() {
      worker = await begin();
    },
    database: () => postgres.start(),
  };

  const publish = (count: number, device = 'M1'): Promise<unknown> =>
    Promise.all(
      Array.from({ length: count }, () => {
        published += 1;
        const ts = new Date(Date.UTC(2026, 10, 1) + published * 1000).toISOString();
        const time = device === 'M1' ? `"ts":"${ts}",` : '';
        return publisher.publishAsync(
          `verimeter/v1/demo/${device}/readings`,
          `{${time}"values":{"active_energy_import":${published}}}`,
          { qos: 1 },
        );
      }),
    );

  async function rowsOf(what: string): Promise<number> {
    const { rows } = await admin.query<{ n: string }>(`SELECT count(*) AS n FROM ${what}`);
    return Number(rows[0]?.n);
  }

  async function everythingIsStored(): Promise<void> {
    await expect.poll(() => rowsOf('readings'), { timeout: 30_000 }).toBe(published);
    expect(await rowsOf('reading_conflicts')).toBe(0);
    const { rows } = await admin.query(
      `SELECT sum(stored)::int AS stored, sum(rejected)::int AS rejected,
              sum(received - stored - duplicate - conflicting - rejected - pending)::int AS open FROM ledger`,
    );
    expect(rows).toEqual([{ stored: published, rejected: 0, open: 0 }]);
  }

  test.each<[Part, Part, Part]>([
    ['broker', 'worker', 'database'],
    ['broker', 'database', 'worker'],
    ['worker', 'broker', 'database'],
    ['worker', 'database', 'broker'],
    ['database', 'broker', 'worker'],
    ['database', 'worker', 'broker'],
  ])('go down and come back as %s, %s, %s: everything is stored once', async (...order) => {
    await publish(MESSAGES);
    const meanwhile = publish(MESSAGES); // what the broker does not take waits in the device
    await down[order[0]]();
    await down[order[1]]();
    await down[order[2]]();
    for (const part of order) await up[part]();
    await meanwhile;
    await worker.untilReady();
    await everythingIsStored();
    expect(await worker.metric('ingest_reading_held')).toBe(0);
  });

  test('a broker that lost the session is subscribed to again, and what may be a repetition is marked', async () => {
    const before = await worker.metric('ingest_sessions_lost_total');
    await mosquitto.forget();
    await expect
      .poll(() => worker.metric('ingest_sessions_lost_total'), { timeout: 15_000 })
      .toBe(before + 1);
    await worker.untilReady();
    await publish(1, 'untimed');
    await everythingIsStored();
    const { rows } = await admin.query<{ flags: number }>(
      `SELECT flags FROM readings JOIN channels USING (channel_id) WHERE device_id = 'untimed'`,
    );
    expect(rows.map(({ flags }) => flags & 4)).toEqual([4]); // at_least_once
  });

  test('messages of QoS 0 are stored and counted as such', async () => {
    await worker.untilReady();
    const zero = 'ingest_received_messages_total';
    const before = await worker.metric(zero, 'qos="0"');
    for (let index = 0; index < 20; index += 1) {
      published += 1;
      const ts = new Date(Date.UTC(2026, 10, 1) + published * 1000).toISOString();
      publisher.publish(
        'verimeter/v1/demo/M1/readings',
        `{"ts":"${ts}","values":{"active_energy_import":${published}}}`,
        { qos: 0 },
      );
    }
    await everythingIsStored();
    expect(await worker.metric(zero, 'qos="0"')).toBe(before + 20);
    expect(await worker.unacknowledged()).toBe(0);
  });
});
