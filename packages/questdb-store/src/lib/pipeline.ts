import { setTimeout as sleep } from 'node:timers/promises';
import { OUTCOME, type ReadingBatch } from '@verimeter/reading-store';
import { untilApplied } from './applied-log.ts';
import { rowsWith } from './batch-content.ts';
import { decideGroup } from './decisions.ts';
import type { QuestDbHttp } from './http-client.ts';
import type { ValueMap } from './judge-batches.ts';
import { readNewest, readValues } from './known-values.ts';
import type { LineSender } from './line-sender.ts';
import type { OwnBatches } from './own-batches.ts';
import { QuestDbError } from './questdb-error.ts';
import { type ShownBatch, settle, settlementOf } from './settlement.ts';
import {
  type Before,
  type Fingerprint,
  fingerprintOf,
  isAdded,
  readBefore,
  readFingerprint,
} from './shown-rows.ts';
import { type Queryable, takeBatches } from './waiting-batches.ts';

/** Rows that are decided, sent and settled together. */
const ROWS_AT_A_TIME = 100_000;
/** Between two looks at whether what was sent is applied, and whether what was applied and is missed is shown. */
const POLL_MS = 4;
const LONGEST_POLL_MS = 8;
const MISSED_MS = 50;
const SHOWN_MS = 60_000;

export interface Pipeline {
  /** Brings a group on its way, while the one before it arrives. False: nothing waits, and nothing is under way. */
  step(): Promise<boolean>;
  /** Resolves when what is under way has arrived. */
  rest(): Promise<void>;
  /** Uses the connection between two statements of the pipeline. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Ends when nothing is under way any more, however that ended. */
  end(): Promise<void>;
}

/** A group that is sent. */
interface Flight {
  readonly ids: readonly number[];
  readonly rows: ReadingBatch;
  isShown: boolean;
  /** Settled. */
  arrived: Promise<void>;
}

/**
 * Brings waiting batches to QuestDB while the lock is held: group after group is decided, sent, shown and settled, and the next one is
 * decided and sent while QuestDB applies the one before and PostgreSQL books it. Whatever goes wrong ends it, and what is decided by then
 * is sent again by the next one.
 */
