import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createMetrics, startHealthServer } from '@verimeter/service-runtime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { COMMANDS } from '../../src/lib/commands.ts';
import { type ComposeService, interpolate, readCompose } from './compose-file.ts';
import {
  SERVICES,
  exists,
  inInfra,
  madeSecrets,
  manifest,
  unknownVariables,
  withSecretFiles,
} from './deployment-files.ts';

const compose = readCompose('compose.yaml');
const all = Object.entries(compose.services);
const own = all.filter(([name]) => name in SERVICES);

/** Seconds of a duration such as `15s` or `2m`. */
function seconds(duration: string | undefined): number {
  const [, amount, unit] = /^(\d+)([sm])$/.exec(duration ?? '') ?? [];
  return Number(amount) * (unit === 'm' ? 60 : 1);
}

test('the services are those of the command line and what they need', () => {
  expect(all.map(([name]) => name).toSorted()).toEqual(
    ['analytics', 'api', 'database', 'ingest', 'migrate', 'mosquitto', 'questdb'].toSorted(),
  );
  const commands = new Set(COMMANDS.map(({ spec }) => spec.name));
  for (const [name, { command }] of own) {
    expect(command).toEqual([name]);
    expect(commands).toContain(name);
  }
});

test('a variable without a default is told', () => {
  expect(interpolate('${A:-127.0.0.1:1}:1')).toBe('127.0.0.1:1:1');
  expect(() => interpolate('${A}')).toThrow('A has no default');
});

test.each(all)('%s: its image is pinned to one version', (name, { image }) => {
  expect(image).toMatch(/^[a-z-]+(\/[a-z]+)?:\d+\.\d+\.\d+(-[a-z0-9.-]+)?$/);
  if (name in SERVICES) expect(image).toBe(`verimeter:${manifest('apps/verimeter').version}`);
});

test.each(own)('%s: reads every variable it is given', async (name, { environment = {} }) => {
  expect(unknownVariables(name, environment)).toEqual([]);
  // The real reader: a value that it refuses would end the service.
  await SERVICES[name]?.read(withSecretFiles(environment));
});

test('a variable that nobody reads is found', () => {
  expect(unknownVariables('api', { HTTP_PORT: '1', HTTP_PROT: '1', MQTT_URL_FILE: 'x' })).toEqual([
    'HTTP_PROT',
    'MQTT_URL_FILE',
  ]);
});

test.each(['compose.yaml', 'compose.tls.yaml'])('%s: what it mounts is there', (file) => {
  const mounted = Object.values(readCompose(file).services)
    .flatMap(({ volumes = [] }) => volumes)
    .map((volume) => volume.split(':')[0] ?? '')
    .filter((source) => source.startsWith('./'));
  expect(mounted).not.toEqual([]);
  const missing = mounted.filter(
    (source) => !source.startsWith('./secrets/') && !exists(inInfra(source)),
  );
  expect(missing).toEqual([]);
});

test('every secret is a file that infra/secrets.sh makes, and is named where it is read', () => {
  for (const [name, { file }] of Object.entries(compose.secrets))
    expect([name, file]).toEqual([name, `./secrets/${name}`]);
  expect(madeSecrets()).toEqual(expect.arrayContaining(Object.keys(compose.secrets)));
  for (const [name, { environment = {}, secrets = [] }] of all) {
    const read = Object.values(environment)
      .filter((value) => value.startsWith('/run/secrets/'))
      .map((value) => value.slice('/run/secrets/'.length));
    expect([name, ...new Set(read.toSorted())]).toEqual([name, ...secrets.toSorted()]);
  }
});

test('only the database and its migration have the password of the administrator', () => {
  const holders = all.filter(([, { secrets = [] }]) =>
    secrets.some((secret) => secret.startsWith('database_admin')),
  );
  expect(holders.map(([name]) => name).toSorted()).toEqual(['database', 'migrate']);
});

test('MQTT and HTTP are published, on this machine only unless asked otherwise; nothing else', () => {
  const published = all.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
  expect(published).toEqual([
    ['mosquitto', '127.0.0.1:1883:1883'],
    ['api', '127.0.0.1:8080:8080'],
  ]);
  const outward = all.filter(([, { networks = [] }]) => networks.includes('edge'));
  expect(outward.map(([name]) => name)).toEqual(['mosquitto', 'api']);
  expect(compose.networks).toEqual({
    store: { internal: true },
    broker: { internal: true },
    edge: {},
  });
});

test.each(all)('%s: has no rights and writes to its volumes only', (name, service) => {
  expect(service.read_only).toBe(true);
  expect(service.cap_drop).toEqual(['ALL']);
  expect(service.security_opt).toEqual(['no-new-privileges:true']);
  expect(Object.keys(service.deploy?.resources.limits ?? {}).toSorted()).toEqual([
    'cpus',
    'memory',
    'pids',
  ]);
  // Ours become their account in the image, QuestDB in its entry point.
  if (!(name in SERVICES) && name !== 'questdb') expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
});

test.each(own)('%s: starts after the schema is current, and has time to stop', (name, service) => {
  expect(seconds(service.stop_grace_period)).toBeGreaterThan(10);
  expect(service.restart).toBe(name === 'migrate' ? 'no' : 'unless-stopped');
  const { depends_on: dependsOn = {} } = service;
  expect(dependsOn).toMatchObject(
    name === 'migrate'
      ? { database: { condition: 'service_healthy' } }
      : { migrate: { condition: 'service_completed_successfully' } },
  );
});

describe('the health check of the services', () => {
  const services: readonly ComposeService[] = own
    .filter(([name]) => name !== 'migrate')
    .map(([, service]) => service);
  const [, node = '', flag = '', script = ''] = services[0]?.healthcheck?.test ?? [];

  async function exitStatus(port: number): Promise<number> {
    const onPort = script.replace(':8080/', `:${port}/`);
    try {
      await promisify(execFile)(process.execPath, [flag, onPort]);
      return 0;
    } catch (error) {
      return error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
    }
  }

  test('is one for all', () => {
    expect(services).toHaveLength(3);
    for (const service of services) expect(service.healthcheck).toEqual(services[0]?.healthcheck);
    expect([node, flag]).toEqual(['node', '-e']);
  });

  test('says what the service says of itself, and fails where nothing listens', async () => {
    let ready = true;
    const server = await startHealthServer({
      host: '127.0.0.1',
      port: 0,
      metrics: createMetrics('test'),
      checks: {
        database: () => {
          if (!ready) throw new Error('away');
        },
      },
    });
    onTestFinished(() => server.stop());
    expect(await exitStatus(server.port)).toBe(0);
    ready = false;
    expect(await exitStatus(server.port)).toBe(1);
    expect(await exitStatus(1)).toBe(1);
  });
});
