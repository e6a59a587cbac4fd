import { writeSource } from '@verimeter/registry';
import {
  type Mosquitto,
  findFreePort,
  findMosquitto,
  startMosquitto,
} from '@verimeter/test-support';
import mqtt, { type MqttClient } from 'mqtt';
import sparkplug from 'sparkplug-payload';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type IngestService, readIngestConfig, startIngest } from '../src/index.ts';
import { type World, createWorld, silent } from './support/world.ts';

const PATIENCE = { timeout: 10_000 };
const program = findMosquitto();
/** The other side: Eclipse Tahu. */
const peer = sparkplug.get('spBv1.0');
type Payload = Parameters<NonNullable<typeof peer>['encodePayload']>[0];

function encode(payload: Payload): Buffer {
  if (peer === null) throw new Error('the encoder does not know spBv1.0');
  return Buffer.from(peer.encodePayload(payload));
}

let ticks = 0;
/** No two messages are of the same millisecond: their values would contradict each other. */
const tick = (): number => Date.now() - 60_000 + ticks++;
const data = (value: number, alias = 3): Payload => ({
  timestamp: tick(),
  metrics: [{ alias, type: 'Double', value }],
});

describe.skipIf(program === undefined)(
  'a Sparkplug node whose birth the worker has not heard',
  () => {
    let world: World;
    let mosquitto: Mosquitto;
    let node: MqttClient;
    let service: IngestService;

    beforeEach(async () => {
      world = await createWorld();
      mosquitto = await startMosquitto(program ?? '');
      node = await mqtt.connectAsync(mosquitto.url);
      await writeSource(world.pool, {
        tenant: 'demo',
        name: 'plant',
        filter: 'spBv1.0/#',
        dialect: 'sparkplug-b',
        rank: 100,
        enabled: true,
        settings: { names: { Volume: { quantity: 'water_volume', unit: 'm3' } } },
        provision: true,
        provision_kind: null,
        provision_per_day: 1000,
        changed_by: 'test',
      });
      const config = await readIngestConfig({
        DATABASE_URL: world.url,
        MQTT_URL: mosquitto.url,
        HTTP_PORT: String(await findFreePort()),
      });
      service = await startIngest(config, { log: silent });
      const sessions = async () => (await fetch(`${service.url}/health/sessions`)).text();
      await expect.poll(sessions, PATIENCE).toContain('"spBv1.0/#"');
    });
    afterEach(async () => {
      await node.endAsync(true);
      await service.stop();
      await mosquitto.stop();
      await world.close();
    });

    test('is asked for it once, and its values are stored from then on', async () => {
      const asked: string[] = [];
      let seq = 0;
      const publish = (type: string, payload: Payload) =>
        node.publishAsync(`spBv1.0/east/${type}/pump`, encode({ ...payload, seq: seq++ % 256 }));
      node.on('message', (topic, bytes) => {
        const metrics = peer?.decodePayload(bytes).metrics ?? [];
        asked.push(...metrics.map(({ name, value }) => `${topic} ${name} ${value === true}`));
        seq = 0;
        void publish('NBIRTH', {
          timestamp: tick(),
          metrics: [
            { name: 'bdSeq', type: 'UInt64', value: 0 },
            { name: 'Volume', alias: 3, type: 'Double', value: 10 },
          ],
        });
      });
      await node.subscribeAsync('spBv1.0/east/NCMD/pump');
      const values = async () =>
        (await world.readings()).map(([device, , , value]) => [device, value]);
      // Three, before the node has heard of the first request: it is asked once in a minute.
      await Promise.all([1, 2, 3].map((value) => publish('NDATA', data(value))));
      await expect.poll(values, PATIENCE).toEqual([['east:pump', 10]]);
      await publish('NDATA', data(11));
      await publish('NDATA', data(1, 9));
      await publish('NDATA', data(12));
      await expect
        .poll(values, PATIENCE)
        .toEqual([10, 11, 12].map((value) => ['east:pump', value]));
      expect(asked).toEqual(['spBv1.0/east/NCMD/pump Node Control/Rebirth true']);
      const open = await world.rows(
        'SELECT reason, sum(rejected)::int AS n FROM quarantine GROUP BY 1',
      );
      expect(open).toEqual([{ reason: 'unknown_quantity', n: 4 }]);
      expect(await world.ledger()).toMatchObject({ received: 7, stored: 3, rejected: 4, open: 0 });
    });
  },
);
