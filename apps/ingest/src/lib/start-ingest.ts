import { randomUUID } from 'node:crypto';
import { ReadingStoreError, engineText, readingStoreOpener } from '@verimeter/open-store';
import { type Pool, createServicePool, readSessions } from '@verimeter/registry';
import {
  AbortedError,
  type HealthServer,
  type Logger,
  createMetrics,
  retry,
  startHealthServer,
} from '@verimeter/service-runtime';
import type { IngestConfig } from '../config.ts';
import { answeredInTime, commitProblem } from './database-problems.ts';
import { boundHeapGrowth } from './heap-growth.ts';
import { type Pipeline, createPipeline } from './pipeline.ts';
import { checkSchema, isSchemaProblem } from './schema-check.ts';
import { type SessionHeartbeat, brokerName, startSessionHeartbeat } from './session-heartbeat.ts';
import { describeSessions, registerSessionMetrics } from './session-metrics.ts';
import { loadSources } from './sources/follow-sources.ts';
import { SourceDirectory } from './sources/source-directory.ts';
import { subscriptionsOf } from './sources/subscriptions.ts';
import { type Subscriber, startSubscriber } from './subscriber.ts';

export interface IngestService {
  /** Address of health and metrics. */
  readonly url: string;
  /** Rejects when the service cannot go on: the database came up with another schema. */
  readonly failed: Promise<never>;
  /** Stops reading, commits, acknowledges, disconnects; within 9 s. */
  stop(): Promise<void>;
}

interface Running {
  pipeline?: Pipeline;
  subscriber?: Subscriber;
  heartbeat?: SessionHeartbeat;
}

export interface IngestOptions {
  readonly log: Logger;
  /** See `SubscriberOptions`. */
  readonly ackBeforeCommit?: boolean;
  readonly keepaliveS?: number;
}

/** Between two statements of a batch are milliseconds: after this the worker is gone, or cannot be reached. */
const IDLE_IN_TRANSACTION_MS = 15_000;

/**
 * Starts the MQTT subscriber with health and metrics, in a process of its own. Database or broker may be away: readiness
 * says so and they are tried again. @throws SchemaError when the database answers at once and is not migrated, ReadingStoreError when its
 * readings are not where they are said to be.
 */
export async function startIngest(
  config: IngestConfig,
  options: IngestOptions,
): Promise<IngestService> {
  boundHeapGrowth();
  const { log } = options;
  const stopping = new AbortController();
  const pool = createServicePool(config.databaseUrl, {
    applicationName: config.mqttClientId,
    max: 8,
    idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
    onError: (error) => log.debug({ err: error }, 'a database connection broke'),
  });
  const engine = readingStoreOpener(
    pool,
    config.readingStore,
    (opened) => {
      log.info({ store: opened.kind }, `readings go to ${engineText(opened)}`);
      // One that does not answer now is not ready, and says so there.
      opened.durability?.().then(
        (text) => log.info(text),
        () => undefined,
      );
    },
    { onProblem: (error) => log.warn({ err: error }, 'readings wait for their store') },
  );
  const metrics = createMetrics('ingest');
  const running: Running = {};
  const sources = new SourceDirectory();
  registerSessionMetrics(metrics, running);

  async function begin(): Promise<void> {
    const broker = brokerName(config.mqttUrl);
    const { store, upkeep, former } = await retry(
      async () => {
        await checkSchema(pool);
        await loadSources(pool, sources);
        const sessions = await readSessions(pool);
        const own = sessions.find(
          (one) => one.broker === broker && one.clientId === config.mqttClientId,
        );
        return { ...(await engine.open()), former: own?.filter.split('\n') ?? [] };
      },
      {
        signal: stopping.signal,
        initialMs: 200,
        maximumMs: 5000,
        isTransient: (error) => !isFinal(error),
        onRetry: (error, attempt) => {
          if (attempt === 1) log.warn({ err: error }, 'the database does not answer yet');
        },
      },
    );
    const { flushMs, defaultTenant, quarantine, retentionDays } = config;
    running.pipeline = createPipeline({
      pool,
      store,
      log,
      metrics,
      flushMs,
      defaultTenant,
      quarantine,
      upkeep,
      retentionDays,
      sources,
      sharesDevices: config.mqttSharedGroup !== '',
      worker: config.mqttClientId,
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
      sourceFilters: () => sources.filters,
      formerSubscriptions: former,
      onRefused: (problems) => sources.refuse(problems),
      accept: (message) => pipeline.accept(message),
      log,
      ...(options.ackBeforeCommit === true ? { ackBeforeCommit: true } : {}),
      ...(options.keepaliveS === undefined ? {} : { keepaliveS: options.keepaliveS }),
    });
    const { subscriber } = running;
    sources.onChange(() => subscriber.resubscribe());
    sources.publish = ({ topic, payload }) => subscriber.publish(topic, payload);
    running.heartbeat = startSessionHeartbeat(
      pool,
      {
        broker,
        clientId: config.mqttClientId,
        get filter() {
          return subscriptionsOf(config.mqttSharedGroup, sources.filters).join('\n');
        },
        expiryS: config.mqttSessionExpiryS,
        holder: randomUUID(),
      },
      log,
    );
  }

  const health = await startHealthServer({
    host: config.httpHost,
    port: config.httpPort,
    metrics,
    checks: {
      database: () => answeredInTime(checkSchema(pool)),
      broker: () => {
        const problem =
          running.subscriber === undefined
            ? 'waiting for the database'
            : running.subscriber.problem();
        if (problem !== undefined) throw new Error(problem);
      },
      store: () => {
        const delayed = running.pipeline?.delayed();
        if (delayed !== undefined) throw new Error(commitProblem(delayed));
        return answeredInTime(engine.open().then(({ store }) => store.check()));
      },
    },
    pages: { '/health/sessions': () => describeSessions(running) },
  });

  const release = (): Promise<void> => stopAll(running, { health, engine, pool });
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
    if (isFinal(error)) {
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

/** No later attempt is worth it: the operator has to change something. */
const isFinal = (error: unknown): boolean =>
  isSchemaProblem(error) || error instanceof ReadingStoreError;

/** Resolves when the database refuses or is silent, rejects when it answers and is not usable. */
async function firstAnswer(pool: Pool): Promise<void> {
  await checkSchema(pool).catch((error: unknown) => {
    if (isSchemaProblem(error)) throw error;
  });
}

async function stopAll(
  { pipeline, subscriber, heartbeat }: Running,
  opened: {
    readonly health: HealthServer;
    readonly engine: ReturnType<typeof readingStoreOpener>;
    readonly pool: Pool;
  },
): Promise<void> {
  subscriber?.pause();
  await pipeline?.close(7000);
  await subscriber?.stop();
  await heartbeat?.stop();
  await opened.health.stop();
  await opened.engine.close();
  await opened.pool.end();
}
