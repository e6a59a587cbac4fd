import { setTimeout as sleep } from 'node:timers/promises';
import pg, { type Pool, type PoolClient } from 'pg';
import { SETTLING, createLockWatch } from './advisory-locks.ts';
import type { QuestDbHttp } from './http-client.ts';
import { createLineSender } from './line-sender.ts';
import type { OwnBatches } from './own-batches.ts';
import { endDrop } from './old-partitions.ts';
import { createPipeline } from './pipeline.ts';
import { createTableOnce } from './readings-table.ts';
import { createUpkeep } from './upkeep.ts';
import { tidy } from './waiting-batches.ts';

export interface Settler {
  /** Something was written and will be committed in a moment. */
  look(): void;
  /** Why the last attempt failed; undefined: it did not, or another process settles. */
  problem(): Error | undefined;
  /** Ends after the step under way; what waits goes on waiting, for whoever comes next. */
  stop(): Promise<void>;
}

export interface SettlerOptions {
  /** Acts as verimeter_service; its settings are those of the settler's own connection. */
  readonly pool: Pool;
  readonly http: QuestDbHttp;
  /** What this process has written. */
  readonly own: OwnBatches;
  readonly onProblem?: ((error: Error) => void) | undefined;
}

/** Between two looks for what another process has written. */
const LOOK_MS = 250;
/** After something was written here: its commit takes a moment. */
const SOON_MS = 15;
/** Another process settles: it may end. */
const BUSY_MS = 1000;
const TIDY_MS = 600_000;
/** A request that QuestDB does not answer is not waited for: what is decided is sent again by whoever comes next. */
const STOP_MS = 3000;
/** Partitions become old once a day. */
const TEND_MS = 3600_000;

/** Held by the connection that commits what is settled. */
const LOCK = `SELECT pg_try_advisory_lock(${SETTLING}) AS locked`;
const UNLOCK = `SELECT pg_advisory_unlock(${SETTLING})`;

/**
 * Brings waiting batches to QuestDB, one settler at a time, wherever it runs. What becomes of rows is written to PostgreSQL before any of
 * them is sent, so that whoever goes on after a crash sends the same rows again, which QuestDB takes for what it has (docs/decisions/0115).
 */
export function startSettler({ pool, http, own, onProblem }: SettlerOptions): Settler {
  const stopping = new AbortController();
  const { signal } = stopping;
  let awake = new AbortController();
  let looked = false;
  let failure: Error | undefined;
  const sender = createLineSender(http);
  // One of its own, for as long as it lives: of the others none may be left.
  const ownPool = new pg.Pool({ ...pool.options, max: 1 });
  ownPool.on('error', () => undefined); // a connection that breaks fails the next query
  const table = createTableOnce(http);
  const upkeep = createUpkeep({ pool, http });
  let tended = performance.now();

  async function pause(ms: number): Promise<void> {
    if (looked) ms = Math.min(ms, SOON_MS);
    looked = false;
    awake = new AbortController();
    await sleep(ms, undefined, { signal: AbortSignal.any([signal, awake.signal]) }).catch(
      () => undefined,
    );
  }

  /** Settles as long as the lock is held. @throws what keeps it from going on */
  async function settleAll(client: PoolClient): Promise<void> {
    const lock = createLockWatch();
    const pipeline = createPipeline({ client, http, table, sender, own, signal });
    let tidied = 0;
    try {
      await endDrop(client, http);
      while (!signal.aborted) {
        if (await pipeline.inTurn(() => lock.isWanted(client))) {
          await pipeline.rest();
          return;
        }
        const isAtIt = await pipeline.step();
        failure = undefined;
        // Under a load that never ends it is done all the same, with nothing under way.
        if (isAtIt && performance.now() - tended < 2 * TEND_MS) continue;
        await pipeline.rest();
        if (performance.now() - tidied > TIDY_MS) {
          await tidy(client);
          tidied = performance.now();
        }
        await tend();
        if (!isAtIt) await pause(LOOK_MS);
      }
    } finally {
      await pipeline.end();
    }
  }

  /** What goes wrong with it keeps nobody from settling. */
  async function tend(): Promise<void> {
    if (performance.now() - tended < TEND_MS) return;
    tended = performance.now();
    await upkeep.tend(Date.now() * 1000).catch((error: unknown) => {
      onProblem?.(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async function run(): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      let client: PoolClient | undefined;
      let broken: Error | undefined;
      try {
        client = await ownPool.connect();
        const { rows } = await client.query<{ locked: boolean }>(LOCK);
        if (rows[0]?.locked === true) {
          own.keep();
          await settleAll(client);
          await client.query(UNLOCK);
        } else failure = undefined;
        failures = 0;
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        if (signal.aborted) continue; // it was cut off
        failure = broken;
        failures += 1;
        if (failures === 1) onProblem?.(broken);
      } finally {
        own.forget();
        // Closed where something went wrong: with the connection the lock goes.
        client?.release(broken);
      }
      await pause(failures === 0 ? BUSY_MS : Math.min(5000, 50 * 2 ** failures));
    }
    await sender.close().catch(() => undefined);
    await ownPool.end();
  }

  const running = run();
  return {
    look() {
      looked = true;
      awake.abort();
    },
    problem: () => failure,
    async stop() {
      stopping.abort();
      await Promise.race([running, sleep(STOP_MS, undefined, { ref: false })]);
    },
  };
}
