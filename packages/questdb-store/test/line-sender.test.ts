import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReadingBatch } from '@verimeter/reading-store';
import { afterEach, expect, test } from 'vitest';
import { createQuestDbHttp } from '../src/lib/http-client.ts';
import { createLineSender } from '../src/lib/line-sender.ts';
import { QuestDbError } from '../src/lib/questdb-error.ts';

// What QuestDB answers, without it: the client forgets its rows where it is refused.

interface Request {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

let server: Server | undefined;
afterEach(() => server?.close());

/** Answers one status after the other, the last one from then on. */
async function startStub(statuses: readonly number[]): Promise<[url: string, Request[]]> {
  const requests: Request[] = [];
  const stub = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', headers } = request;
      requests.push({ url, authorization: headers.authorization, body: Buffer.concat(chunks) });
      const status = statuses[Math.min(requests.length, statuses.length) - 1] ?? 204;
      response.writeHead(status).end(status === 204 ? '' : '{"message":"no"}');
    });
  });
  server = stub;
  stub.listen(0, '127.0.0.1');
  await once(stub, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP port was asked for
  return [`127.0.0.1:${(stub.address() as AddressInfo).port}`, requests];
}

function rows() {
  const batch = createReadingBatch(2);
  batch.length = 2;
  batch.channelId.set([7, 8]);
  batch.tsUs.set([2_000_001, 1_000_000]);
  batch.value.set([0.1 + 0.2, -1]);
  batch.flags.set([3, 0]);
  batch.receivedAtUs.set([946_684_805.9e6, 946_684_800e6]);
  return batch;
}

/** `=`, the type, and eight bytes, little-endian. */
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(10);
  bytes.writeUInt8(0x3d, 0);
  bytes.writeUInt8(16, 1);
  bytes.writeDoubleLE(value, 2);
  return bytes;
};

/** Lines by time. */
function expectRows(body: Buffer | undefined): void {
  expect(body).toEqual(
    Buffer.concat([
      Buffer.from('readings,channel=8 value='),
      double(-1),
      Buffer.from(',flags=0i,received=0i 1000000t\n'),
      Buffer.from('readings,channel=7 value='),
      double(0.30000000000000004),
      Buffer.from(',flags=3i,received=5i 2000001t\n'),
    ]),
  );
}

test('rows go out by time, every field as it is, with user and password', async () => {
  const [address, requests] = await startStub([204]);
  const sender = createLineSender(createQuestDbHttp(`http://me:se%20cret@${address}`));
  await sender.send(rows());
  await sender.close();
  expectRows(requests[0]?.body);
  expect(requests[0]?.url).toMatch(/^\/write/);
  expect(requests[0]?.authorization).toBe(`Basic ${Buffer.from('me:se cret').toString('base64')}`);
});

test('what was refused is sent again as a whole, nothing of it twice', async () => {
  const [address, requests] = await startStub([400, 204]);
  const sender = createLineSender(createQuestDbHttp(`http://${address}`));
  await expect(sender.send(rows())).rejects.toThrow(QuestDbError);
  await sender.send(rows());
  await sender.close();
  expect(requests).toHaveLength(2);
  expectRows(requests[1]?.body);
});

test('a server that is overloaded for a moment is asked again', async () => {
  const [address, requests] = await startStub([503, 204]);
  const sender = createLineSender(createQuestDbHttp(`http://${address}`));
  await sender.send(rows());
  await sender.close();
  expect(requests).toHaveLength(2);
  expectRows(requests[1]?.body);
});
