import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { promisify } from 'node:util';

export interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly atMs: number;
}

export type Answer = (
  received: Received,
  response: http.ServerResponse,
  /** From 1. */
  number: number,
) => void;

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  answer: Answer;
  stop(): Promise<void>;
}

export const ok: Answer = (_received, response) => response.writeHead(204).end();

/** A receiver on this machine: over http, or https where it is given a key and certificate. */
export async function startReceiver(
  options: {
    readonly port?: number;
    readonly tls?: https.ServerOptions;
    readonly answer?: Answer;
  } = {},
): Promise<Receiver> {
  const received: Received[] = [];
  const receiver = { answer: options.answer ?? ok };
  const handle: http.RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const one = { headers, body: Buffer.concat(parts).toString(), atMs: performance.now() };
      received.push(one);
      receiver.answer(one, response, received.length);
    });
  };
  const server =
    options.tls === undefined ? http.createServer(handle) : https.createServer(options.tls, handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}/hook`,
    port: address.port,
    received,
    get answer() {
      return receiver.answer;
    },
    set answer(answer) {
      receiver.answer = answer;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A certificate that nobody but who is told of it trusts, for desk.example.com. */
export async function selfSigned(
  directory: string,
): Promise<{ readonly key: string; readonly cert: string }> {
  const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  const subject = '-subj /CN=desk.example.com -addext subjectAltName=DNS:desk.example.com';
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
  await promisify(execFile)('openssl', [
    'req',
    ...`${kind} ${subject}`.split(' '),
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}
