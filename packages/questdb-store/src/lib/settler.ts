import { setTimeout as sleep } from 'node:timers/promises';
import { OUTCOME, type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';
import pg, { type Pool, type PoolClient } from 'pg';
import { decodeBatch, decodeShares, pickRows } from './batch-content.ts';
import type { QuestDbHttp } from './http-client.ts';
import { type ValueMap, judgeBatches } from './judge-batches.ts';
import { readNewest, readValues } from './known-values.ts';
import { createLineSender } from './line-sender.ts';
import { QuestDbError } from './questdb-error.ts';
import { checkWal, createTableOnce, readWalState } from './readings-table.ts';
import { type ShownBatch, settle, settlementOf } from './settlement.ts';
import { createUpkeep } from './upkeep.ts';
import {
  type Queryable,
  type WaitingBatch,
  decide,
  recordConflicts,
  takeBatches,
  takeOutcomes,
  tidy,
} from './waiting-batches.ts';

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
  readonly onProblem?: ((error: Error) => void) | undefined;
}

/** Rows that are decided, sent and settled together. */
const ROWS_AT_A_TIME = 60_000;
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
/** Between two looks at whether what was sent is shown. */
const POLL_MS = 4;
/** What is not shown by then is sent again. */
const SHOWN_MS = 60_000;

/** In the database of the registry, where all settlers meet. Held by the connection that commits what is settled. */
const LOCK = `SELECT pg_try_advisory_lock(hashtext('verimeter.settle_batches')) AS locked`;
const UNLOCK = `SELECT pg_advisory_unlock(hashtext('verimeter.settle_batches'))`;

/**
 * Brings waiting batches to QuestDB, one settler at a time, wherever it runs. What becomes of rows is written to PostgreSQL before any of
 * them is sent, so that whoever goes on after a crash sends the same rows again, which QuestDB takes for what it has (docs/decisions/0115).
 */
