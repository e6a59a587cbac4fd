import {
  AUTO,
  ReadingStoreError,
  type ReadingStoreSettings,
  engineText,
  readingStoreOpener,
} from '@verimeter/open-store';
import { createAppPool, createServicePool, schemaState, withTenant } from '@verimeter/registry';
import { type Logger, type ReadinessCheck, createMetrics } from '@verimeter/service-runtime';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { buildApp } from './app.ts';
import { createAuthenticator } from './authentication.ts';
import type { ApiContext } from './context.ts';
import { lookUpCredential } from './credentials.ts';
import { type FleetIndexLimits, createFleetIndexes } from './fleet-index/fleet-indexes.ts';
import { listen } from './listener.ts';
import { reportFleets } from './fleet-index/fleet-metrics.ts';
import { createLiveHub } from './live-hub.ts';
import { createLiveSource } from './live-source.ts';
import { isUnavailable } from './problem-error.ts';
import { type RateLimit, createRateLimiter } from './rate-limiter.ts';

export interface ApiOptions {
  readonly databaseUrl: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Which engine holds the readings; default: what the database says. */
  readonly readingStore?: ReadingStoreSettings | undefined;
  /** Directory of the built page; undefined: API only. */
  readonly dashboardDir?: string | undefined;
  readonly log: Logger;
  /** Default: a registry of its own. */
  readonly metrics?: Registry | undefined;
  /** Addresses of proxies whose `X-Forwarded-*` headers are believed; default: none. */
  readonly trustProxy?: string | undefined;
  /** Per key or session; default 100 requests a second, 1,000 at once. */
  readonly rateLimit?: RateLimit | undefined;
  /** So long an ingest worker has for the replay of one quarantined message; default 10 s. */
  readonly replayMs?: number | undefined;
  /** Whether webhooks may lead to private addresses; default: no. */
  readonly allowPrivateWebhooks?: boolean | undefined;
  /** Microseconds since 1970; default: the clock of the machine. */
  readonly nowUs?: (() => number) | undefined;
  /** Of the fleets in memory; default: 30 minutes idle, 4,000,000 rows. */
  readonly fleetLimits?: Partial<FleetIndexLimits> | undefined;
}

export interface RunningApi {
  readonly url: string;
  readonly port: number;
  /** Ends the streams, answers what was asked, closes the connections. */
  stop(): Promise<void>;
}

/** The database answers, but its schema is not this version's. */
export class SchemaNotCurrentError extends Error {
  readonly code = 'schema_not_current';
}

const DEFAULT_RATE_LIMIT: RateLimit = { perSecond: 100, burst: 1000 };
const DEFAULT_REPLAY_MS = 10_000;
/** Requests without a valid key, per address: slows guessing down, forgives a wrong setting. */
const STRANGER_RATE_LIMIT: RateLimit = { perSecond: 5, burst: 100 };
/** No page needs longer; below the patience of clients and proxies. */
const STATEMENT_TIMEOUT_MS = 20_000;
/** Below the 10 s a service has to stop in. */
const CLOSE_DEADLINE_MS = 5000;

/**
 * Answers what is being asked, then closes. A connection that falls idle only after the server has begun to close would
 * be kept for its keep-alive time (72 s), one whose client does not read for ever.
 */
async function closeServer(app: FastifyInstance): Promise<void> {
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => app.server.closeAllConnections(), CLOSE_DEADLINE_MS);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(deadline);
  }
}

/**
 * Serves the HTTP API. Starts also while the database is away: then it answers 503 until the database is back.
 *
 * @throws {SchemaNotCurrentError} when the database is there but not migrated; {@link ReadingStoreError} when its readings are not where
 * they are said to be; errors of `listen`, such as EADDRINUSE
 */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { databaseUrl, log, metrics = createMetrics('api') } = options;
  const onError = (error: Error): void => log.warn({ err: error }, 'database connection broke');
  const poolOptions = { statementTimeoutMs: STATEMENT_TIMEOUT_MS, onError };
  const servicePool = createServicePool(databaseUrl, {
    ...poolOptions,
    applicationName: 'verimeter-api-auth',
    max: 4,
  });
  const appPool = createAppPool(databaseUrl, {
    ...poolOptions,
    applicationName: 'verimeter-api',
    max: 10,
  });
  const engine = readingStoreOpener(servicePool, options.readingStore ?? AUTO, (opened) =>
    log.info({ store: opened.kind }, `readings are in ${engineText(opened)}`),
  );
  const endPools = async (): Promise<void> => {
    await engine.close();
    await Promise.all([servicePool.end(), appPool.end()]);
  };

  async function requireCurrentSchema(): Promise<void> {
    const state = await schemaState(servicePool);
    if (state === 'current') return;
    throw new SchemaNotCurrentError(
      state === 'unmigrated'
        ? 'the database is not migrated: run "verimeter migrate"'
        : 'the database belongs to a newer version of Verimeter: update this installation',
    );
  }
  const checks: Record<string, ReadinessCheck> = {
    database: requireCurrentSchema,
    store: async () => {
      const { tenantReadings } = await engine.open();
      // As the role that asks; no tenant has this name.
      await withTenant(appPool, '', (client) => tenantReadings.check(client));
    },
  };

  try {
    await requireCurrentSchema();
    await engine.open();
  } catch (error) {
    if (error instanceof ReadingStoreError || !isUnavailable(error)) {
      await endPools();
      throw error;
    }
    log.warn({ err: error }, 'database cannot be reached; answering 503 until it can');
  }

  const hub = createLiveHub(createLiveSource(appPool), log);
  const fleets = createFleetIndexes({
    appPool,
    log,
    nowMs: () => Date.now(),
    limits: options.fleetLimits,
  });
  reportFleets(metrics, fleets);
  const context: ApiContext = {
    appPool,
    servicePool,
    tenantReadings: async () => (await engine.open()).tenantReadings,
    authenticator: createAuthenticator((credential) => lookUpCredential(servicePool, credential)),
    hub,
    fleets,
    requests: createRateLimiter(options.rateLimit ?? DEFAULT_RATE_LIMIT),
    strangers: createRateLimiter(STRANGER_RATE_LIMIT),
    metrics,
    log,
    nowUs: options.nowUs ?? (() => Date.now() * 1000),
    replayMs: options.replayMs ?? DEFAULT_REPLAY_MS,
    allowPrivateWebhooks: options.allowPrivateWebhooks ?? false,
  };
  const app = await buildApp({
    context,
    checks,
    dashboardDir: options.dashboardDir,
    trustProxy: options.trustProxy,
  });
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    await fleets.close();
    await endPools();
    throw error;
  }
  const listener = listen({
    connectionString: databaseUrl,
    channel: 'verimeter_events',
    wake: () => hub.wake(),
    log,
  });
  const [address] = app.addresses();
  const port = typeof address === 'object' ? address.port : options.port;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    port,
    async stop() {
      await closeServer(app);
      await listener.stop();
      await fleets.close();
      await endPools();
    },
  };
}
