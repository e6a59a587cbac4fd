import { type Broker, startBroker } from '@verimeter/embedded';
import { QUARANTINE_REASONS, type QuarantineReason } from '@verimeter/telemetry';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type World, createWorld, silent } from './support/world.ts';

const DAY_MS = 86_400_000;
const TS = '2026-11-23T07:15:00Z';
const ahead = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** One message per reason: topic below verimeter/v1/ and payload. */
const BAD: Record<QuarantineReason, readonly [topic: string, payload: string | Buffer]> = {
  malformed: ['demo/M1/readings', '{"values":'],
  wrong_type: ['demo/M1/readings', `{"ts":"${TS}","values":{"voltage_l1":"230"}}`],
  not_finite: ['demo/M1/readings', `{"ts":"${TS}","values":{"voltage_l1":1e999}}`],
  missing_zone: ['demo/M1/readings', '{"ts":"2026-11-23T07:15:00","values":{"voltage_l1":1}}'],
  bad_time: ['demo/M1/readings', '{"ts":1795418100,"values":{"voltage_l1":1}}'],
  implausible_time: ['demo/M1/readings', '{"ts":"2001-01-01T00:00:00Z","values":{"voltage_l1":1}}'],
  unknown_quantity: ['demo/M1/readings', `{"ts":"${TS}","values":{"volts":1}}`],
  bad_unit: ['demo/M1/senml', '[{"bn":"M1:","bt":1795418100,"n":"active_power","u":"V","v":1}]'],
  unknown_device: ['demo/nobody/readings', `{"ts":"${TS}","values":{"voltage_l1":1}}`],
  unknown_tenant: ['nowhere/M1/readings', `{"ts":"${TS}","values":{"voltage_l1":1}}`],
  topic_mismatch: ['demo/M1/readings', `{"device_id":"M2","ts":"${TS}","values":{"noise":1}}`],
  too_large: ['demo/M1/readings', Buffer.alloc(5 * 1024 * 1024, 0x20)],
  too_deep: ['demo/M1/readings', '['.repeat(1_000_000)],
};

describe.each([4, 5] as const)(
  'devices that speak MQTT level %i to the embedded broker',
  (protocolVersion) => {
    let world: World;
    let broker: Broker;
    let device: MqttClient;

    beforeAll(async () => {
      world = await createWorld();
      const pipeline = world.pipeline();
      broker = await startBroker({
        host: '127.0.0.1',
        port: 0,
        log: silent,
        accept: (message) => pipeline.accept(message),
      });
      device = await mqtt.connectAsync(broker.url, { protocolVersion });
    });
    afterAll(async () => {
      await device.endAsync(true);
      await broker.stop();
      await world.close();
    });

    const publish = (topic: string, payload: string | Buffer) =>
      device.publishAsync(`verimeter/v1/${topic}`, payload, { qos: 1 });

    test('each native form is in the database when it is acknowledged', async () => {
      await publish(
        'demo/M4/readings',
        `{"ts":"${TS}","values":{"active_energy_import":1,"voltage_l1":230}}`,
      );
      await publish(
        'demo/M5/readings',
        '[{"ts":1795418100000,"values":{"noise":1}},{"ts":1795419000000,"values":{"noise":2}}]',
      );
      await publish(
        'demo/GW/children/M6/readings',
        '{"quantity":"active_energy_import","start":"2026-11-22T00:00:00Z","step":900,"values":[1,null,3]}',
      );
      expect(await world.readings()).toEqual([
        ['M4', 'active_energy_import', '2026-11-23T07:15:00.000Z', 1],
        ['M4', 'voltage_l1', '2026-11-23T07:15:00.000Z', 230],
        ['M5', 'noise', '2026-11-23T07:15:00.000Z', 1],
        ['M5', 'noise', '2026-11-23T07:30:00.000Z', 2],
        ['M6', 'active_energy_import', '2026-11-22T00:00:00.000Z', 1],
        ['M6', 'active_energy_import', '2026-11-22T00:30:00.000Z', 3],
      ]);
    });

    test.each(QUARANTINE_REASONS)('%s is in quarantine when it is acknowledged', async (reason) => {
      const [topic, payload] = BAD[reason];
      await publish(topic, payload);
      const [entry] = await world.rows<Record<string, unknown>>(
        `SELECT tenant, topic, reason, rejected, payload, payload_bytes, octet_length(payload_sha256) AS hash, message
         FROM quarantine ORDER BY id DESC LIMIT 1`,
      );
      const bytes = Buffer.from(payload);
      expect(entry).toMatchObject({
        tenant: 'demo',
        topic: `verimeter/v1/${topic}`,
        reason,
        rejected: 1,
        payload: bytes.length > 65_536 ? null : bytes,
        payload_bytes: bytes.length,
      });
      expect(String(entry?.['message']).length).toBeGreaterThan(10);
      if (bytes.length > 65_536) expect(entry).toMatchObject({ hash: 32 });
    });

    test('the good readings of a bad message are stored', async () => {
      const before = await world.ledger();
      await publish(
        'demo/M7/readings',
        `{"ts":"${TS}","values":{"voltage_l1":230,"volts":1,"current_l1":"x"}}`,
      );
      const after = await world.ledger();
      expect(await world.rows(`SELECT quantity FROM channels WHERE device_id = 'M7'`)).toEqual([
        { quantity: 'voltage_l1' },
      ]);
      expect((after['received'] ?? 0) - (before['received'] ?? 0)).toBe(3);
      expect((after['rejected'] ?? 0) - (before['rejected'] ?? 0)).toBe(2);
    });

    test('a stamp up to 24 h ahead is stored and marked future', async () => {
      await publish('demo/M8/readings', `{"ts":"${ahead(600_000)}","values":{"noise":1}}`);
      await publish('demo/M8/readings', `{"ts":"${ahead(DAY_MS + 60_000)}","values":{"noise":2}}`);
      expect(
        await world.rows(
          `SELECT value, flags FROM readings JOIN channels USING (channel_id) WHERE device_id = 'M8'`,
        ),
      ).toEqual([{ value: 1, flags: 1 }]);
    });

    test('everything is accounted for', async () => {
      const ledger = await world.ledger();
      const [{ rejected } = { rejected: 0 }] = await world.rows<{ rejected: number }>(
        'SELECT sum(rejected)::int8 AS rejected FROM quarantine',
      );
      const [{ stored } = { stored: 0 }] = await world.rows<{ stored: number }>(
        'SELECT count(*)::int8 AS stored FROM readings',
      );
      expect(ledger).toMatchObject({ open: 0, rejected, stored });
      expect(rejected).toBeGreaterThanOrEqual(QUARANTINE_REASONS.length);
    });
  },
);
