import {
  OUTCOME,
  type ReadingBatch,
  type ReadingStore,
  type WriteOutcomes,
} from '@verimeter/reading-store';
import type { ClientBase, Pool } from 'pg';
import { encodeBatch, encodeShares } from './batch-content.ts';
import { createQuestDbHttp } from './http-client.ts';
import { readLateArrivals, readShown } from './late-arrivals.ts';
import { OwnBatches } from './own-batches.ts';
import { readDropUnderWay } from './old-partitions.ts';
import { createPendingBatches } from './pending-batches.ts';
import { BacklogError } from './questdb-error.ts';
import { checkWal, createTableOnce, readCommitMode, readWalState } from './readings-table.ts';
import { createRowReader } from './row-reader.ts';
import { readLastInstants, readMatrix, readSeries } from './series.ts';
import { type Settler, startSettler } from './settler.ts';
import { findUnsteady } from './unsteady-registers.ts';
import { type Queryable, addBatch, takeOutcomes, waitingBytes } from './waiting-batches.ts';

export interface QuestDbOptions {
  /** Acts as verimeter_service. */
  readonly pool: Pool;
  /** `http://user:password@host:9000` */
  readonly httpUrl: string;
  /** More than that may not wait in PostgreSQL: then nothing is taken. Default 1 GiB. */
  readonly mostWaitingBytes?: number;
  /** Whether this process settles from its first `write` or `check` on, which those who only read do not call. Default true. */
  readonly settles?: boolean;
  /** Something keeps the settler from going on; it tries again by itself. Once for each time that it begins. */
  readonly onProblem?: ((error: Error) => void) | undefined;
}

export interface QuestDbStore extends ReadingStore<ClientBase> {
  readonly kind: 'questdb';
  /** What QuestDB's commits survive, in a sentence for the log. */
  durability(): Promise<string>;
  /** Stops settling; what waits is settled by whoever comes next. */
  close(): Promise<void>;
}

const GIB = 1024 ** 3;
/** What waits is summed up no more often. */
const SUM_MS = 500;
/** A readiness probe waits 2 s in all. */
const CHECK_MS = 1500;

/**
 * Readings in QuestDB. What is written waits in PostgreSQL, in the transaction of the caller, until a settler has brought it to QuestDB and
 * read it back (docs/decisions/0115).
 */
export function createQuestDbStore(options: QuestDbOptions): QuestDbStore {
  const { pool, mostWaitingBytes = GIB } = options;
  const http = createQuestDbHttp(options.httpUrl);
  const table = createTableOnce(http);
  const closing = new AbortController();
  const { settles = true, onProblem } = options;
  let settler: Settler | undefined;
  const own = new OwnBatches();
  const prepared = new WeakMap<ReadingBatch, Buffer>();
  const batchIds = new WeakMap<WriteOutcomes, number>();
  let waiting = { bytes: 0, atMs: -Infinity };

  function beginToSettle(): void {
    if (settles && !closing.signal.aborted)
      settler ??= startSettler({ pool, http, own, onProblem });
  }

  async function checkBacklog(client: Queryable): Promise<void> {
    if (performance.now() - waiting.atMs > SUM_MS)
      waiting = {
        bytes: await waitingBytes(client),
        atMs: performance.now(),
      };
    if (waiting.bytes > mostWaitingBytes) throw new BacklogError(waiting.bytes, mostWaitingBytes);
  }

  const pendingBatches = createPendingBatches({
    pool,
    numbers: batchIds,
    settle: beginToSettle,
    signal: closing.signal,
  });

  return {
    kind: 'questdb',
    ...createRowReader(http, table, () => readDropUnderWay(pool)),
    answer: OUTCOME.pending,
    pendingBatches,

    prepare(batch) {
      if (batch.length > 0) prepared.set(batch, encodeBatch(batch));
    },

    async write(transaction, batch, { shares = [], awaited = false } = {}) {
      if (batch.length === 0) return new Uint8Array(0);
      const content = prepared.get(batch) ?? encodeBatch(batch);
      await checkBacklog(transaction);
      const id = await addBatch(transaction, {
        rows: batch.length,
        content,
        account: shares.length === 0 ? Buffer.alloc(0) : encodeShares(shares),
        awaited,
      });
      own.add(id, content, shares);
      waiting.bytes += content.length;
      beginToSettle();
      settler?.look();
      const outcomes = new Uint8Array(batch.length).fill(OUTCOME.pending);
      if (awaited) batchIds.set(outcomes, id);
      return outcomes;
    },

    async settled(outcomes) {
      if (outcomes.length === 0) return outcomes;
      const id = pendingBatches.numberOf(outcomes);
      await pendingBatches.untilSettled(id);
      const settled = await takeOutcomes(pool, id);
      if (settled === undefined) throw new Error(`batch ${id} is settled and waits`);
      return settled;
    },

    async matrix(channelIds, grid) {
      await table();
      return readMatrix(http, channelIds, grid);
    },

    async series(channelIds, fromUs, untilUs, take) {
      await table();
      await readSeries(http, channelIds, { fromUs, untilUs }, take);
    },

    async unsteadyRegisters(since, untilUs, mostPerHour) {
      await table();
      return findUnsteady(http, since, untilUs, mostPerHour);
    },

    async lastInstants(channelIds, untilUs) {
      await table();
      return readLastInstants(http, channelIds, untilUs);
    },

    shown: () => readShown(pool),

    async lateArrivals(tenant, window) {
      await table();
      return readLateArrivals(pool, http, tenant, window);
    },

    async check() {
      beginToSettle();
      await table();
      checkWal(await readWalState(http, CHECK_MS));
      await checkBacklog(pool);
      const problem = settler?.problem();
      if (problem !== undefined) throw problem;
    },

    async durability() {
      const mode = await readCommitMode(http);
      return mode === 'sync'
        ? 'QuestDB commits with cairo.commit.mode=sync: what it has accepted survives a power loss'
        : `QuestDB commits with cairo.commit.mode=${mode}: what it has accepted survives the end of its process, not a power loss; set cairo.commit.mode=sync (infra/questdb/server.conf)`;
    },

    async close() {
      closing.abort();
      await settler?.stop();
    },
  };
}
