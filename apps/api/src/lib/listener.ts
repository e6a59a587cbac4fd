import { type Logger, AbortedError, backoffDelayMs, delay } from '@verimeter/service-runtime';
import pg from 'pg';

export interface Listener {
  stop(): Promise<void>;
}

/** How often a silent connection is asked whether it still lives: a dead one gives no notifications and no error. */
const PROBE_MS = 20_000;

/**
 * Calls `wake` at each notification of the channel, and after each (re)connection, because notifications were missed
 * while there was none. Reconnects for good.
 */
export function listen(options: {
  readonly connectionString: string;
  readonly channel: string;
  readonly wake: () => void;
  readonly log: Logger;
}): Listener {
  const { connectionString, channel, wake, log } = options;
  const stopping = new AbortController();

  /** One connection, for as long as it lives. @throws when it ends, for whatever reason */
  async function session(onListening: () => void): Promise<never> {
    const client = new pg.Client({
      connectionString,
      application_name: 'verimeter-api-events',
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
      keepAlive: true,
    });
    const over = new AbortController();
    const ended = new Promise<never>((_resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('connection ended')));
      stopping.signal.addEventListener('abort', () => reject(new AbortedError()), {
        signal: over.signal,
      });
    });
    client.on('notification', wake);
    try {
      // The connection attempt of a client that is ended meanwhile never settles (pg 8.23), hence the race.
      await Promise.race([client.connect(), ended]);
      await client.query(`SET ROLE verimeter_service; LISTEN ${client.escapeIdentifier(channel)}`);
      onListening();
      wake();
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop
        await Promise.race([delay(PROBE_MS, over.signal), ended]);
        // oxlint-disable-next-line no-await-in-loop
        await Promise.race([client.query('SELECT 1'), ended]);
      }
    } finally {
      over.abort();
      // The connection may be broken already; its end says nothing new.
      client.end().catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    let attempt = 0;
    while (!stopping.signal.aborted) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        await session(() => {
          attempt = 0;
        });
      } catch (error) {
        if (stopping.signal.aborted) return;
        attempt += 1;
        log.warn({ err: error, channel }, 'not listening for live events, connecting again');
        // oxlint-disable-next-line no-await-in-loop
        await delay(backoffDelayMs(attempt, 250, 5000, Math.random()), stopping.signal);
      }
    }
  }

  const running = run().catch((error: unknown) => {
    if (!(error instanceof AbortedError)) throw error;
  });
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
