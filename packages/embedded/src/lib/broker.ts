import { once } from 'node:events';
import { type Server, type Socket, createServer } from 'node:net';
import { Aedes, type AedesOptions, type Client } from 'aedes';
import type { BrokerMessage, BrokerPrincipal } from './broker-message.ts';

export interface BrokerLog {
  warn(facts: object, message: string): void;
}

type Authenticate = (username: string, password: string) => Promise<BrokerPrincipal | undefined>;

export interface BrokerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /**
   * Takes a message on a topic that it `takes`; resolves after the transaction that holds its readings has committed. The
   * device's PUBACK is sent then. A rejection closes the connection without an acknowledgement, so the device sends again.
   */
  accept(message: BrokerMessage): Promise<void>;
  /** Who may connect; undefined: anybody, without a user name. */
  readonly authenticate?: Authenticate | undefined;
  /** Messages on other topics are only passed on to subscribers. Default: all that begin with `verimeter/`. */
  readonly takes?: (topic: string) => boolean;
  /** Microseconds since 1970, now. */
  readonly nowUs?: () => number;
  readonly log: BrokerLog;
}

export interface Broker {
  readonly port: number;
  readonly url: string;
  /** Publishes to whoever has subscribed. */
  publish(topic: string, payload: Uint8Array): void;
  /** Closes the listener and every connection; messages not yet acknowledged stay with their devices. */
  stop(): Promise<void>;
}

/** A packet beyond this closes the connection: its body is never held. 1 MiB and below is decoded, in between quarantined. */
const MAXIMUM_PACKET_BYTES = 16 * 1024 * 1024;
/**
 * Read buffer per connection in bytes. aedes handles all packets of one buffer together and reads on when the last of
 * them is acknowledged, so this is also the bound on unacknowledged bytes per connection, and what one commit can hold.
 */
const READ_BUFFER_BYTES = 256 * 1024;
const MAXIMUM_CONNECTIONS = 20_000;

/** CONNACK return codes of MQTT 3.1.1 (section 3.2.2.3); aedes translates them for MQTT 5. */
const SERVER_UNAVAILABLE = 3;
const BAD_USERNAME_OR_PASSWORD = 4;

type LoginError = Error & { returnCode: number };

/**
 * A running MQTT 3.1.1 and 5 broker in this process whose acknowledgement means stored. aedes writes the PUBACK of a
 * QoS 1 message before it publishes it, but only after its asynchronous `authorizePublish` has called back: that is
 * where the message waits for its COMMIT.
 *
 * Nothing is kept for anybody, so that no client can make the process grow: retained messages are passed on without
 * being retained, and a persistent session is refused subscriptions that would have to be queued for (QoS above 0).
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const takes = options.takes ?? ((topic: string) => topic.startsWith('verimeter/'));
  const now = options.nowUs ?? ((): number => Date.now() * 1000);
  const principals = new WeakMap<Client, BrokerPrincipal>();

  /** Calls back, which sends the PUBACK, only when the message is stored. */
  const take = async (
    message: BrokerMessage,
    client: Client | null,
    done: (error: Error | null) => void,
  ): Promise<void> => {
    try {
      await options.accept(message);
    } catch (error) {
      options.log.warn(
        { err: error, topic: message.topic },
        'message not stored; closing the connection',
      );
      client?.conn.destroy();
      return;
    }
    done(null);
  };

  const admit = async (
    authenticate: Authenticate,
    client: Client,
    username: string,
    password: string,
    done: (error: LoginError | null, success: boolean | null) => void,
  ): Promise<void> => {
    let principal: BrokerPrincipal | undefined;
    try {
      principal = await authenticate(username, password);
    } catch (error) {
      options.log.warn({ err: error }, 'could not check the credentials of a device');
      done(
        Object.assign(new Error('server unavailable'), { returnCode: SERVER_UNAVAILABLE }),
        null,
      );
      return;
    }
    if (principal === undefined) {
      done(
        Object.assign(new Error('bad user name or password'), {
          returnCode: BAD_USERNAME_OR_PASSWORD,
        }),
        null,
      );
      return;
    }
    principals.set(client, principal);
    done(null, true);
  };

  const authorizePublish: NonNullable<AedesOptions['authorizePublish']> = (
    client,
    packet,
    done,
  ) => {
    packet.retain = false;
    if (packet.topic.startsWith('$')) {
      done(new Error('topics that begin with $ belong to the broker'));
      return;
    }
    if (client !== null && options.authenticate !== undefined) {
      const principal = principals.get(client);
      if (principal?.mayPublish(packet.topic) !== true) {
        done(new Error(`${client.id} may not publish on ${packet.topic}`));
        return;
      }
    }
    if (!takes(packet.topic)) {
      done(null);
      return;
    }
    // The publish of a device that asks for retention is fresh: retain only says what the broker should do with it.
    const message: BrokerMessage = {
      topic: packet.topic,
      payload: typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload,
      receivedAtUs: now(),
      qos: packet.qos,
      retain: false,
      dup: packet.dup,
      session: client?.id ?? '',
      packetId: packet.qos === 0 ? undefined : packet.messageId,
      source: 'mqtt',
    };
    void take(message, client, done);
  };

  const aedes = await Aedes.createBroker({
    concurrency: 1000,
    maximumPacketSize: MAXIMUM_PACKET_BYTES,
    sessionExpiryIntervalLimit: 3600,
    pendingSessionsLimit: 1000,
    authenticate: (client, username, password, done) => {
      if (options.authenticate === undefined) {
        done(null, true);
        return;
      }
      void admit(
        options.authenticate,
        client,
        username ?? '',
        password?.toString('utf8') ?? '',
        done,
      );
    },
    authorizePublish,
    authorizeSubscribe: (client, subscription, done) => {
      const allowed =
        options.authenticate === undefined ||
        principals.get(client)?.maySubscribe(subscription.topic) === true;
      const queues = !client.clean && subscription.qos > 0;
      if (queues)
        options.log.warn(
          { client: client.id, topic: subscription.topic },
          'subscription refused: a persistent session gets QoS 0 only, this broker queues for nobody',
        );
      done(null, allowed && !queues ? subscription : null);
    },
  });
  aedes.on('clientError', (client, error) =>
    options.log.warn({ err: error, client: client.id }, 'device connection closed'),
  );
  aedes.on('connectionError', (_client, error) =>
    options.log.warn({ err: error }, 'connection refused'),
  );

  const sockets = new Set<Socket>();
  const server = createServer(
    { highWaterMark: READ_BUFFER_BYTES, noDelay: true, keepAlive: true },
    (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      aedes.handle(socket);
    },
  );
  server.maxConnections = MAXIMUM_CONNECTIONS;
  try {
    await listen(server, options.port, options.host);
  } catch (error) {
    await closeAedes(aedes);
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the broker listens on no port');
  const { port } = address;

  return {
    port,
    url: `mqtt://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    publish(topic, payload) {
      const packet = {
        cmd: 'publish' as const,
        topic,
        payload: Buffer.from(payload),
        qos: 0 as const,
        dup: false,
        retain: false,
      };
      aedes.publish(packet, (error) => {
        if (error != null) options.log.warn({ err: error, topic }, 'not published');
      });
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      await closeAedes(aedes);
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening'); // rejects when 'error' (EADDRINUSE, EACCES) comes first
}

function closeAedes(aedes: Aedes): Promise<void> {
  return new Promise((resolve) => aedes.close(resolve));
}
