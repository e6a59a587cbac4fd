import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  answers,
  createTemporaryDirectory,
  findFreePort,
  findMosquitto,
} from '@verimeter/test-support';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { inInfra } from './deployment-files.ts';

const run = promisify(execFile);
const program = findMosquitto();
if (program === undefined) process.stdout.write('Mosquitto not found: account tests skipped\n');

/** The broker of a server: server.conf with its accounts, and the listeners with TLS. */
describe.skipIf(program === undefined)('accounts of the broker', () => {
  let directory: string;
  let removeDirectory: () => Promise<void>;
  let broker: ChildProcess | undefined;
  let plainPort: number;
  let tlsPort: number;
  let workerUrl: string;
  const clients: mqtt.MqttClient[] = [];

  beforeAll(async () => {
    const temporary = await createTemporaryDirectory('verimeter-accounts-');
    directory = temporary.path;
    removeDirectory = temporary.remove;
    await chmod(directory, 0o755); // as root Mosquitto becomes the user `mosquitto` before it reads
    plainPort = await findFreePort();
    tlsPort = await findFreePort();
    await makeAccounts();
    await makeCertificate();
    const file = await makeConfiguration();
    broker = spawn(program ?? '', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    broker.stderr?.on('data', (text: Buffer) => (output += text.toString()));
    await vi.waitFor(
      async () => {
        if (!(await answers(plainPort))) throw new Error(`Mosquitto did not start: ${output}`);
      },
      { timeout: 10_000 },
    );
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });
  afterAll(async () => {
    if (broker !== undefined && broker.exitCode === null) {
      broker.kill('SIGTERM');
      await once(broker, 'exit');
    }
    await removeDirectory();
  });

  /** Those of the deployment, and one of the tenant `demo`, made as docs/how-to/deploy.md says. */
  async function makeAccounts(): Promise<void> {
    const secrets = path.join(directory, 'secrets');
    await run('sh', [inInfra('secrets.sh'), secrets, '127.0.0.1', '127.0.0.1']);
    await cp(path.join(secrets, 'mosquitto'), path.join(directory, 'accounts'), {
      recursive: true,
    });
    const passwords = path.join(directory, 'accounts', 'passwords');
    await chmod(passwords, 0o644);
    await run('mosquitto_passwd', ['-b', passwords, 'demo', 'of-the-device']);
    await chmod(passwords, 0o644);
    const url = await readFile(path.join(secrets, 'mqtt_url'), 'utf8');
    workerUrl = url.replace(':1883', `:${plainPort}`);
  }

  async function makeCertificate(): Promise<void> {
    const [key, certificate] = [
      path.join(directory, 'server.key'),
      path.join(directory, 'server.crt'),
    ];
    const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1'.split(' ');
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    await run('openssl', ['req', ...kind, ...name, '-keyout', key, '-out', certificate]);
    await chmod(key, 0o644);
  }

  async function makeConfiguration(): Promise<string> {
    const listeners = await readFile(inInfra('mosquitto/listeners/tls/listener.conf'), 'utf8');
    await cp(inInfra('mosquitto/acl'), path.join(directory, 'acl'));
    const confd = path.join(directory, 'conf.d');
    await run('mkdir', ['-p', confd]);
    await writeFile(
      path.join(confd, 'listener.conf'),
      listeners
        .replace('listener 1883', `listener ${plainPort} 127.0.0.1`)
        .replace('listener 8883', `listener ${tlsPort} 127.0.0.1`)
        .replaceAll('/etc/mosquitto/tls/', `${directory}/`),
    );
    const server = await readFile(inInfra('mosquitto/server.conf'), 'utf8');
    const file = path.join(directory, 'mosquitto.conf');
    await writeFile(
      file,
      server
        .replaceAll('/etc/mosquitto/', `${directory}/`)
        .replace('persistence true', 'persistence false'),
    );
    return file;
  }

  async function connect(url: string, options: mqtt.IClientOptions): Promise<mqtt.MqttClient> {
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      ...options,
    });
    clients.push(client);
    return client;
  }

  const device = async (): Promise<mqtt.MqttClient> =>
    connect(`mqtts://localhost:${tlsPort}`, {
      username: 'demo',
      password: 'of-the-device',
      ca: await readFile(path.join(directory, 'server.crt')),
    });

  test('a device publishes over TLS for its tenant, and the worker reads it', async () => {
    const worker = await connect(workerUrl, {});
    const granted = await worker.subscribeAsync('$share/ingest/verimeter/v1/#', { qos: 1 });
    expect(granted.map(({ qos }) => qos)).toEqual([1]);
    const received = new Promise((resolve) => {
      worker.once('message', (topic, payload) => resolve([topic, String(payload)]));
    });
    const sender = await device();
    await sender.publishAsync('verimeter/v1/demo/E-1/readings', 'one', { qos: 1 });
    expect(await received).toEqual(['verimeter/v1/demo/E-1/readings', 'one']);
  });

  test('not for another tenant, and it reads nothing', async () => {
    const sender = await device();
    await expect(
      sender.publishAsync('verimeter/v1/other/E-1/readings', 'one', { qos: 1 }),
    ).rejects.toThrow('Not authorized');
    // Mosquitto grants the subscription and delivers nothing on it: its answer to a later message comes after what it would deliver.
    const received: string[] = [];
    sender.on('message', (topic) => received.push(topic));
    await sender.subscribeAsync('verimeter/v1/#', { qos: 1 });
    for (const payload of ['one', 'two'])
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await sender.publishAsync('verimeter/v1/demo/E-1/readings', payload, { qos: 1 });
    expect(received).toEqual([]);
  });

  test('nobody gets in without an account, or with a wrong password', async () => {
    const url = `mqtt://127.0.0.1:${plainPort}`;
    await expect(connect(url, {})).rejects.toThrow('Not authorized');
    await expect(connect(url, { username: 'demo', password: 'wrong' })).rejects.toThrow(
      'Not authorized',
    );
  });
});
