import { type Logger, AbortedError, delay } from '@verimeter/service-runtime';
import mqtt, { type MqttClient } from 'mqtt';
import { type BrokerError, brokerProblem, speaksOlderVersion } from './broker-problems.ts';
import type { IncomingMessage } from './message.ts';
import { type SessionConnection, sessionOptions } from './session-options.ts';
import { createSessionReceiver } from './session-receiver.ts';

export interface SessionDrainOptions extends SessionConnection {
  readonly url: string;
  /** What the session is subscribed to. */
  readonly filters: readonly string[];
  readonly maxUnackedBytes: number;
  readonly accept: (message: IncomingMessage) => Promise<void>;
  /** Resolves when nothing that was accepted is on its way any more; called when the signal ends the drain early. */
  readonly settle: () => Promise<void>;
  /** Nothing has come for so long: all that was queued has come. Default 5 s, with MQTT 3.1.1 90 s. */
  readonly quietMs: number | undefined;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * `empty`: all that was queued is stored and the session has ended. `no_session`: the broker knew none. `broken`: no
 * connection, or it ended, with what caused it; `interrupted`: by the signal. In these two the session stays as it is.
 */
export type DrainOutcome =
  | { readonly kind: 'empty' | 'interrupted'; readonly messages: number }
  | { readonly kind: 'no_session' }
  | { readonly kind: 'broken'; readonly messages: number; readonly cause: string };

const KEEPALIVE_S = 60;
const LOOK_MS = 100;
const QUIET_MS = 5000;
/** NATS repeats what a killed worker had in hand only after its `ack_wait`; brokers of that age cannot say so. */
const QUIET_BEFORE_5_MS = 90_000;

type Connected =
  | { readonly client: MqttClient; readonly sessionPresent: boolean }
  | { readonly error?: BrokerError; readonly cause: string };

/**
 * Connects once with the client id of a session and takes what is queued, without a subscription: the session gets no
 * more. It never connects again by itself: whoever ended the connection may be the worker that has come back.
 */
export async function drainSession(options: SessionDrainOptions): Promise<DrainOutcome> {
  const receiver = createSessionReceiver({ ...options, keepaliveS: KEEPALIVE_S });
  const counted = (): number => receiver.received.reduce((sum, count) => sum + count, 0);
  let lastAt = performance.now();
  /** The connection that counts, and what ended it. */
  let current: MqttClient | undefined;
  let brokenBy: string | undefined;

  function connect(protocolVersion: 4 | 5, clean: boolean): Promise<Connected> {
    const client = mqtt.connect(options.url, {
      ...sessionOptions(options, { protocolVersion, keepalive: KEEPALIVE_S, reconnectPeriod: 0 }),
      clean,
    });
    current = client;
    brokenBy = undefined;
    const isBroken = (cause: string): void => {
      if (client === current) brokenBy ??= cause;
    };
    const handle = receiver.handlerOf(client);
    client.handleMessage = (packet, done) => {
      lastAt = performance.now();
      handle(packet, done);
    };
    return new Promise((resolve) => {
      client.once('connect', ({ sessionPresent }) => {
        receiver.connected(client, false);
        resolve({ client, sessionPresent });
      });
      client.on('error', (error: BrokerError) => {
        isBroken(brokerProblem(error));
        resolve({ error, cause: brokerProblem(error) });
      });
      client.once('close', () => {
        isBroken('the broker ended the connection');
        resolve({ cause: 'the broker ended the connection' });
      });
    });
  }

  async function connectAny(clean: boolean): Promise<[Connected, 4 | 5]> {
    const first = await connect(5, clean);
    // RabbitMQ 3.10 answers a CONNECT of MQTT 5 by closing, without a code.
    const isOlder =
      !('client' in first) && (first.error === undefined || speaksOlderVersion(first.error));
    if (!isOlder) return [first, 5];
    return [await connect(4, clean), 4];
  }

  async function endSession(client: MqttClient, protocolVersion: 4 | 5): Promise<void> {
    if (protocolVersion === 5) {
      await client.endAsync(false, { properties: { sessionExpiryInterval: 0 } });
      return;
    }
    await client.endAsync();
    const [cleaning] = await connectAny(true); // in 3.1.1 a clean connection is what ends a session
    if ('client' in cleaning) await cleaning.client.endAsync();
  }

  const isOver = (quietMs: number): boolean =>
    brokenBy !== undefined ||
    (receiver.unacknowledged === 0 && performance.now() - lastAt >= quietMs);

  /** Resolves when nothing has come for a while and all that came is acknowledged, or the connection has ended. */
  async function untilQuiet(quietMs: number): Promise<void> {
    while (!isOver(quietMs)) {
      // oxlint-disable-next-line no-await-in-loop
      await delay(LOOK_MS, options.signal);
    }
  }

  const [connection, protocolVersion] = await connectAny(false);
  if (!('client' in connection)) return { kind: 'broken', messages: 0, cause: connection.cause };
  const { client, sessionPresent } = connection;
  if (!sessionPresent) {
    await endSession(client, protocolVersion);
    return { kind: 'no_session' };
  }
  try {
    lastAt = performance.now();
    // RabbitMQ 3.10 undoes only subscriptions of the same connection.
    if (protocolVersion === 4) await client.subscribeAsync([...options.filters], { qos: 1 });
    client.unsubscribe([...options.filters], (error) => {
      if (error instanceof Error) brokenBy ??= error.message; // null: it was granted
    });
    await untilQuiet(options.quietMs ?? (protocolVersion === 5 ? QUIET_MS : QUIET_BEFORE_5_MS));
  } catch (error) {
    if (!(error instanceof AbortedError)) throw error;
    receiver.pause();
    await options.settle();
    receiver.end();
    await client.endAsync();
    return { kind: 'interrupted', messages: counted() };
  }
  if (brokenBy !== undefined) {
    client.end(true);
    return { kind: 'broken', messages: counted(), cause: brokenBy };
  }
  await endSession(client, protocolVersion);
  return { kind: 'empty', messages: counted() };
}
