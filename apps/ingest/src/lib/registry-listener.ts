import type { Pool, PoolClient } from '@verimeter/registry';
import { type Logger, delay } from '@verimeter/service-runtime';
import type { DeviceDirectory } from './device-directory.ts';

const RECONNECT_MS = 1000;
const REPLAYS = 'verimeter_replays';

interface Change {
  readonly table?: string;
  readonly tenant?: string | null;
  readonly device_id?: string | null;
}

export interface RegistryListener {
  /** Changes made over this connection are known to the directory already. */
  ignore(processId: number | undefined): void;
  stop(): Promise<void>;
}

/**
 * Keeps the directory in step with the registry (NOTIFY verimeter_registry) and hears wishes for replays. While the connection is away
 * nothing would be heard, so each new connection begins with an empty directory and a look at the wishes.
 */
export function startRegistryListener(
  pool: Pool,
  directory: DeviceDirectory,
  options: {
    readonly log: Logger;
    readonly onReplayWish: () => void;
    /** Sources, or what they remember, are others than before, or may be. */
    readonly onSourceChange: (what: 'sources' | 'memory') => void;
  },
): RegistryListener {
  const stopping = new AbortController();
  const own = new Set<number>();

  function hear(payload: string | undefined, processId: number): void {
    const change = parseChange(payload);
    if (change?.table === 'members') return;
    if (change?.table === 'sources' || change?.table === 'source_memory') {
      options.onSourceChange(change.table === 'sources' ? 'sources' : 'memory');
      return;
    }
    if (change?.table === 'channels' && own.has(processId)) return;
    directory.forget(change?.tenant, change?.device_id);
  }

  /** Resolves when the connection has ended. */
  async function listen(): Promise<void> {
    const client: PoolClient = await pool.connect();
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve);
      client.once('error', () => resolve());
      stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      if (stopping.signal.aborted) resolve();
    });
    try {
      client.on('notification', (message) => {
        if (message.channel === REPLAYS) options.onReplayWish();
        else hear(message.payload, message.processId);
      });
      await client.query(`LISTEN verimeter_registry; LISTEN ${REPLAYS}`);
      directory.forget();
      options.onReplayWish();
      options.onSourceChange('sources');
      await ended;
    } finally {
      client.release(true); // it listens: it must not go back to the pool
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one connection after the other
        await listen();
      } catch (error) {
        options.log.debug({ err: error }, 'registry changes are not heard');
      }
      directory.forget();
      // oxlint-disable-next-line no-await-in-loop
      await delay(RECONNECT_MS, stopping.signal).catch(() => undefined); // aborted: the loop ends
    }
  }

  const running = run();
  return {
    ignore(processId) {
      if (processId !== undefined) own.add(processId);
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function parseChange(payload: string | undefined): Change | undefined {
  try {
    const value: unknown = JSON.parse(payload ?? '');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // of an unknown form: everything is forgotten
  }
}
