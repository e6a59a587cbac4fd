import { setTimeout as delay } from 'node:timers/promises';
import { createServicePool, migrate, type Pool } from '@verimeter/registry';
import { findMosquitto, startMosquitto } from '@verimeter/test-support';
import pg from 'pg';
import { type SystemPostgres, startPostgres15 } from '../support/system-postgres.ts';
import { type WorkerProcess, startWorker } from '../support/worker-process.ts';
import { COMPARISON, deviceIds, messagesOf, readingsOf } from './messages.ts';
import { startPublisher } from './publisher-process.ts';

export type Target = 'worker' | 'database' | 'both';

export interface ChaosOptions {
  /** At least so many; more where the kills take longer. */
  readonly messages: number;
  readonly kills: number;
  /** Which kills come when. */
  readonly seed: number;
  /** Acknowledge on receipt: what the comparison must find. */
  readonly ackBeforeCommit?: boolean;
  readonly onProgress?: (text: string) => void;
}

export interface Kill {
  readonly target: Target;
  /** Messages in the worker's hands when it came. */
  readonly unacknowledged: number;
  /** Afterwards: messages that the broker sent again, batches that were tried again. */
  readonly redelivered: number;
  readonly retried: number;
  /** Until a message was committed again. */
  readonly recoveryMs: number;
}

export interface ChaosResult {
  readonly kills: readonly Kill[];
  readonly sent: number;
  readonly acknowledged: number;
  readonly readings: number;
  readonly seconds: number;
  readonly missing: number;
  readonly unknown: number;
  readonly twice: number;
  readonly conflicts: number;
  readonly ledger: Readonly<Record<'received' | 'stored' | 'duplicate' | 'open', number>>;
  readonly settings: Readonly<Record<string, string>>;
}

/** A kill counts only where at least so many messages are in the worker's hands. */
export const LEAST_UNACKNOWLEDGED = 500;
/** Messages that may be published and not stored. */
const AHEAD = 20_000;
const ASK_MS = 100;
const SHARE_OF_BOTH = 0.1;
const PATIENCE_MS = 120_000;
const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;

/**
 * Publishes while worker and database are killed at random moments, and compares what is stored with what the publisher knows to be
 * acknowledged, message by message.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { messages, kills, onProgress = () => undefined } = options;
  const program = findMosquitto();
  if (program === undefined) throw new Error('Mosquitto is not installed');
  const mosquitto = await startMosquitto(program);
  const postgres = await startPostgres15({ durable: true });
  const closers: (() => Promise<unknown>)[] = [() => mosquitto.stop(), () => postgres.stop()];
  try {
    await migrate(postgres.url);
    await register(postgres.url);
    const env = {
      DATABASE_URL: postgres.url,
      MQTT_URL: mosquitto.url,
      MQTT_CLIENT_ID: 'chaos-worker',
      // Batches that wait this long leave enough in the worker's hands to kill it with.
      INGEST_FLUSH_MS: '250',
    };
    // Then a kill loses what was in hand, and nothing need be committed after it.
    const early = options.ackBeforeCommit === true;
    const args = early ? ['ack-before-commit'] : [];
    const world = { postgres, worker: await startWorker(env, ...args) };
    closers.unshift(() => world.worker.kill());
    await world.worker.untilReady();
    const begin = performance.now();
    const publisher = await startPublisher({
      mqttUrl: mosquitto.url,
      window: 2000,
    });
    closers.unshift(() => publisher.close());
    // So far ahead of the store that a kill always finds enough in hand, and never the end.
    let upTo = 0;
    const goOn = (done: number): void => {
      if (done + AHEAD <= upTo) return;
      upTo = done + AHEAD;
      publisher.allow(upTo);
    };
    const random = createRandom(options.seed);
    const done: Kill[] = [];
    const restart = (): Promise<WorkerProcess> => startWorker(env, ...args);
    // With acknowledgements on receipt the store does not say how far the run is.
    const progress = early
      ? async () => publisher.acknowledged()
      : atMostEvery(ASK_MS, async () => messagesOf(await stored(postgres.url)));
    const reached = async (): Promise<number> => {
      const messagesDone = await progress();
      goOn(messagesDone);
      return messagesDone;
    };
    for (const target of schedule(kills, random)) {
      const place = ((done.length + random()) / kills) * messages;
      await until(async () => (await reached()) >= place, 'the run to go on');
      done.push(await kill(world, target, { restart, early, reached }));
      onProgress(
        `${done.length} of ${kills} kills, ${publisher.acknowledged()} of ${messages} messages`,
      );
    }
    const sent = Math.max(messages, upTo);
    publisher.allow(sent, true);
    const acknowledged = await publisher.finished;
    return {
      kills: done,
      sent,
      acknowledged: acknowledged.size,
      ...(await compare(postgres.url, sent, world.worker)),
      seconds: (performance.now() - begin) / 1000,
    };
  } finally {
    for (const close of closers) await close();
  }
}

/** The answer of `ask`, at most this old. */
function atMostEvery<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let askedAt = -Infinity;
  let answer: Promise<T> | undefined;
  return () => {
    if (answer === undefined || performance.now() - askedAt > ms) {
      askedAt = performance.now();
      answer = ask();
    }
    return answer;
  };
}

