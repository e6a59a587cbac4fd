import type { Logger } from '@verimeter/service-runtime';
import type { IPublishPacket, MqttClient } from 'mqtt';
import type { IncomingMessage } from './message.ts';
import { UnacknowledgedWindow } from './unacknowledged-window.ts';

export interface SessionReceiverOptions {
  readonly clientId: string;
  readonly maxUnacked: number;
  readonly maxUnackedBytes: number;
  /** Seconds; what the client has told the broker. */
  readonly keepaliveS: number;
  readonly accept: (message: IncomingMessage) => Promise<void>;
  readonly log: Logger;
  /** Acknowledges on receipt, which loses messages; see `SubscriberOptions`. */
  readonly ackBeforeCommit?: boolean | undefined;
}

/** Messages received since the start, by the quality of service with which they came. */
type ReceivedCounts = readonly [qos0: number, qos1: number, qos2: number];

/** The receiving half of an MQTT session over all its connections: accepts messages and acknowledges them. */
export interface SessionReceiver {
  readonly unacknowledged: number;
  /** How long the oldest message has waited for its commit, in seconds; 0: there is none. */
  readonly oldestS: number;
  /** Nothing more is read from the broker until something has been committed. */
  readonly holding: boolean;
  readonly received: ReceivedCounts;
  /** The function for `handleMessage` of this client. */
  handlerOf(client: MqttClient): (packet: IPublishPacket, done: (error?: Error) => void) => void;
  /** The client has connected: acknowledgements of earlier connections are void. */
  connected(client: MqttClient, sessionLost: boolean): void;
  /** No further message is handed to `accept`. */
  pause(): void;
  /** Acknowledges what is settled; nothing after that. */
  end(): void;
}

/** After the broker lost the session, what comes within this time may be a repetition. Milliseconds. */
const SESSION_LOSS_MS = 60_000;
/** While nothing is read, and while much is, the broker hears from this client so often. */
const LONGEST_SLICE_MS = 5000;

/** Private to mqtt 5.16.0 and pinned by a contract test: sends an acknowledgement out of turn. */
interface PacketSender {
  _sendPacket(packet: { cmd: 'puback'; messageId: number; reasonCode: number }): void;
}

/**
 * A message is acknowledged after `accept` has resolved, in the order of receipt, and only on the connection that
 * brought it: packet ids of an older connection may by now name others (docs/decisions/0040).
 *
 * The bound is kept by not calling back, so that the client reads no further (docs/decisions/0041). Neither does it read
 * PINGRESP then, which lies behind messages, and would end the connection. So it is told that the connection lives, and
 * the broker is pinged in its place.
 */
export function createSessionReceiver(options: SessionReceiverOptions): SessionReceiver {
  const { log } = options;
  const window = new UnacknowledgedWindow(options.maxUnacked, options.maxUnackedBytes);
  const sliceMs = Math.min(LONGEST_SLICE_MS, (options.keepaliveS * 1000) / 4);
  const received: [number, number, number] = [0, 0, 0];
  let current: MqttClient | undefined;
  let epoch = 0;
  let holding = false;
  let paused = false;
  let ended = false;
  let sessionLostAt = -Infinity;
  let pingedAt = -Infinity;

  function acknowledge(): void {
    for (const { messageId, epoch: of } of window.takeSettled()) {
      if (messageId === undefined || of !== epoch || ended || current?.connected !== true) continue;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion, no-underscore-dangle -- see PacketSender
      (current as unknown as PacketSender)._sendPacket({ cmd: 'puback', messageId, reasonCode: 0 });
    }
  }

  /** At most once per slice. What comes in is a sign of life, which the client itself does not count as one. */
  function keepAlive(client: MqttClient): void {
    const now = performance.now();
    if (now - pingedAt < sliceMs || !client.connected) return;
    pingedAt = now;
    client.sendPing();
    client.reschedulePing(true);
  }

  /** Not stored and never will be by this worker: the broker has to send it again, which it does on a new connection only. */
  function giveUp(entry: { settled: boolean; readonly epoch: number }, client: MqttClient): void {
    if (paused || ended) return;
    entry.settled = true;
    if (entry.epoch === epoch) {
      epoch += 1;
      log.error('a message was not stored; connecting again so that the broker repeats it');
      client.stream.destroy();
    }
    acknowledge();
  }

  function take(
    packet: IPublishPacket,
    payload: Buffer,
    receivedAtUs: number,
    client: MqttClient,
  ): void {
    const messageId = packet.qos === 0 ? undefined : packet.messageId;
    const entry = window.add(messageId, epoch, payload.length);
    received[packet.qos] += 1;
    const stored = options.accept({
      topic: packet.topic,
      payload,
      receivedAtUs,
      qos: packet.qos,
      retain: packet.retain,
      dup: packet.dup,
      session: options.clientId,
      packetId: messageId,
      source: 'mqtt',
      sessionLost: performance.now() - sessionLostAt < SESSION_LOSS_MS,
    });
    stored.then(
      () => {
        entry.settled = true;
        acknowledge();
      },
      () => giveUp(entry, client),
    );
  }

  /** Resolves with whether there is room and the connection is still the same. */
  async function room(bytes: number, client: MqttClient): Promise<boolean> {
    const of = epoch;
    const isCurrent = (): boolean => of === epoch && !ended;
    holding = true;
    while (isCurrent() && !window.hasRoomFor(bytes)) {
      // oxlint-disable-next-line no-await-in-loop -- slice by slice
      await window.change(sliceMs);
      if (isCurrent()) keepAlive(client);
    }
    if (!isCurrent()) return false;
    holding = false;
    return !paused;
  }

  return {
    get unacknowledged() {
      return window.size;
    },
    get oldestS() {
      const since = window.oldest?.since;
      return since === undefined ? 0 : (performance.now() - since) / 1000;
    },
    get holding() {
      return holding;
    },
    received,
    handlerOf: (client) => (packet, done) => {
      if (paused) return; // the callback is never called: the client reads no further
      const receivedAtUs = Date.now() * 1000;
      const payload =
        typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      keepAlive(client);
      const takeAndGoOn = (): void => {
        take(packet, payload, receivedAtUs, client);
        // An error makes the client go on without an acknowledgement.
        done(options.ackBeforeCommit === true ? undefined : new Error('acknowledged after commit'));
      };
      if (options.ackBeforeCommit === true || window.hasRoomFor(payload.length)) takeAndGoOn();
      else
        void room(payload.length, client).then((open) => {
          if (open) takeAndGoOn();
        });
    },
    connected(client, sessionLost) {
      current = client;
      epoch += 1;
      holding = false;
      if (sessionLost) sessionLostAt = performance.now();
    },
    pause() {
      paused = true;
    },
    end() {
      acknowledge();
      ended = true; // whatever settles from now on is delivered again
    },
  };
}
