import { type Logger, AbortedError, backoffDelayMs, delay } from '@verimeter/service-runtime';
import pg from 'pg';

/** `NOTIFY verimeter_analyze, 'TENANT'` asks for an analysis of the tenant. */
export const ANALYZE_CHANNEL = 'verimeter_analyze';

/** A connection may die without a word. */
const PROBE_MS = 30_000;

/** Calls back for each request, for as long as it is not stopped; a broken connection is replaced. */
export function listenForRequests(options: {
  readonly connectionString: string;
  readonly log: Logger;
  readonly onRequest: (tenant: string) => void;
}): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function session(): Promise<void> {
    const client = new pg.Client({
      connectionString: options.connectionString,
      application_name: 'verimeter-analytics-requests',
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
    });
    const broken = new AbortController();
    client.on('error', (error) => broken.abort(error));
    client.on('end', () => broken.abort());
    client.on('notification', ({ payload }) => {
      if (payload !== undefined && payload !== '') options.onRequest(payload);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${ANALYZE_CHANNEL}`);
      while (!broken.signal.aborted) {
        // oxlint-disable-next-line no-await-in-loop
        await delay(PROBE_MS, AbortSignal.any([signal, broken.signal]));
        // oxlint-disable-next-line no-await-in-loop
        await client.query('SELECT 1');
      }
    } finally {
      // It may be broken already; its end says nothing new.
      client.end().catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        await session();
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof AbortedError))
          options.log.debug({ err: error }, 'requests are not heard');
      }
      // oxlint-disable-next-line no-await-in-loop
      await delay(backoffDelayMs(Math.min(attempt, 8), 200, 10_000, Math.random()), signal).catch(
        () => undefined, // aborted: the loop ends
      );
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
