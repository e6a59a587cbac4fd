import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkStore, FilledMonth, RowLoader } from '@verimeter/reading-store';
import type { ClientBase, Pool } from 'pg';
import { untilCarriedOut } from './applied-log.ts';
import { HISTORY, monthNamed, monthOf } from './history-table.ts';
import { type QuestDbHttp, createQuestDbHttp } from './http-client.ts';
import { createLineSender } from './line-sender.ts';
import { createLoadLock } from './move-lock.ts';
import { readDropUnderWay } from './old-partitions.ts';
import { QuestDbError } from './questdb-error.ts';
import { createRowReader } from './row-reader.ts';
import { openSnapshotWatch } from './snapshot-watch.ts';
import { TABLE, checkWal, createTableOnce, readWalState } from './readings-table.ts';
import { createUpkeep } from './upkeep.ts';

/** So many transactions may be accepted and not shown: what is sent beyond that waits. */
const MOST_NOT_SHOWN = 64;
/** Between two looks. */
const POLL_MS = 20;
/** No transaction is shown for so long: something is wrong with the server. */
const STALLED_MS = 300_000;
/** A request that fails is sent again, as a whole: what is there already is absorbed. */
const ATTEMPTS = 5;
const AGAIN_MS = 500;

/** @throws QuestDbError where the table is suspended, or nothing is shown any more */
async function untilShown(http: QuestDbHttp, mostNotShown: number): Promise<void> {
  const wanted = (await readWalState(http)).accepted - mostNotShown;
  let last = -1;
  for (let since = performance.now(); ;) {
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    const state = await readWalState(http);
    checkWal(state);
    if (state.applied >= wanted) return;
    if (state.applied > last) since = performance.now();
    last = state.applied;
    if (performance.now() - since > STALLED_MS)
      throw new QuestDbError(
        `QuestDB has accepted transactions and shows none of them: see its log`,
      );
    // oxlint-disable-next-line no-await-in-loop
    await sleep(POLL_MS);
  }
}

function createRowLoader(pool: Pool, http: QuestDbHttp, table: () => Promise<void>): RowLoader {
  const sender = createLineSender(http);
  const lock = createLoadLock(pool);
  return {
    async load(rows) {
      if (rows.length === 0) return;
      await table();
      await lock.hold();
      await untilShown(http, MOST_NOT_SHOWN);
      for (let attempt = 1; ; attempt += 1)
        try {
          // oxlint-disable-next-line no-await-in-loop
          await sender.send(rows);
          break;
        } catch (error) {
          if (!(error instanceof QuestDbError) || attempt >= ATTEMPTS) throw error;
          // oxlint-disable-next-line no-await-in-loop
          await sleep(AGAIN_MS * attempt);
        }
      await lock.hold();
    },
    async shown() {
      await table();
      await lock.hold();
      await untilShown(http, 0);
      await lock.hold();
    },
    async close() {
      await sender.close();
      await lock.release();
    },
  };
}

/** A month on its way to history is counted twice. */
async function readMonths(http: QuestDbHttp): Promise<FilledMonth[]> {
  const counts = new Map<number, number>();
  const take = (fromUs: number, readings: number): void =>
    void counts.set(fromUs, (counts.get(fromUs) ?? 0) + readings);
  await http.numbers(
    `SELECT timestamp_floor('M', ts)::long AS us, count() AS readings FROM ${TABLE}`,
    ([fromUs = 0, readings = 0]) => take(fromUs, readings),
  );
  for (const [name, readings] of await http.query(
    `SELECT name, numRows FROM table_partitions('${HISTORY}') WHERE attached AND numRows > 0`,
  ))
    take(monthNamed(String(name)).fromUs, Number(readings));
  return [...counts]
    .map(([fromUs, readings]) => ({ ...monthOf(fromUs), readings }))
    .toSorted((left, right) => left.fromUs - right.fromUs);
}

/** Readings of QuestDB as a whole. The pool acts as verimeter_service. */
export function createQuestDbBulk(options: {
  readonly pool: Pool;
  readonly httpUrl: string;
}): BulkStore<ClientBase> {
  const http = createQuestDbHttp(options.httpUrl);
  const table = createTableOnce(http);
  const upkeep = createUpkeep({ pool: options.pool, http });
  /** Without those that are written down as removed and may still be there. */
  async function months(): Promise<FilledMonth[]> {
    await table();
    const keptFromUs = (await readDropUnderWay(options.pool)) ?? -Infinity;
    return (await readMonths(http)).filter(({ fromUs }) => fromUs >= keptFromUs);
  }

  return {
    // A partition is a day: what comes day by day is written once.
    loadsBy: 'day',
    months,
    dirtyDays: (notIn) => upkeep.dirtyDays(notIn),
    openLoader: () => createRowLoader(options.pool, http, table),
    watchSnapshot: () => openSnapshotWatch(options.pool, createRowReader(http, table), months),
    async clear() {
      await table();
      for (const name of [TABLE, HISTORY]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await http.query(`TRUNCATE TABLE ${name}`);
        // oxlint-disable-next-line no-await-in-loop
        await untilCarriedOut(http, name, 'removing all readings');
      }
    },
  };
}
