import { readFile } from 'node:fs/promises';
import { ReadingStoreError, engineText, readingStoreOpener } from '@verimeter/open-store';
import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, createServicePool, readTenants, schemaState } from '@verimeter/registry';
import {
  type Logger,
  AbortedError,
  createMetrics,
  delay,
  redactUrl,
  retry,
  startHealthServer,
} from '@verimeter/service-runtime';
import { Counter, Histogram } from 'prom-client';
import { deliverWebhooks } from '@verimeter/webhooks';
import type { AnalyticsConfig } from '../config.ts';
import { listenForRequests } from './requests.ts';
import { keepIntervals } from './intervals/keep-intervals.ts';
import { keepLateMarks } from './keep-late-marks.ts';
import { keepLegalStates } from './keep-legal-states.ts';
import { analyzeTenant } from './analyze-tenant.ts';
import { nightProgress } from './night-progress.ts';
import { keepScanned } from './registers/keep-scanned.ts';
import { keepValidated } from './validation/keep-validated.ts';
import { lastNightMs } from './schedule.ts';

/** How often the clock is looked at. */
const TICK_MS = 30_000;

/** The database cannot be used by this version; the message names the command that mends it. */
export class SchemaError extends Error {
  readonly code = 'schema';
}

export interface AnalyticsService {
  readonly url: string;
  stop(): Promise<void>;
}

/** The store. Ends this process at once for a wrong schema or engine; waits for a database that is away. */
function waitForStore(
  pool: Pool,
  options: {
    readonly url: string;
    readonly engine: ReturnType<typeof readingStoreOpener>;
    readonly log: Logger;
    readonly signal: AbortSignal;
  },
): Promise<ReadingStore> {
  const { url, engine, log, signal } = options;
  return retry(
    async () => {
      const state = await schemaState(pool);
      if (state === 'unmigrated')
        throw new SchemaError(
          `the database ${redactUrl(url)} is not migrated; run: verimeter migrate`,
        );
      if (state === 'ahead')
        throw new SchemaError(`the database ${redactUrl(url)} belongs to a newer Verimeter`);
      return (await engine.open()).store;
    },
    {
      signal,
      isTransient: (error) => !(error instanceof SchemaError || error instanceof ReadingStoreError),
      onRetry: (error) => log.warn({ err: error }, 'the database is away'),
    },
  );
}

/** Tenants whose last analysis was begun before `ms`. */
async function tenantsDue(pool: Pool, ms: number): Promise<string[]> {
  const result = await pool.query<{ tenant: string }>(
    `SELECT t.tenant FROM tenants t
      WHERE NOT EXISTS (SELECT FROM analysis_runs r
                         WHERE r.tenant = t.tenant AND r.as_of IS NULL AND r.finished_at >= $1)
      ORDER BY t.tenant`,
    [new Date(ms).toISOString()],
  );
  return result.rows.map((row) => row.tenant);
}

/**
 * Analyses every tenant each night (02:00 in the configured zone; a missed night is made up for), and a tenant when
 * asked (`NOTIFY verimeter_analyze, 'TENANT'`), and looks through the registers all the time. Serves probes and metrics.
 *
 * @throws {SchemaError} where the database is not migrated; {@link ReadingStoreError} where its readings are not where they are said to be.
 */
export async function startAnalytics(
  config: AnalyticsConfig,
  log: Logger,
  /** Ends the wait for a database that is away. */
  cancelled: AbortSignal = new AbortController().signal,
): Promise<AnalyticsService> {
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, cancelled]);
  const metrics = createMetrics('analytics');
  const runs = new Counter({
    name: 'analytics_runs_total',
    help: 'Analyses by outcome',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  const seconds = new Histogram({
    name: 'analytics_run_seconds',
    help: 'Duration of an analysis of one tenant',
    buckets: [1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400],
    registers: [metrics],
  });
  const webhookCa =
    config.webhookCaFile === undefined ? undefined : await readFile(config.webhookCaFile, 'utf8');
  const progress = nightProgress(metrics, log);
  const pool = createServicePool(config.databaseUrl, {
    applicationName: 'verimeter-analytics',
    max: 7,
    onError: (error) => log.warn({ reason: error.message }, 'a database connection broke'),
  });
  const engine = readingStoreOpener(pool, config.readingStore, (opened) =>
    log.info({ store: opened.kind }, `readings are in ${engineText(opened)}`),
  );
  const server = await startHealthServer({
    host: config.host,
    port: config.port,
    metrics,
    checks: {
      database: async () => {
        const state = await schemaState(pool);
        if (state !== 'current') throw new Error(`schema is ${state}`);
      },
      store: async () => (await engine.open()).store.check(),
    },
  });
  log.info({ url: server.url }, 'analytics is listening');

  const asked = new Set<string>();
  let wake = new AbortController();
  const requests = listenForRequests({
    connectionString: config.databaseUrl,
    log,
    onRequest: (tenant) => {
      asked.add(tenant);
      wake.abort();
    },
  });

  async function analyze(store: ReadingStore, tenant: string): Promise<void> {
    const stopTimer = seconds.startTimer();
    try {
      const summary = await analyzeTenant({ pool, store, tenant, config, log, progress, signal });
      stopTimer();
      runs.inc({ outcome: 'done' });
      log.info({ tenant, ...summary }, 'analysed');
    } catch (error) {
      if (signal.aborted) return;
      runs.inc({ outcome: 'failed' });
      log.error({ err: error, tenant }, 'the analysis failed');
    }
  }

  /** Tenants whose analysis failed this night are tried again the next one, or when asked. */
  async function work(store: ReadingStore): Promise<void> {
    let doneNight = -Infinity;
    while (!signal.aborted) {
      wake = new AbortController();
      const now = [...asked];
      asked.clear();
      const night = lastNightMs(Date.now(), config.zone);
      try {
        // oxlint-disable-next-line no-await-in-loop
        const known = new Set((await readTenants(pool)).map(({ tenant }) => tenant));
        // oxlint-disable-next-line no-await-in-loop
        const due = night > doneNight ? await tenantsDue(pool, night) : [];
        doneNight = night;
        for (const tenant of new Set([...now.filter((name) => known.has(name)), ...due]))
          if (!signal.aborted)
            // oxlint-disable-next-line no-await-in-loop -- one tenant at a time: memory for one fleet
            await analyze(store, tenant);
      } catch (error) {
        for (const tenant of now) asked.add(tenant);
        log.warn({ err: error }, 'the database is away');
      }
      // oxlint-disable-next-line no-await-in-loop
      await delay(TICK_MS, AbortSignal.any([signal, wake.signal])).catch((error: unknown) => {
        if (!(error instanceof AbortedError)) throw error;
      });
    }
  }

  let working: Promise<unknown> = Promise.resolve();
  async function stop(): Promise<void> {
    stopping.abort();
    await requests.stop();
    await working;
    await server.stop();
    await engine.close();
    await pool.end();
  }
  let store: ReadingStore;
  try {
    store = await waitForStore(pool, { url: config.databaseUrl, engine, log, signal });
  } catch (error) {
    await stop();
    throw error;
  }
  working = Promise.all([
    work(store),
    keepScanned({ pool, store, log, signal }),
    keepLateMarks({ pool, store, log, signal }),
    keepLegalStates({ pool, log, signal }),
    keepIntervals({ pool, store, log, signal }),
    keepValidated({ pool, store, log, signal }),
    deliverWebhooks({
      pool,
      log,
      signal,
      settings: { allowPrivate: config.allowPrivateWebhooks ?? false, ca: webhookCa },
    }),
  ]);
  return { url: server.url, stop };
}
