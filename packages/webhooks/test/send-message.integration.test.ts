import { createTemporaryDirectory } from '@verimeter/test-support';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendMessage } from '../src/lib/send-message.ts';
import { newSecret, signedHeaders } from '../src/lib/signature.ts';
import { type Receiver, selfSigned, startReceiver } from './receiver.ts';

const message = { headers: { 'webhook-id': 'msg_1' }, body: '{"type":"webhook.test"}' };
const strict = { allowPrivate: false, timeoutMs: 5000 };
const open = { allowPrivate: true, timeoutMs: 5000 };
const LOOPBACK = { address: '127.0.0.1', family: 4 };
const resolveToLoopback = () => Promise.resolve([LOOPBACK]);

let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
let tls: { key: string; cert: string };
let secure: Receiver;
let plain: Receiver;
beforeAll(async () => {
  directory = await createTemporaryDirectory();
  tls = await selfSigned(directory.path);
  secure = await startReceiver({ tls });
  plain = await startReceiver();
});
afterAll(async () => {
  await secure.stop();
  await plain.stop();
  await directory.remove();
});

test('what is sent is what a receiver with the library of Standard Webhooks takes', async () => {
  const secret = newSecret();
  const body = '{"type":"finding.created","data":{"comment":"đồng hồ nước"}}';
  const timestampS = Math.floor(Date.now() / 1000);
  const headers = signedHeaders({ id: 'msg_2', timestampS, body, secret });
  const result = await sendMessage(plain.url, { headers, body }, open);
  expect(result).toEqual({ kind: 'answered', status: 204, excerpt: '' });
  const taken = plain.received.at(-1);
  expect(new Webhook(secret).verify(taken?.body ?? '', taken?.headers ?? {})).toEqual(
    JSON.parse(body),
  );
  expect(() => new Webhook(newSecret()).verify(taken?.body ?? '', taken?.headers ?? {})).toThrow();
  expect(() => new Webhook(secret).verify(`${body} `, taken?.headers ?? {})).toThrow();
});

test('over TLS the name is checked, also where the address was: an authority that is known is needed', async () => {
  const url = `https://desk.example.com:${secure.port}/hook`;
  const before = secure.received.length;
  expect(await sendMessage(url, message, { ...open, resolve: resolveToLoopback })).toMatchObject({
    kind: 'unreachable',
    error: expect.stringContaining('self-signed'),
  });
  expect(
    await sendMessage(url, message, { ...open, resolve: resolveToLoopback, ca: tls.cert }),
  ).toMatchObject({
    status: 204,
  });
  const other = `https://other.example.com:${secure.port}/hook`;
  expect(
    await sendMessage(other, message, { ...open, resolve: resolveToLoopback, ca: tls.cert }),
  ).toMatchObject({
    kind: 'unreachable',
    error: expect.stringContaining('altnames'),
  });
  expect(secure.received.length - before).toBe(1);
});

test.each([
  [[LOOPBACK]],
  [[{ address: '8.8.8.8', family: 4 }, LOOPBACK]],
  [
    [
      { address: '2606:4700:4700::1111', family: 6 },
      { address: '::ffff:10.0.0.1', family: 6 },
    ],
  ],
  [[{ address: '64:ff9b::7f00:1', family: 6 }]],
])('a name of which one address is private is refused: %j', async (addresses) => {
  const before = secure.received.length;
  const url = `https://desk.example.com:${secure.port}/hook`;
  const resolve = () => Promise.resolve(addresses);
  expect(await sendMessage(url, message, { ...strict, resolve, ca: tls.cert })).toMatchObject({
    kind: 'refused',
    error: expect.stringContaining('which is no public address'),
  });
  expect(secure.received.length).toBe(before);
});

test('the connection goes to the address that was checked, whatever the name means a moment later', async () => {
  let asked = 0;
  // 192.0.2.1 is an address for examples: no one answers there
  const resolve = () => {
    asked += 1;
    return Promise.resolve([asked === 1 ? { address: '192.0.2.1', family: 4 } : LOOPBACK]);
  };
  const before = secure.received.length;
  const url = `https://desk.example.com:${secure.port}/hook`;
  const result = await sendMessage(url, message, {
    ...open,
    resolve,
    ca: tls.cert,
    timeoutMs: 1000,
  });
  expect(result.kind).toBe('unreachable');
  expect(asked).toBe(1);
  expect(secure.received.length).toBe(before);
});

test('names that the system itself resolves to this machine are refused', async () => {
  expect(await sendMessage(`https://localhost:${secure.port}/`, message, strict)).toMatchObject({
    kind: 'refused',
  });
  expect(await sendMessage(plain.url, message, strict)).toMatchObject({ kind: 'refused' });
});

test('redirects are not followed', async () => {
  const target = await startReceiver();
  const source = await startReceiver({
    answer: (_received, response) =>
      response.writeHead(307, { location: target.url }).end('elsewhere'),
  });
  expect(await sendMessage(source.url, message, open)).toEqual({
    kind: 'answered',
    status: 307,
    excerpt: 'elsewhere',
  });
  expect(target.received).toHaveLength(0);
  await source.stop();
  await target.stop();
});

test('a receiver that says nothing is left, and of one that never ends only the beginning is read', async () => {
  const silent = await startReceiver({ answer: () => undefined });
  expect(await sendMessage(silent.url, message, { ...open, timeoutMs: 300 })).toEqual({
    kind: 'unreachable',
    error: 'no answer within 0.3 s',
  });
  await silent.stop();
  const endless = await startReceiver({
    answer: (_received, response) => {
      response.writeHead(500);
      const pour = (): void => {
        while (!response.destroyed && response.write('\0'.repeat(500)));
      };
      response.on('drain', pour);
      pour();
    },
  });
  expect(await sendMessage(endless.url, message, open)).toEqual({
    kind: 'answered',
    status: 500,
    excerpt: '\u{FFFD}'.repeat(1024),
  });
  await endless.stop();
  expect(await sendMessage(endless.url, message, open)).toMatchObject({
    kind: 'unreachable',
    error: expect.stringContaining('ECONNREFUSED'),
  });
});
