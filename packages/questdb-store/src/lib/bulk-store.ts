import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkStore, FilledMonth, RowLoader } from '@verimeter/reading-store';
import type { Pool } from 'pg';
import { type QuestDbHttp, createQuestDbHttp } from './http-client.ts';
import { createLineSender } from './line-sender.ts';
import { QuestDbError } from './questdb-error.ts';
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

function createRowLoader(http: QuestDbHttp, table: () => Promise<void>): RowLoader {
  const sender = createLineSender(http);
  return {
    async load(rows) {
      if (rows.length === 0) return;
      await table();
      await untilShown(http, MOST_NOT_SHOWN);
      for (let attempt = 1; ; attempt += 1)
        try {
          // oxlint-disable-next-line no-await-in-loop
          await sender.send(rows);
          return;
        } catch (error) {
          if (!(error instanceof QuestDbError) || attempt >= ATTEMPTS) throw error;
          // oxlint-disable-next-line no-await-in-loop
          await sleep(AGAIN_MS * attempt);
        }
    },
    async shown() {
      await table();
      await untilShown(http, 0);
    },
    close: () => sender.close(),
  };
}

/** First instant of the month after one, microseconds since 1970. */
function nextMonth(fromUs: number): number {
  const date = new Date(fromUs / 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) * 1000;
}

async function readMonths(http: QuestDbHttp): Promise<FilledMonth[]> {
  const months: FilledMonth[] = [];
  await http.numbers(
    `SELECT timestamp_floor('M', ts)::long AS us, count() AS readings FROM ${TABLE}`,
    ([fromUs = 0, readings = 0]) =>
      void months.push({ fromUs, untilUs: nextMonth(fromUs), readings }),
  );
  return months.toSorted((left, right) => left.fromUs - right.fromUs);
}

/** Readings of QuestDB as a whole. The pool acts as verimeter_service. */
export function createQuestDbBulk(options: {
  readonly pool: Pool;
  readonly httpUrl: string;
}): BulkStore {
  const http = createQuestDbHttp(options.httpUrl);
  const table = createTableOnce(http);
  const upkeep = createUpkeep({ pool: options.pool, http });
  return {
    // A partition is a day: what comes day by day is written once.
    loadsBy: 'day',
    async months() {
      await table();
      return readMonths(http);
    },
    dirtyDays: (notIn) => upkeep.dirtyDays(notIn),
    openLoader: () => createRowLoader(http, table),
  };
}
