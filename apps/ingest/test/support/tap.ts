import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';

export interface SentPacket {
  /** Number of the connection, from 1. */
  readonly connection: number;
  /** MQTT control packet type: 4 PUBACK, 8 SUBSCRIBE, 12 PINGREQ. */
  readonly type: number;
  /** Packet identifier, of PUBACK only. */
  readonly id: number;
}

export interface Tap {
  readonly url: string;
  /** What clients sent through it. */
  readonly sent: readonly SentPacket[];
  readonly connections: number;
  /** Cuts all connections without a farewell. */
  sever(): void;
  /** Severs, and takes no connection before `up`. */
  down(): void;
  up(): void;
  close(): Promise<void>;
}

const CONNECT = 1;
const PUBACK = 4;

/** A TCP relay that reads along what clients send to the broker. */
export async function startTap(
  port: number,
  options: {
    /** Answers a CONNECT of this protocol level with "unacceptable protocol version". */
    readonly refuseLevel?: number;
    /** Called with each PUBACK before it is passed on. */
    readonly onPuback?: (id: number) => void;
  } = {},
): Promise<Tap> {
  const sent: SentPacket[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let isDown = false;
  const server = createServer((client) => {
    if (isDown) {
      client.destroy();
      return;
    }
    connections += 1;
    const connection = connections;
    const broker = connect(port, '127.0.0.1');
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on('error', () => undefined); // a cut connection is what the tests are about
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        broker.destroy();
      });
    }
    broker.pipe(client);
    let rest = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let packet = take(rest); packet !== undefined; packet = take(rest)) {
        rest = rest.subarray(packet.length);
        const type = (packet[0] ?? 0) >> 4;
        // Fixed header of a short packet: 2 bytes. CONNECT: then the protocol name (6 bytes) and its level.
        if (
          type === CONNECT &&
          packet.includes(`MQTT${String.fromCharCode(options.refuseLevel ?? 0)}`)
        ) {
          client.end(Buffer.from([0x20, 2, 0, 1]));
          return;
        }
        const id = type === PUBACK ? packet.readUInt16BE(2) : 0;
        if (type === PUBACK) options.onPuback?.(id);
        sent.push({ connection, type, id });
        broker.write(packet);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const sever = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    sent,
    get connections() {
      return connections;
    },
    sever,
    down() {
      isDown = true;
      sever();
    },
    up() {
      isDown = false;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      sever();
      await closed;
    },
  };
}

/** The first complete packet of the bytes. */
function take(bytes: Buffer): Buffer | undefined {
  let length = 0;
  for (let index = 1; index < 5; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) {
      const total = index + 1 + length;
      return bytes.length < total ? undefined : bytes.subarray(0, total);
    }
  }
  throw new Error('not MQTT');
}
