import { randomUUID } from 'node:crypto';
import { openReadingStore } from '@verimeter/open-store';
import {
  HEARTBEAT_S,
  type IngestSession,
  type Pool,
  claimSession,
  createServicePool,
  forgetSession,
  readSessions,
} from '@verimeter/registry';
import { type Logger, createMetrics, delay } from '@verimeter/service-runtime';
import type { IngestConfig } from '../config.ts';
import { createPipeline } from './pipeline.ts';
import { loadSources } from './sources/follow-sources.ts';
import { SourceDirectory } from './sources/source-directory.ts';
import { checkSchema } from './schema-check.ts';
import { type DrainOutcome, drainSession } from './session-drain.ts';
import { brokerName, startSessionHeartbeat } from './session-heartbeat.ts';

/** Why a session was not taken over; the message says what to do. */
export class TakeOverError extends Error {
  readonly code = 'take_over_refused';
}

export interface TakeOverOptions {
  readonly log: Logger;
  /** Ends early: what came is stored and acknowledged, the session stays. */
  readonly signal: AbortSignal;
  /** A session is empty when nothing has come for so long and nothing is unacknowledged; see `SessionDrainOptions`. */
  readonly quietMs?: number;
  /** A worker that was lost without a word is watched for so long before its session is taken. Default: two heartbeats. */
  readonly watchMs?: number;
}

/** How long the commits of the last messages may take. */
const CLOSE_MS = 8000;

/**
 * Stores and acknowledges what the broker keeps for a worker that does not come back, then ends its session.
 * @returns how many messages came.
 * @throws TakeOverError, SchemaError, ReadingStoreError
 */
export async function takeOverSession(
  config: IngestConfig,
  clientId: string,
  options: TakeOverOptions,
): Promise<number> {
  const pool = createServicePool(config.databaseUrl, { applicationName: 'take-over', max: 8 });
  const holder = randomUUID();
  try {
    await checkSchema(pool);
    const session = await claimAbandoned(pool, config, clientId, holder, options);
    // From here on another take-over of this session is refused.
    const heartbeat = startSessionHeartbeat(pool, { ...session, holder }, options.log);
    let outcome: DrainOutcome | undefined;
    try {
      outcome = await drainInto(pool, config, session, options);
    } finally {
      await heartbeat.stop();
      if (outcome?.kind === 'empty' || outcome?.kind === 'no_session')
        await forgetSession(pool, session, holder);
    }
    return messagesOf(outcome, clientId);
  } finally {
    await pool.end();
  }
}

/** @throws TakeOverError where the session is unknown, in use, or the only one that listens. */
async function claimAbandoned(
  pool: Pool,
  config: IngestConfig,
  clientId: string,
  holder: string,
  { signal, watchMs = 2 * HEARTBEAT_S * 1000 }: TakeOverOptions,
): Promise<IngestSession> {
  const broker = brokerName(config.mqttUrl);
  const sessions = (await readSessions(pool)).filter((one) => one.broker === broker);
  const session = sessions.find((one) => one.clientId === clientId);
  if (session === undefined) {
    const known = sessions.map((one) => `${one.clientId} (${one.state})`).join(', ');
    throw new TakeOverError(
      `no worker of this database has run as ${clientId} at ${broker}; there are: ${known === '' ? 'none' : known}`,
    );
  }
  if (session.state === 'held') throw inUse(session);
  if (!sessions.some((one) => one !== session && one.state === 'held'))
    throw new TakeOverError(
      `no other worker listens at ${broker}, so that ${clientId} cannot stop listening without losing messages: start one first, or this one again`,
    );
  // A worker that waits for its database is silent as well. The database answers now, so it would say something.
  if (session.state === 'lost') await delay(watchMs, signal);
  if (!(await claimSession(pool, session, holder))) throw inUse(session);
  return session;
}

const inUse = ({ clientId, silentS }: IngestSession): TakeOverError =>
  new TakeOverError(
    `the worker ${clientId} runs (heard of ${Math.round(silentS)} s ago): stop it first, then take its session over`,
  );

async function drainInto(
  pool: Pool,
  config: IngestConfig,
  session: IngestSession,
  { log, signal, quietMs }: TakeOverOptions,
): Promise<DrainOutcome> {
  const engine = await openReadingStore(pool, config.readingStore);
  const sources = new SourceDirectory();
  await loadSources(pool, sources);
  const pipeline = createPipeline({
    pool,
    store: engine.store,
    log,
    metrics: createMetrics('ingest'),
    flushMs: config.flushMs,
    defaultTenant: config.defaultTenant,
    quarantine: config.quarantine,
    sources,
    sharesDevices: true,
  });
  const settle = (): Promise<void> => pipeline.close(CLOSE_MS);
  try {
    return await drainSession({
      url: config.mqttUrl,
      clientId: session.clientId,
      filters: session.filter.split('\n'),
      sessionExpiryS: session.expiryS,
      maxUnacked: config.maxUnacked,
      maxUnackedBytes: config.maxUnackedBytes,
      tls: config.mqttTls,
      accept: (message) => pipeline.accept(message),
      settle,
      quietMs,
      signal,
      log,
    });
  } finally {
    await settle();
    await engine.close();
  }
}

function messagesOf(outcome: DrainOutcome, clientId: string): number {
  switch (outcome.kind) {
    case 'empty':
      return outcome.messages;
    case 'no_session':
      throw new TakeOverError(
        `the broker has no session of ${clientId}: there is nothing to take over`,
      );
    case 'broken':
      throw new TakeOverError(
        `${outcome.cause}, after ${outcome.messages} messages; the session stays: try again, unless its worker has come back`,
      );
    case 'interrupted':
      throw new TakeOverError(
        `interrupted after ${outcome.messages} messages, which are stored; the session stays: try again for the rest`,
      );
  }
}
