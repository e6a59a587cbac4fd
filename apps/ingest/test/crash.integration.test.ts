import { createServicePool, migrate } from '@verimeter/registry';
import { createEmptyDatabase, findMosquitto, startMosquitto } from '@verimeter/test-support';
import mqtt from 'mqtt';
import { describe, expect, test } from 'vitest';
import { hasPostgres15, startPostgres15 } from './support/system-postgres.ts';
import { startWorker } from './support/worker-process.ts';

const program = findMosquitto();
if (program === undefined) process.stdout.write('Mosquitto not found: crash tests skipped\n');

const MESSAGES = 20_000;
const KILLS = 10;
const WAVE = MESSAGES / KILLS;
/** A kill counts only where at least this many messages were in the worker's hands. */
const UNACKNOWLEDGED = 500;
const DEVICES = 20;
const START_MS = Date.parse('2026-11-01T00:00:00Z');

async function openDatabase(): Promise<{ url: string; close(): Promise<void> }> {
  if (!hasPostgres15) {
    const database = await createEmptyDatabase();
    return { url: database.url, close: () => database.drop() };
  }
  const server = await startPostgres15();
  return { url: server.url, close: () => server.stop() };
}

/** One reading per message; every tenth has no time of its own and lives on a device apart. */
function nthMessage(index: number): [topic: string, payload: string] {
  if (index % 10 === 0) {
    return ['verimeter/v1/demo/untimed/readings', `{"values":{"voltage_l1":${index}}}`];
  }
  const ts = new Date(START_MS + index * 1000).toISOString();
  return [
    `verimeter/v1/demo/K${index % DEVICES}/readings`,
    `{"ts":"${ts}","values":{"active_energy_import":${index}}}`,
  ];
}

/** Publishes in waves; in each the worker is killed with messages in hand, and started again. */
async function survive(...workerArgs: string[]) {
  const mosquitto = await startMosquitto(program ?? '');
  const database = await openDatabase();
  await migrate(database.url);
  const pool = createServicePool(database.url, { applicationName: 'crash-test', max: 2 });
  await pool.query(`INSERT INTO tenants (tenant) VALUES ('demo')`);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind)
     SELECT 'demo', d, 'electricity_meter'
       FROM unnest(ARRAY(SELECT 'K' || n FROM generate_series(0, $1::int - 1) n) || '{untimed,last}') d`,
    [DEVICES],
  );
  const env = {
    DATABASE_URL: database.url,
    MQTT_URL: mosquitto.url,
    MQTT_CLIENT_ID: 'crash-test',
    // Batches that wait this long leave enough in the worker's hands to kill it with.
    INGEST_FLUSH_MS: '250',
  };
  let worker = await startWorker(env, ...workerArgs);
  const publisher = await mqtt.connectAsync(mosquitto.url, { clientId: 'crash-publisher' });
  const inHand: number[] = [];
  try {
    await worker.untilReady();
    for (let wave = 0; wave < KILLS; wave += 1) {
      const published = Promise.all(
        Array.from({ length: WAVE }, (_, index) =>
          publisher.publishAsync(...nthMessage(wave * WAVE + index), { qos: 1 }),
        ),
      );
      let held = 0;
      while (held < UNACKNOWLEDGED) held = await worker.unacknowledged();
      await worker.kill();
      inHand.push(held);
      await published;
      worker = await startWorker(env, ...workerArgs);
    }
    const [topic] = nthMessage(1);
    const last = topic.replace(/K\d+/, 'last');
    await publisher.publishAsync(last, '{"values":{"voltage_l1":1}}', { qos: 1 });
    // The session is in order: when the last message is stored, so is all that will ever be.
    await expect
      .poll(
        async () => {
          const found = await pool.query(
            `SELECT 1 FROM readings JOIN channels USING (channel_id) WHERE device_id = 'last'`,
          );
          return found.rowCount;
        },
        { timeout: 30_000, interval: 100 },
      )
      .toBe(1);
    const counts = await pool.query<{ timed: number; untimed: number; conflicts: number }>(
      `SELECT count(*) FILTER (WHERE device_id LIKE 'K%') AS timed,
              count(*) FILTER (WHERE device_id = 'untimed') AS untimed,
              (SELECT count(*) FROM reading_conflicts) AS conflicts
         FROM readings JOIN channels USING (channel_id)`,
    );
    const ledger = await pool.query<{ received: number; stored: number; open: number }>(
      `SELECT sum(received)::int8 AS received, sum(stored)::int8 AS stored,
              sum(received - stored - duplicate - conflicting - rejected - pending)::int8 AS open FROM ledger`,
    );
    return { inHand, ...counts.rows[0], ledger: ledger.rows[0] };
  } finally {
    await worker.kill();
    await publisher.endAsync(true);
    await pool.end();
    await database.close();
    await mosquitto.stop();
  }
}

describe.skipIf(program === undefined)('kill -9 of the worker, ten times', () => {
  test('nothing is lost, nothing is stored twice, the account holds', async () => {
    const result = await survive();
    expect(result.inHand).toHaveLength(KILLS);
    expect(Math.min(...result.inHand)).toBeGreaterThanOrEqual(UNACKNOWLEDGED);
    expect(result).toMatchObject({
      timed: MESSAGES * 0.9,
      untimed: MESSAGES * 0.1,
      conflicts: 0,
      ledger: { stored: MESSAGES + 1, open: 0 },
    });
  }, 90_000);

  test('the same with acknowledgements on receipt loses messages: the test can tell', async () => {
    const { timed = 0, untimed = 0 } = await survive('ack-before-commit');
    expect(timed + untimed).toBeLessThan(MESSAGES);
  }, 90_000);
});
