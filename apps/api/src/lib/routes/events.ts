import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../authentication.ts';
import type { ApiContext } from '../context.ts';
import type { LivePosition, LiveReader } from '../live-hub.ts';
import { mountOperation } from '../mount-operation.ts';
import { ProblemError } from '../problem-error.ts';

/** Text waiting for a reader before it has to catch up by itself, bytes. */
const BUFFER_BYTES = 1024 * 1024;
/** A reader that does not empty its buffer within this time is dropped; it may come back with Last-Event-ID. */
const DRAIN_MS = 30_000;
/** Shorter than the idle time-outs of common proxies. */
const HEARTBEAT_MS = 15_000;
const STREAMS_PER_KEY = 50;
const RECONNECT_MS = 2000;

/** The place after an event id given out by this stream; undefined for anything else. */
export function parseEventId(text: string | undefined): LivePosition | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text ?? '');
  if (match === null) return undefined;
  const row = Number(match[1]);
  return match[2] === undefined
    ? { after: row }
    : { after: row - 1, partial: { row, events: Number(match[2]) } };
}

function drained(stream: ServerResponse): Promise<void> {
  if (stream.destroyed) return Promise.reject(new Error('reader has gone'));
  if (stream.writableLength < BUFFER_BYTES) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      stream.off('drain', onDrain);
      stream.off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onDrain = (): void => settle();
    const onClose = (): void => settle(new Error('reader has gone'));
    const timer = setTimeout(() => {
      settle(new Error(`reader took nothing for ${DRAIN_MS} ms`));
    }, DRAIN_MS);
    stream.on('drain', onDrain);
    stream.on('close', onClose);
  });
}

export function registerEventRoutes(app: FastifyInstance, context: ApiContext): void {
  const { hub } = context;
  const streamsByKey = new Map<string, number>();

  mountOperation(app, context, 'streamEvents', async (call) => {
    const { principal, query, request, reply } = call;
    const credential = credentialOf(request);
    const open = streamsByKey.get(principal.keyId) ?? 0;
    if (open >= STREAMS_PER_KEY)
      throw new ProblemError(
        'too_many_requests',
        `This key has ${STREAMS_PER_KEY} open streams; close one.`,
        { headers: { 'retry-after': '30' } },
      );
    const newest = await hub.lastId(principal.tenant);
    const header = request.headers['last-event-id'];
    const asked = parseEventId(typeof header === 'string' ? header : undefined);
    // An id from before the database was set up anew would wait for events that are years away.
    const from = asked === undefined || asked.after > newest ? { after: newest } : asked;

    reply.hijack();
    const stream = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) stream.setHeader(name, value);
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      // Nothing follows a stream on its connection; a kept one would hold up the end of the service.
      connection: 'close',
    });
    stream.write(`retry: ${RECONNECT_MS}\n: connected\n\n`);

    const events = query.event === undefined ? undefined : new Set(query.event);
    const reader: LiveReader = {
      tenant: principal.tenant,
      wants: (event) =>
        (events === undefined || events.has(event.name)) &&
        (query.device_id === undefined || query.device_id === event.deviceId),
      send: (text) => {
        stream.write(text);
        return stream.writableLength < BUFFER_BYTES;
      },
      drained: () => drained(stream),
      end: () => {
        if (stream.writableLength > 0) stream.destroy();
        else stream.end();
      },
    };

    async function heartbeat(): Promise<void> {
      if (stream.writableLength === 0) stream.write(': heartbeat\n\n');
      if (credential === undefined) return;
      // A revoked key ends its streams; a database that is away does not.
      const still = await context.authenticator.find(credential).catch(() => principal);
      if (still === undefined) reader.end();
    }
    const timer = setInterval(() => void heartbeat(), HEARTBEAT_MS);
    streamsByKey.set(principal.keyId, open + 1);
    stream.on('close', () => {
      clearInterval(timer);
      hub.remove(reader);
      const left = (streamsByKey.get(principal.keyId) ?? 1) - 1;
      if (left > 0) streamsByKey.set(principal.keyId, left);
      else streamsByKey.delete(principal.keyId);
    });
    // A client that resets its connection; 'close' follows and does the rest.
    stream.on('error', () => undefined);
    hub.add(reader, from);
    return undefined;
  });
}