export function createPipeline(options: {
  /** The connection that holds the lock. */
  readonly client: Queryable;
  readonly http: QuestDbHttp;
  readonly table: () => Promise<void>;
  readonly sender: LineSender;
  readonly own: OwnBatches;
  readonly signal: AbortSignal;
  /** What is not shown by then is sent again. */
  readonly shownMs?: number;
}): Pipeline {
  const { http, sender, own, shownMs = SHOWN_MS } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const inTurn = createTurns();
  let newest: Map<number, number> | undefined;
  let flight: Flight | undefined;
  /** What is sent behind the flight. */
  let behind: ReadingBatch | undefined;

  async function step(): Promise<boolean> {
    const waiting = await inTurn(() =>
      takeBatches(options.client, ROWS_AT_A_TIME, flight?.ids ?? [], own),
    );
    if (waiting.length === 0) {
      if (flight === undefined) return false;
      await landed();
      return true;
    }
    await options.table();
    // Read before anything is decided: an earlier settler may have sent what is not shown yet, and that is decided, too.
    newest ??= await readNewest(http);
    const decided = waiting.flatMap(({ outcomes, ...one }) =>
      outcomes === undefined ? [] : [{ ...one, outcomes }],
    );
    if (decided.length > 0) {
      // Of a settler that is gone. What it has sent may be there, or come while this is sent.
      const rows = rowsWith(OUTCOME.stored, decided);
      raise(newest, rows);
      await bring(decided, rows, 'again');
      await landed();
      return true;
    }
    const batches = await decideGroup(http, waiting, {
      newest,
      underWay: flight?.rows,
      write: (work) => inTurn(() => work(options.client)),
    });
    await bring(batches, rowsWith(OUTCOME.stored, batches), 'new');
    return true;
  }

  /** Sends the rows; returns when the group before it has arrived and this one is under way. */
  async function bring(
    batches: readonly ShownBatch[],
    rows: ReadingBatch,
    kind: 'new' | 'again',
  ): Promise<void> {
    const previous = flight?.isShown === false ? flight.rows : undefined;
    const before = kind === 'new' && rows.length > 0 ? await readBefore(http, rows) : undefined;
    behind = rows;
    if (rows.length > 0) await sender.send(rows);
    await landed();
    behind = undefined;
    const group: Flight = {
      ids: batches.map(({ id }) => id),
      rows,
      isShown: false,
      arrived: Promise.resolve(),
    };
    group.arrived = arrive(group, batches, { before, previous });
    group.arrived.catch(() => failed.abort()); // `landed` says so
    flight = group;
  }

  async function landed(): Promise<void> {
    await flight?.arrived;
    flight = undefined;
  }

  async function arrive(
    group: Flight,
    batches: readonly ShownBatch[],
    sent: { readonly before: Before | undefined; readonly previous: ReadingBatch | undefined },
  ): Promise<void> {
    if (group.rows.length > 0) await untilShown(group.rows, sent);
    group.isShown = true;
    const settlement = settlementOf(batches);
    await inTurn(() => settle(options.client, settlement));
  }

  /**
   * Rows are shown where QuestDB shows what it did before and these, no more and no less: one number for each set. Where that is not so,
   * or was not asked, all of them are read back (docs/decisions/0134).
   *
   * @throws QuestDbError where the table is suspended, or rows are not shown in time
   */
  async function untilShown(
    rows: ReadingBatch,
    {
      before,
      previous,
    }: { readonly before: Before | undefined; readonly previous: ReadingBatch | undefined },
  ): Promise<void> {
    const deadline = performance.now() + shownMs;
    let missing = rows.length;
    for (let isFirst = true; performance.now() < deadline; isFirst = false) {
      const timeoutMs = deadline - performance.now();
      if (
        !(await untilApplied(http, {
          pollMs: POLL_MS,
          longestPollMs: LONGEST_POLL_MS,
          timeoutMs,
          signal,
        }))
      )
        break;
      if (isFirst && before !== undefined && (await isAddedTo(before, rows, previous))) return;
      missing = countMissing(rows, await readValues(http, rows));
      if (missing === 0) return;
      await sleep(MISSED_MS);
    }
    throw new QuestDbError(
      `QuestDB has taken ${rows.length} readings and does not show ${missing} of them`,
    );
  }

  /** What was under way before may have come since, and what is sent behind it may be there. */
  async function isAddedTo(
    { parts, shown }: Before,
    rows: ReadingBatch,
    previous: ReadingBatch | undefined,
  ): Promise<boolean> {
    const after = await readFingerprint(http, parts);
    const sent = fingerprintOf(rows, parts);
    const maybe: Fingerprint[] = [];
    for (const others of [previous, behind])
      if (others !== undefined) maybe.push(fingerprintOf(others, parts));
    return isAdded(shown, sent, after, maybe);
  }

  return {
    step,
    rest: landed,
    inTurn,
    async end() {
      failed.abort();
      await flight?.arrived.catch(() => undefined);
    },
  };
}

/** One after the other: a transaction may not be entered by another's statements. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

function raise(newest: Map<number, number>, rows: ReadingBatch): void {
  for (let row = 0; row < rows.length; row += 1) {
    const channelId = rows.channelId[row] ?? 0;
    const tsUs = rows.tsUs[row] ?? 0;
    if (tsUs > (newest.get(channelId) ?? -Infinity)) newest.set(channelId, tsUs);
  }
}

function countMissing(rows: ReadingBatch, values: ValueMap): number {
  let missing = 0;
  for (let row = 0; row < rows.length; row += 1)
    if (values.get(rows.channelId[row] ?? 0, rows.tsUs[row] ?? 0) !== rows.value[row]) missing += 1;
  return missing;
}
