import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';

/** How a connection goes: with a reset, or without a word, where both ends go on sending into the dark. */
export type Cut = 'reset' | 'silence';

/** Takes what came from one end; hands on what the other end gets. */
export type Relay = (chunk: Buffer, handOn: (chunk: Buffer) => void) => void;

/** Looks at, delays or drops what goes over one connection. `reset` ends it. */
export type Inspect = (reset: () => void) => {
  readonly fromClient?: Relay;
  readonly fromServer?: Relay;
};

export interface TcpProxy {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Cuts all connections; new ones fare the same until `heal`. What was cut in silence stays dark for ever. */
  cut(way: Cut): void;
  heal(): void;
  close(): Promise<void>;
}

const asItIs: Relay = (chunk, handOn) => handOn(chunk);

/** A relay to a port of this machine whose connections can be cut. */
export async function startTcpProxy(
  toPort: number,
  inspect: Inspect = () => ({}),
): Promise<TcpProxy> {
  interface Pair {
    readonly client: Socket;
    readonly server: Socket;
    dark: boolean;
  }
  const pairs = new Set<Pair>();
  let state: Cut | undefined;
  let connections = 0;

  const reset = ({ client, server }: Pair): void => {
    for (const socket of [client, server])
      // One that is being closed cannot be reset: libuv refuses, and Node 24 then never ends.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
  };

  function relay(pair: Pair, from: Socket, to: Socket, through: Relay): void {
    const handOn = (chunk: Buffer): void => {
      if (pair.dark || to.destroyed || to.write(chunk)) return;
      from.pause();
      to.once('drain', () => from.resume());
    };
    from.on('data', (chunk: Buffer) => {
      if (!pair.dark) through(chunk, handOn);
    });
    from.on('error', () => undefined); // cut connections are what this is for
    from.on('close', () => {
      if (!pair.dark) to.destroy();
      if (from.destroyed && to.destroyed) pairs.delete(pair);
    });
  }

  const listener = createServer((client) => {
    connections += 1;
    if (state === 'reset') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect(toPort, '127.0.0.1');
    const pair: Pair = { client, server, dark: state === 'silence' };
    pairs.add(pair);
    const { fromClient = asItIs, fromServer = asItIs } = inspect(() => reset(pair));
    relay(pair, client, server, fromClient);
    relay(pair, server, client, fromServer);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    port: address.port,
    get connections() {
      return connections;
    },
    cut(way) {
      state = way;
      for (const pair of pairs)
        if (way === 'reset') reset(pair);
        else pair.dark = true;
    },
    heal() {
      state = undefined;
    },
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
      await closed;
    },
  };
}
