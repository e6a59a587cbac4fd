import {
  createEmptyDatabase,
  createTestDatabase,
  findMosquitto,
  startMosquitto,
} from '@verimeter/test-support';
import mqtt from 'mqtt';
import { describe, expect, test } from 'vitest';
import { runProgram } from './program.ts';

const program = findMosquitto();
if (program === undefined) process.stdout.write('Mosquitto not found: take-over not tested\n');

describe('verimeter ingest --take-over', () => {
  test('ends with the command to run where the database is not migrated', async () => {
    const database = await createEmptyDatabase();
    try {
      const result = await runProgram(['ingest', '--take-over', 'x'], {
        DATABASE_URL: database.url,
        MQTT_URL: 'mqtt://127.0.0.1:1',
      });
      expect(result.status).toBe(1);
      expect(result.stderr).toContain('verimeter migrate');
    } finally {
      await database.drop();
    }
  });

  test.skipIf(program === undefined)(
    'says how many messages came, and refuses what is not there',
    async () => {
      const database = await createTestDatabase();
      const mosquitto = await startMosquitto(program ?? '');
      try {
        const broker = `127.0.0.1:${mosquitto.port}`;
        await database.servicePool.query(
          `INSERT INTO ingest_sessions (broker, client_id, filter, expiry_s, holder, left_at)
         VALUES ($1, 'left', 'verimeter/v1/#', 600, gen_random_uuid(), now()),
                ($1, 'runs', 'verimeter/v1/#', 600, gen_random_uuid(), NULL)`,
          [broker],
        );
        const left = await mqtt.connectAsync(mosquitto.url, {
          clientId: 'left',
          clean: false,
          protocolVersion: 5,
          properties: { sessionExpiryInterval: 600 },
        });
        await left.subscribeAsync('verimeter/v1/#', { qos: 1 });
        await left.endAsync();
        const device = await mqtt.connectAsync(mosquitto.url);
        for (const value of [1, 2, 3])
          await device.publishAsync(
            'verimeter/v1/demo/M1/readings',
            `{"values":{"noise":${value}}}`,
            { qos: 1 },
          );
        await device.endAsync();
        const env = { DATABASE_URL: database.url, MQTT_URL: mosquitto.url };

        const done = await runProgram(['ingest', '--take-over', 'left', '--json'], env);
        expect(done).toMatchObject({ status: 0, stdout: '{"client_id":"left","messages":3}\n' });
        const { rows } = await database.servicePool.query(
          'SELECT sum(received)::int8 AS n FROM ledger',
        );
        expect(rows).toEqual([{ n: 3 }]);

        const again = await runProgram(['ingest', '--take-over', 'left'], env);
        expect(again.status).toBe(1);
        expect(again.stderr).toContain(`has run as left at ${broker}; there are: runs (held)`);
      } finally {
        await mosquitto.stop();
        await database.drop();
      }
    },
  );
});