async function stored(url: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ stored: string }>(
      'SELECT coalesce(sum(stored), 0) AS stored FROM ledger',
    );
    return Number(rows[0]?.stored);
  } finally {
    await client.end();
  }
}

async function register(url: string): Promise<void> {
  const pool = createServicePool(url, { applicationName: 'chaos', max: 1 });
  await pool.query(`INSERT INTO tenants (tenant) VALUES ('demo')`);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) SELECT 'demo', d, 'electricity_meter' FROM unnest($1::text[]) d`,
    [deviceIds()],
  );
  await pool.end();
}

/** A tenth of the kills hit both; the others alternate. In the order of chance. */
function schedule(kills: number, random: () => number): Target[] {
  const both = Math.ceil(kills * SHARE_OF_BOTH);
  const targets = Array.from({ length: kills }, (_, k): Target =>
    k < both ? 'both' : k % 2 === 0 ? 'worker' : 'database',
  );
  return targets
    .map((target) => ({ target, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ target }) => target);
}

async function kill(
  world: { readonly postgres: SystemPostgres; worker: WorkerProcess },
  target: Target,
  options: {
    readonly restart: () => Promise<WorkerProcess>;
    readonly early: boolean;
    /** How far the run is; lets the publisher go on. */
    readonly reached: () => Promise<number>;
  },
): Promise<Kill> {
  const { postgres } = world;
  let unacknowledged = 0;
  await until(async () => {
    await options.reached();
    unacknowledged = await world.worker.unacknowledged();
    return unacknowledged >= LEAST_UNACKNOWLEDGED;
  }, `${LEAST_UNACKNOWLEDGED} messages in hand`);
  const retriesBefore = await world.worker.metric('ingest_batch_retries_total');
  const hits = [];
  if (target !== 'database') hits.push(world.worker.kill());
  if (target !== 'worker') hits.push(postgres.kill());
  await Promise.all(hits);
  const begin = performance.now();
  if (target !== 'worker') await postgres.start();
  if (target !== 'database') world.worker = await options.restart();
  const committed = await world.worker.metric('ingest_flush_seconds_count');
  if (options.early) await world.worker.untilReady();
  else
    await until(
      async () => (await world.worker.metric('ingest_flush_seconds_count')) > committed,
      'a commit after the kill',
    );
  const retries = await world.worker.metric('ingest_batch_retries_total');
  return {
    target,
    unacknowledged,
    redelivered: await world.worker.metric('ingest_redelivered_messages_total'),
    retried: target === 'database' ? retries - retriesBefore : retries,
    recoveryMs: performance.now() - begin,
  };
}

/** Once all that was acknowledged has been stored, or nothing more is. */
async function compare(
  url: string,
  messages: number,
  worker: WorkerProcess,
): Promise<Omit<ChaosResult, 'kills' | 'sent' | 'acknowledged' | 'seconds'>> {
  await until(async () => (await worker.unacknowledged()) === 0, 'the worker to be done');
  const pool = createServicePool(url, {
    applicationName: 'chaos',
    max: 1,
    statementTimeoutMs: 600_000,
  });
  try {
    await untilQuiet(pool);
    const settings = await pool.query<{ name: string; setting: string }>(
      'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
      [DURABLE],
    );
    const { rows } = await pool.query<{
      missing: number;
      unknown: number;
      twice: number;
      conflicts: number;
    }>(COMPARISON, [messages]);
    const ledger = await pool.query<ChaosResult['ledger']>(
      `SELECT coalesce(sum(received), 0)::int8 AS received, coalesce(sum(stored), 0)::int8 AS stored,
              coalesce(sum(duplicate), 0)::int8 AS duplicate,
              coalesce(sum(received - stored - duplicate - conflicting - rejected - pending), 0)::int8 AS open FROM ledger`,
    );
    const [counts] = rows;
    const [sums] = ledger.rows;
    if (counts === undefined || sums === undefined) throw new Error('an aggregate gives one row');
    return {
      ...counts,
      ledger: sums,
      readings: readingsOf(messages),
      settings: Object.fromEntries(settings.rows.map(({ name, setting }) => [name, setting])),
    };
  } finally {
    await pool.end();
  }
}

/** Nothing was received for two seconds. */
async function untilQuiet(pool: Pool): Promise<void> {
  let before = -1;
  await until(async () => {
    await delay(2000);
    const { rows } = await pool.query<{ received: number }>(
      'SELECT coalesce(sum(received), 0)::int8 AS received FROM ledger',
    );
    const now = rows[0]?.received ?? 0;
    const isQuiet = now === before;
    before = now;
    return isQuiet;
  }, 'the last message');
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(10);
  }
}

/** Numbers from 0 to 1 (Park and Miller, minimal standard generator). */
function createRandom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
