import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readSourceProblems, removeSource, writeSource } from '@verimeter/registry';
import {
  type Mosquitto,
  createTemporaryDirectory,
  findFreePort,
  findMosquitto,
  startMosquitto,
} from '@verimeter/test-support';
import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type IngestService, readIngestConfig, startIngest } from '../src/index.ts';
import { type World, createWorld, silent } from './support/world.ts';

const PATIENCE = { timeout: 10_000 };
const program = findMosquitto();
/** Of Mosquitto's own ways only this one refuses a subscription; an `acl_file` grants it and delivers nothing. */
const plugin = '/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so';

const rules = (denied: readonly string[]): string =>
  JSON.stringify({
    defaultACLAccess: {
      publishClientSend: true,
      publishClientReceive: true,
      subscribe: true,
      unsubscribe: true,
    },
    clients: [],
    groups: [{ groupname: 'anyone', roles: [{ rolename: 'limited' }] }],
    roles: [
      {
        rolename: 'limited',
        acls: denied.map((topic) => ({ acltype: 'subscribeLiteral', topic, allow: false })),
      },
    ],
    anonymousGroup: 'anyone',
  });

describe.skipIf(program === undefined || !existsSync(plugin))(
  'a broker that refuses filters',
  () => {
    let world: World;
    let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
    let mosquitto: Mosquitto | undefined;
    let service: IngestService | undefined;

    beforeEach(async () => {
      world = await createWorld();
      directory = await createTemporaryDirectory('verimeter-rules-');
      await chmod(directory.path, 0o777); // Mosquitto may run as a user of its own
    });
    afterEach(async () => {
      await service?.stop();
      service = undefined;
      await mosquitto?.stop();
      await directory.remove();
      await world.close();
    });

    async function start(
      denied: readonly string[],
      env: Record<string, string> = {},
    ): Promise<Mosquitto> {
      const file = path.join(directory.path, 'rules.json');
      await writeFile(file, rules(denied), { mode: 0o666 });
      const started = await startMosquitto(program ?? '', {
        allow_anonymous: `true\nplugin ${plugin}\nplugin_opt_config_file ${file}`,
      });
      mosquitto = started;
      const config = await readIngestConfig({
        DATABASE_URL: world.url,
        MQTT_URL: started.url,
        MQTT_CLIENT_ID: 'w1',
        HTTP_PORT: String(await findFreePort()),
        ...env,
      });
      service = await startIngest(config, { log: silent });
      return started;
    }

    const keep = (name: string, filter: string, rank = 100) =>
      writeSource(world.pool, {
        tenant: 'demo',
        name,
        filter,
        dialect: 'zigbee2mqtt',
        rank,
        enabled: true,
        settings: {},
        provision: true,
        provision_kind: null,
        provision_per_day: 1000,
        changed_by: 'test',
      });
    const ready = async (): Promise<unknown> =>
      (await fetch(`${service?.url ?? ''}/health/ready`)).json();
    const sessions = async () => (await fetch(`${service?.url ?? ''}/health/sessions`)).text();
    const problems = () => readSourceProblems(world.pool, 'demo');

    test.each([{ MQTT_SHARED_GROUP: '' }, { MQTT_SHARED_GROUP: 'g' }])(
      'is a problem of the source that has them; the others run (%j)',
      async (env) => {
        await keep('secret', 'secret/#', 200);
        // Covered by a filter that is refused: then it counts for itself.
        await keep('open', 'secret/open/+');
        const prefix = env.MQTT_SHARED_GROUP === '' ? '' : '$share/g/';
        const { url } = await start([`${prefix}secret/#`, 'secret/#'], env);
        // Ready means every filter; what is granted is received all the same.
        await expect.poll(ready, PATIENCE).toMatchObject({
          status: 'not_ready',
          checks: { broker: expect.stringMatching(/refuses the subscription to secret\/#/) },
        });
        await expect.poll(problems, PATIENCE).toMatchObject([
          {
            source: 'secret',
            worker: 'w1',
            problem: expect.stringMatching(/refuses the subscription to secret\/#.*not allowed/),
          },
        ]);
        const device = await mqtt.connectAsync(url);
        await device.publishAsync('secret/plug', '{"energy":1}', { qos: 1 });
        await device.publishAsync('secret/open/plug', '{"energy":2}', { qos: 1 });
        await device.endAsync();
        const values = async () => (await world.readings()).map(([, , , value]) => value);
        await expect.poll(values, PATIENCE).toEqual([2]);

        await removeSource(world.pool, 'demo', 'secret');
        await keep('further', 'further/#');
        await expect.poll(sessions, PATIENCE).toContain('further/#');
        expect(await problems()).toEqual([]);
        await expect.poll(ready, PATIENCE).toMatchObject({ status: 'ready' });
      },
    );

    test("of Verimeter's own topics keeps the worker from being ready", async () => {
      await start(['verimeter/v1/#']);
      await expect.poll(ready, PATIENCE).toMatchObject({
        status: 'not_ready',
        checks: { broker: expect.stringMatching(/does not grant QoS 1 on verimeter/) },
      });
    });

    test("a source whose filter covers Verimeter's own topics leaves the worker ready", async () => {
      await keep('all', '#');
      await start([]);
      await expect.poll(ready, PATIENCE).toMatchObject({ status: 'ready' });
    });

    test('a source that this version cannot run says so, and says nothing any more once its worker has stopped', async () => {
      await keep('odd', 'odd/#');
      await world.rows(`UPDATE sources SET dialect = 'of tomorrow'`);
      await start([]);
      await expect
        .poll(problems, PATIENCE)
        .toMatchObject([
          { source: 'odd', problem: 'there is no dialect of tomorrow in this version' },
        ]);
      await service?.stop();
      service = undefined;
      expect(await problems()).toEqual([]);
    });
  },
);