export function startSettler({ pool, http, onProblem }: SettlerOptions): Settler {
  const stopping = new AbortController();
  const { signal } = stopping;
  let awake = new AbortController();
  let looked = false;
  let failure: Error | undefined;
  const sender = createLineSender(http);
  // One of its own, for as long as it lives: of the others none may be left.
  const own = new pg.Pool({ ...pool.options, max: 1 });
  own.on('error', () => undefined); // a connection that breaks fails the next query
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
    let newest: Map<number, number> | undefined;
    let tidied = 0;
    while (!signal.aborted) {
      const batches = await takeBatches(client, ROWS_AT_A_TIME);
      if (batches.length === 0) {
        failure = undefined;
        if (performance.now() - tidied > TIDY_MS) {
          await tidy(client);
          tidied = performance.now();
        }
        await tend();
        await pause(LOOK_MS);
        continue;
      }
      await table();
      // Read before anything is decided: an earlier settler may have sent what is not shown yet, and that is decided, too.
      newest ??= await readNewest(http);
      const decided = batches.filter(({ outcomes }) => outcomes !== undefined);
      const shown =
        decided.length > 0
          ? decided.map((one) => readied(one))
          : await decideBatches(client, batches, newest);
      await bring(client, shown, newest);
      failure = undefined;
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

  async function decideBatches(
    client: PoolClient,
    waiting: readonly WaitingBatch[],
    newest: ReadonlyMap<number, number>,
  ): Promise<ShownBatch[]> {
    const batches = waiting.map(({ content }) => decodeBatch(content));
    const current = await readValues(http, maybeKnown(batches, newest));
    const { outcomes, challengers } = judgeBatches(batches, current);
    await client.query('BEGIN');
    try {
      const recorded = await recordConflicts(
        client,
        pickRows(
          challengers.flatMap(({ batch, row }) => {
            const of = batches[batch];
            return of === undefined ? [] : [{ batch: of, row }];
          }),
        ),
      );
      for (const [position, { batch, row }] of challengers.entries()) {
        const judged = outcomes[batch];
        if (judged !== undefined && !recorded.has(position)) judged[row] = OUTCOME.duplicate;
      }
      await decide(
        client,
        waiting.map(({ id }, k) => ({ id, outcomes: outcomes[k] ?? new Uint8Array(0) })),
      );
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
    return waiting.map((one, k) => readied({ ...one, outcomes: outcomes[k] }));
  }

  /** Sends what is new, waits until it can be read, and settles. */
  async function bring(
    client: PoolClient,
    batches: readonly ShownBatch[],
    newest: Map<number, number>,
  ): Promise<void> {
    const rows = pickRows(
      batches.flatMap(({ batch, outcomes }) =>
        [...outcomes.entries()]
          .filter(([, outcome]) => outcome === OUTCOME.stored)
          .map(([row]) => ({ batch, row })),
      ),
    );
    if (rows.length > 0) {
      await sender.send(rows);
      await untilShown(rows);
    }
    await settle(client, settlementOf(batches));
    for (let row = 0; row < rows.length; row += 1) {
      const channelId = rows.channelId[row] ?? 0;
      const tsUs = rows.tsUs[row] ?? 0;
      if (tsUs > (newest.get(channelId) ?? -Infinity)) newest.set(channelId, tsUs);
    }
  }

  /** @throws QuestDbError where the table is suspended, or rows are not shown in time */
  async function untilShown(rows: ReadingBatch): Promise<void> {
    const deadline = performance.now() + SHOWN_MS;
    const { accepted } = await readWalState(http);
    let missing = rows.length;
    while (performance.now() < deadline && !signal.aborted) {
      const state = await readWalState(http);
      checkWal(state);
      if (state.applied >= accepted) {
        missing = countMissing(rows, await readValues(http, rows));
        if (missing === 0) return;
      }
      await sleep(POLL_MS);
    }
    throw new QuestDbError(
      `QuestDB has taken ${rows.length} readings and does not show ${missing} of them`,
    );
  }

  async function run(): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      let client: PoolClient | undefined;
      let broken: Error | undefined;
      try {
        client = await own.connect();
        const { rows } = await client.query<{ locked: boolean }>(LOCK);
        if (rows[0]?.locked === true) {
          await settleAll(client);
          await client.query(UNLOCK);
        } else failure = undefined;
        failures = 0;
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        failure = broken;
        failures += 1;
        if (failures === 1) onProblem?.(broken);
      } finally {
        // Closed where something went wrong: with the connection the lock goes.
        client?.release(broken);
      }
      await pause(failures === 0 ? BUSY_MS : Math.min(5000, 50 * 2 ** failures));
    }
    await sender.close().catch(() => undefined);
    await own.end();
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

function readied({ id, content, account, outcomes }: WaitingBatch): ShownBatch {
  return {
    id,
    batch: decodeBatch(content),
    outcomes: outcomes ?? new Uint8Array(0),
    shares: account.length === 0 ? [] : decodeShares(account),
  };
}

/** Rows at or before the newest instant of their channel: the store may have their keys. */
function maybeKnown(
  batches: readonly ReadingBatch[],
  newest: ReadonlyMap<number, number>,
): ReadingBatch {
  const picked = batches.flatMap((batch) => {
    const rows: { batch: ReadingBatch; row: number }[] = [];
    for (let row = 0; row < batch.length; row += 1) {
      const last = newest.get(batch.channelId[row] ?? 0);
      if (last !== undefined && (batch.tsUs[row] ?? 0) <= last) rows.push({ batch, row });
    }
    return rows;
  });
  return picked.length === 0 ? createReadingBatch(0) : pickRows(picked);
}

function countMissing(rows: ReadingBatch, values: ValueMap): number {
  let missing = 0;
  for (let row = 0; row < rows.length; row += 1)
    if (values.get(rows.channelId[row] ?? 0, rows.tsUs[row] ?? 0) !== rows.value[row]) missing += 1;
  return missing;
}

const ASK_MS = 15;
const LONGEST_ASK_MS = 250;

/** Waits until an awaited batch is settled, by whichever process. */
export async function untilSettled(
  pool: Queryable,
  id: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  for (let waitMs = ASK_MS; ; waitMs = Math.min(LONGEST_ASK_MS, waitMs * 1.3)) {
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    const outcomes = await takeOutcomes(pool, id);
    if (outcomes !== undefined) return outcomes;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(waitMs, undefined, { signal });
  }
}
