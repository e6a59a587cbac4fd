import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { connect, createServer } from 'node:tls';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokerProblem, farewellOf, refusalOf } from '../src/lib/broker-problems.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stdout.write('openssl not found: no certificates to test with\n');

let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
const servers: Server[] = [];

beforeAll(async () => {
  directory = await createTemporaryDirectory();
});
afterAll(async () => {
  for (const server of servers) server.close();
  await directory.remove();
});

/** A self-signed certificate for a name. */
function certificate(name: string): { readonly cert: Buffer; readonly key: Buffer } {
  const file = (kind: string): string => path.join(directory.path, `${name}.${kind}`);
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const where = ['-keyout', file('key'), '-out', file('crt')];
  const what = [
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
  ];
  execFileSync('openssl', [...request, ...what, ...where], { stdio: 'ignore' });
  return { cert: readFileSync(file('crt')), key: readFileSync(file('key')) };
}

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line no-unsafe-type-assertion -- listens on TCP
  return (server.address() as AddressInfo).port;
}

/** How a TLS connection fails. */
function failure(port: number, options: { readonly ca?: Buffer; readonly servername?: string }) {
  return new Promise<Error>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ...options });
    socket.on('error', resolve);
    socket.on('secureConnect', () => reject(new Error('connected')));
  });
}

test('wrong credentials name the setting, in both versions of MQTT', () => {
  for (const code of [4, 5, 134, 135]) {
    const error = Object.assign(new Error('Connection refused: Not authorized'), { code });
    expect(brokerProblem(error)).toContain('correct them in MQTT_URL');
  }
});

test('a broker that starts or ends is told from one that refuses, in both versions of MQTT', () => {
  for (const code of [3, 136, 137]) expect(refusalOf(code)).toBe('unavailable');
  for (const code of [2, 4, 5, 133, 134, 135]) expect(refusalOf(code)).toBe('refused');
  expect([0x8b, 0x8e, 0x8d, undefined].map(farewellOf)).toEqual([
    'unavailable',
    'taken over',
    undefined,
    undefined,
  ]);
});

test.skipIf(!hasOpenssl)(
  'an unknown authority, another name, and no TLS at all are told from each other',
  async () => {
    const own = certificate('broker.example');
    const tls = await portOf(createServer(own, (socket) => socket.end()));
    expect(brokerProblem(await failure(tls, {}))).toContain('MQTT_CA_FILE');
    const other = { ca: own.cert, servername: 'other.example' };
    expect(brokerProblem(await failure(tls, other))).toContain('for another name');
    const plain = await portOf(
      createTcpServer((socket) => socket.end('not TLS, says this server')),
    );
    expect(brokerProblem(await failure(plain, {}))).toContain('does not speak TLS');
  },
);

test('what is not known is said as it came', () => {
  expect(
    brokerProblem(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
  ).toBe('connect ECONNREFUSED');
  expect(brokerProblem(Object.assign(new Error(''), { code: 'EPROTO' }))).toBe('EPROTO');
});
