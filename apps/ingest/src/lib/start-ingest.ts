import { type Pool, createServicePool, schemaState } from '@verimeter/registry';
import {
  AbortedError,
  type HealthServer,
  type Logger,
  createMetrics,
  retry,
  startHealthServer,
} from '@verimeter/service-runtime';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { Gauge } from 'prom-client';
import type { IngestConfig } from '../config.ts';
import { type Pipeline, createPipeline } from './pipeline.ts';
import { type Subscriber, startSubscriber } from './subscriber.ts';

/** The database is not what this version works with; the message names the command that helps. */
export class SchemaError extends Error {
  readonly code = 'schema_not_current';
}

export interface IngestService {
  /** Address of health and metrics. */
  readonly url: string;
  /** Rejects when the service cannot go on: the database came up with another schema. */
  readonly failed: Promise<never>;
  /** Stops reading, commits, acknowledges, disconnects; within 9 s. */
  stop(): Promise<void>;
}

export interface IngestOptions {
  readonly log: Logger;
  /** See `SubscriberOptions`. */
  readonly ackBeforeCommit?: boolean;
}

async function checkSchema(pool: Pool): Promise<void> {
  const state = await schemaState(pool);
  if (state === 'current') return;
  throw new SchemaError(
    state === 'ahead'
      ? 'the database belongs to a newer Verimeter; update this installation'
      : 'the database is not migrated; run: verimeter migrate',
  );
}

const isSchemaProblem = (error: unknown): boolean =>
  error instanceof SchemaError || (error instanceof Error && error.name === 'MigrationError');

/**
 * Starts the MQTT subscriber with health and metrics. Database or broker may be away: readiness says so and they are
 * tried again. @throws SchemaError when the database answers at once and is not migrated.
 */
export async function startIngest(
  config: IngestConfig,
  options: IngestOptions,
): Promise<IngestService> {
  const { log } = options;
  const stopping = new AbortController();
  const pool = createServicePool(config.databaseUrl, {
    applicationName: config.mqttClientId,
    max: 6,
    onError: (error) => log.debug({ err: error }, 'a database connection broke'),
  });
  const store = createTimescaleStore(pool);
  const metrics = createMetrics('ingest');
  const running: { pipeline?: Pipeline; subscriber?: Subscriber } = {};
  const unacknowledged = new Gauge({
    name: 'ingest_unacked_messages',
    help: 'Messages received from the broker and not acknowledged yet',
    registers: [],
    collect() {
      this.set(running.subscriber?.unacknowledged ?? 0);
    },
  });
  metrics.registerMetric(unacknowledged);

  async function begin(): Promise<void> {
    await retry(() => checkSchema(pool), {
      signal: stopping.signal,
      initialMs: 200,
      maximumMs: 5000,
      isTransient: (error) => !isSchemaProblem(error),
      onRetry: (error, attempt) => {
        if (attempt === 1) log.warn({ err: error }, 'the database does not answer yet');
      },
    });
    const { flushMs, defaultTenant, quarantine } = config;
    running.pipeline = createPipeline({
      pool,
      store,
      log,
      metrics,
      flushMs,
      defaultTenant,
      quarantine,
    });
    const { pipeline } = running;
    running.subscriber = startSubscriber({
      url: config.mqttUrl,
      clientId: config.mqttClientId,
      sessionExpiryS: config.mqttSessionExpiryS,
      sharedGroup: config.mqttSharedGroup,
      maxUnacked: config.maxUnacked,
      maxUnackedBytes: config.maxUnackedBytes,
      tls: config.mqttTls,
      accept: (message) => pipeline.accept(message),
      log,
      ...(options.ackBeforeCommit === true ? { ackBeforeCommit: true } : {}),
    });
  }

  const health = await startHealthServer({
    host: config.httpHost,
    port: config.httpPort,
    metrics,
    checks: {
      database: () => checkSchema(pool),
      broker: () => {
        const problem =
          running.subscriber === undefined
            ? 'waiting for the database'
            : running.subscriber.problem();
        if (problem !== undefined) throw new Error(problem);
      },
      store: () => store.check(),
    },
  });

  const release = (): Promise<void> => stopAll(running, health, pool);
  const begun = begin();
  // Only what is known within a moment decides the start; a database that is away is waited for.
  const failed = begun.then(
    () => new Promise<never>(() => undefined),
    (error: unknown) => {
      if (error instanceof AbortedError) return new Promise<never>(() => undefined);
      throw error;
    },
  );
  failed.catch(() => undefined); // the caller listens, or has been told by the throw below
  try {
    await Promise.race([begun, firstAnswer(pool)]);
  } catch (error) {
    if (isSchemaProblem(error)) {
      stopping.abort();
      await release();
      throw error;
    }
  }
  return {
    url: health.url,
    failed,
    async stop() {
      stopping.abort();
      await begun.catch(() => undefined); // its failure is in `failed`
      await release();
    },
  };
}

/** Resolves when the database refuses or is silent, rejects when it answers and is not usable. */
async function firstAnswer(pool: Pool): Promise<void> {
  await checkSchema(pool).catch((error: unknown) => {
    if (isSchemaProblem(error)) throw error;
  });
}

async function stopAll(
  { pipeline, subscriber }: { pipeline?: Pipeline; subscriber?: Subscriber },
  health: HealthServer,
  pool: Pool,
): Promise<void> {
  subscriber?.pause();
  await pipeline?.close(7000);
  await subscriber?.stop();
  await health.stop();
  await pool.end();
}
