import { type Pool, migrate } from '@verimeter/registry';
import { type Mosquitto, findMosquitto, startMosquitto } from '@verimeter/test-support';
import mqtt, { type MqttClient } from 'mqtt';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IngestService, readIngestConfig, startIngest } from '../src/index.ts';
import { type SmallDisk, mountSmallDisk } from './support/small-disk.ts';
import { type SystemPostgres, hasPostgres15, startPostgres15 } from './support/system-postgres.ts';
import { silent } from './support/world.ts';

const program = findMosquitto();
const possible = program !== undefined && hasPostgres15;
if (!possible)
  process.stdout.write('Mosquitto or PostgreSQL 15 not found: database states not tested\n');

/** Per state; more than the worker holds at once, so that the broker has to keep the rest. */
const MESSAGES = 1500;
const MAX_UNACKED = 500;

describe.skipIf(!possible)('a worker whose database', () => {
  let postgres: SystemPostgres;
  let mosquitto: Mosquitto;
  let service: IngestService;
  let admin: Pool;
  let publisher: MqttClient;
  let disk: SmallDisk | undefined;
  let published = 0;

  beforeAll(async () => {
    [postgres, mosquitto] = await Promise.all([startPostgres15(), startMosquitto(program ?? '')]);
    await migrate(postgres.url);
    admin = new pg.Pool({ connectionString: postgres.url, max: 2 });
    admin.on('error', () => undefined); // it is restarted below
    await admin.query(
      `INSERT INTO tenants (tenant) VALUES ('demo');
       INSERT INTO devices (tenant, device_id, kind) VALUES ('demo', 'M1', 'electricity_meter')`,
    );
    service = await startIngest(
      await readIngestConfig({
        DATABASE_URL: postgres.url,
        MQTT_URL: mosquitto.url,
        HTTP_PORT: '0',
        INGEST_MAX_UNACKED: String(MAX_UNACKED),
      }),
      { log: silent },
    );
    publisher = await mqtt.connectAsync(mosquitto.url, { protocolVersion: 5 });
  });
  afterAll(async () => {
    await publisher.endAsync();
    await service.stop();
    await admin.end();
    await Promise.all([mosquitto.stop(), postgres.stop()]);
    await disk?.remove();
  });

  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${service.url}${path}`)).json();
  const checks = async (): Promise<unknown> => Object(await get('/health/ready')).checks;
  const ready = () =>
    expect.poll(checks, { timeout: 20_000 }).toEqual({ database: 'ok', broker: 'ok', store: 'ok' });

  const lagS = async (): Promise<number> =>
    Number(Object(await get('/health/sessions')).oldest_unacknowledged_s);

  async function publish(): Promise<void> {
    await Promise.all(
      Array.from({ length: MESSAGES }, () => {
        published += 1;
        const ts = new Date(Date.UTC(2026, 10, 1) + published * 1000).toISOString();
        return publisher.publishAsync(
          'verimeter/v1/demo/M1/readings',
          `{"ts":"${ts}","values":{"active_energy_import":${published}}}`,
          { qos: 1 },
        );
      }),
    );
  }

  /** The worker holds as much as it may and no more, and keeps its connection to the broker. */
  const holds = () =>
    expect
      .poll(() => get('/health/sessions'), { timeout: 20_000 })
      .toMatchObject({ unacknowledged: MAX_UNACKED });

  async function everythingIsStoredOnce(): Promise<void> {
    const stored = async (): Promise<number> => {
      const { rows } = await admin.query<{ n: string }>('SELECT count(*) AS n FROM readings');
      return Number(rows[0]?.n);
    };
    await expect.poll(stored, { timeout: 20_000 }).toBe(published);
    const { rows } = await admin.query(
      `SELECT sum(received)::int AS received, sum(stored)::int AS stored, sum(duplicate)::int AS duplicate FROM ledger`,
    );
    expect(rows).toEqual([{ received: published, stored: published, duplicate: 0 }]);
    await ready();
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toMatch(/ingest_connections_total\{.*\} 1\n/);
  }

  test('is stopped: says that it does not answer, and goes on', async () => {
    await ready();
    postgres.signal('SIGSTOP');
    try {
      await publish();
      await holds();
      await expect
        .poll(checks, { timeout: 20_000 })
        .toMatchObject({ database: expect.stringMatching(/has not answered for .* pg_locks/) });
    } finally {
      postgres.signal('SIGCONT');
    }
    await everythingIsStoredOnce();
  });

  test('has a lock on a table: says that a commit does not finish, and goes on', async () => {
    const client = await admin.connect();
    await client.query('BEGIN; LOCK TABLE readings IN ACCESS EXCLUSIVE MODE');
    try {
      await publish();
      await holds();
      await expect.poll(checks, { timeout: 20_000 }).toMatchObject({
        store: expect.stringMatching(/does not finish a commit.*500 messages wait/),
      });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    await everythingIsStoredOnce();
  });

  test('is slow: stays ready, holds what it may, and catches up', async () => {
    await admin.query(
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
       GRANT EXECUTE ON FUNCTION slow() TO public;
       CREATE TRIGGER slow AFTER INSERT ON ledger_journal FOR EACH STATEMENT EXECUTE FUNCTION slow()`,
    );
    const sending = publish();
    await expect.poll(lagS, { timeout: 20_000 }).toBeGreaterThan(0.4);
    expect(await checks()).toEqual({ database: 'ok', broker: 'ok', store: 'ok' });
    await sending;
    await everythingIsStoredOnce();
    await admin.query('DROP FUNCTION slow CASCADE');
  });

  test('restarts: names the address, and goes on', async () => {
    await postgres.kill();
    await publish();
    await holds();
    await expect.poll(checks, { timeout: 20_000 }).toMatchObject({
      database: expect.stringMatching(/does not answer: start it, or correct DATABASE_URL .*127/),
      store: expect.stringMatching(/500 messages wait/),
    });
    await postgres.start();
    await everythingIsStoredOnce();
  });

  test('is read-only: says what to turn off, and goes on', async () => {
    await admin.query('ALTER SYSTEM SET default_transaction_read_only = on');
    await admin.query('SELECT pg_reload_conf()');
    await publish();
    await holds();
    await expect.poll(checks, { timeout: 20_000 }).toMatchObject({
      store: expect.stringMatching(/read-only: turn default_transaction_read_only off/),
    });
    await admin.query('ALTER SYSTEM RESET default_transaction_read_only');
    await admin.query('SELECT pg_reload_conf()');
    await everythingIsStoredOnce();
  });

  test('has a full disk: says so, and goes on when there is room', async ({ skip }) => {
    disk = await mountSmallDisk(8, postgres.user);
    if (disk === undefined) {
      process.stdout.write('not allowed to mount: full disk not tested\n');
      skip();
      return;
    }
    await admin.query(`CREATE TABLESPACE small LOCATION '${disk.path}'`);
    await admin.query(
      `DO $$ DECLARE part regclass; BEGIN
         FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'readings'::regclass LOOP
           EXECUTE format('ALTER TABLE %s SET TABLESPACE small', part);
         END LOOP; END $$`,
    );
    await disk.fill();
    await publish();
    await holds();
    await expect
      .poll(checks, { timeout: 20_000 })
      .toMatchObject({ store: expect.stringMatching(/disk of the database is full: make room/) });
    await disk.empty();
    await everythingIsStoredOnce();
    await admin.query(
      `DO $$ DECLARE part regclass; BEGIN
         FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'readings'::regclass LOOP
           EXECUTE format('ALTER TABLE %s SET TABLESPACE pg_default', part);
         END LOOP; END $$`,
    );
    await admin.query('DROP TABLESPACE small');
  });
});
