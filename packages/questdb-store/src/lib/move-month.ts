import { untilCarriedOut } from './applied-log.ts';
import { inMonth, keysInHistory, keysInTable } from './both-tables.ts';
import { HISTORY, type Month, monthNamed, readHistoryMonths } from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import { QuestDbError } from './questdb-error.ts';
import { TABLE, channelIn } from './readings-table.ts';

/** Readings that are sorted, joined and written together. */
const READINGS_AT_A_TIME = 400_000;
const MOST_CHANNELS = 1000;
/** A statement of the move: it reads and writes `READINGS_AT_A_TIME`. */
const STATEMENT_MS = 300_000;

/** Some channels and how many readings `TABLE` has of them in the month. */
interface Piece {
  readonly channelIds: readonly number[];
  readonly readings: number;
}

/** What is done of a month: kept by who moves, so that a move may pause. */
export class MoveProgress {
  readonly #month: Month;
  readonly #readingsAtATime: number;
  #pieces: Piece[] = [];
  #copied = 0;
  #proved = 0;

  constructor(month: Month, readingsAtATime = READINGS_AT_A_TIME) {
    this.#month = month;
    this.#readingsAtATime = readingsAtATime;
  }

  get month(): Month {
    return this.#month;
  }

  /**
   * Goes on until the month is in history and no longer in `TABLE`, or `pause` says so: true when it is done. Nothing may be written into
   * the month while this runs; between two calls it may, and the month begins anew.
   *
   * Each step can be repeated: after a crash a new move finds what history has, writes what is missing and proves the whole. `TABLE` drops
   * its days when history, as it lies on the disk in the end, has every reading of them with all that it says.
   */
  async run(http: QuestDbHttp, pause: () => boolean): Promise<boolean> {
    const month = this.#month;
    const pieces = await readPieces(http, month, this.#readingsAtATime);
    if (JSON.stringify(pieces) !== JSON.stringify(this.#pieces)) {
      this.#pieces = pieces;
      this.#copied = 0;
      this.#proved = 0;
    }
    const months = await readHistoryMonths(http);
    let isThere = this.#copied > 0 || months.some(({ fromUs }) => fromUs === month.fromUs);
    for (; this.#copied < pieces.length; this.#copied += 1) {
      if (pause()) return false;
      const piece = pieces[this.#copied];
      if (piece === undefined) break;
      // oxlint-disable-next-line no-await-in-loop -- in the order of the channels: each piece is appended
      await copy(http, month, piece, isThere);
      isThere = true;
    }
    if (pieces.length > 0) await untilCarriedOut(http, HISTORY, 'write readings to history');
    await encode(http, month);
    for (; this.#proved < pieces.length; this.#proved += 1) {
      if (pause()) return false;
      const piece = pieces[this.#proved];
      if (piece === undefined) break;
      // oxlint-disable-next-line no-await-in-loop
      const there = await countInBoth(http, month, piece);
      if (there !== piece.readings)
        throw new QuestDbError(
          `history has ${there} of ${piece.readings} readings of ${nameOf(month)} (channels ${piece.channelIds[0]} to ${piece.channelIds.at(-1)}): the month stays in ${TABLE}`,
        );
    }
    await dropDays(http, month, pieces);
    return true;
  }
}

const nameOf = ({ fromUs }: Month): string => new Date(fromUs / 1000).toISOString().slice(0, 7);

/** Channels of the month in their order. */
async function readPieces(
  http: QuestDbHttp,
  month: Month,
  readingsAtATime: number,
): Promise<Piece[]> {
  const counts: [number, number][] = [];
  await http.numbers(
    `SELECT channel, count() AS readings FROM ${TABLE} WHERE ${inMonth(month)}`,
    ([channelId = 0, readings = 0]) => {
      if (readings > 0) counts.push([channelId, readings]);
    },
  );
  const pieces: { channelIds: number[]; readings: number }[] = [];
  for (const [channelId, readings] of counts.toSorted(([a], [b]) => a - b)) {
    const last = pieces.at(-1);
    if (
      last !== undefined &&
      last.channelIds.length < MOST_CHANNELS &&
      last.readings + readings <= readingsAtATime
    ) {
      last.channelIds.push(channelId);
      last.readings += readings;
    } else pieces.push({ channelIds: [channelId], readings });
  }
  return pieces;
}

/**
 * Two doubles that differ by less than 1e-10 are equal for QuestDB: the difference is made large, which for what is a thousandth or more is
 * never below that. A zero may be negative, and stays a double.
 */
const IS_THOUSANDTHS = `t <> 0 AND abs(t) < ${Number.MAX_SAFE_INTEGER} AND (t / 1000.0 - value) * 1e200 = 0`;

/** What history has is never written over. */
async function copy(
  http: QuestDbHttp,
  month: Month,
  { channelIds }: Piece,
  isThere: boolean,
): Promise<void> {
  const rows = keysInTable(month, channelIn(channelIds));
  const missing = isThere
    ? `(SELECT h.p, h.us, h.value, h.flags, h.received FROM ${rows} h
          LEFT JOIN ${keysInHistory(month, channelIds)} x ON h.p = x.p AND h.us = x.us WHERE x.p IS NULL)`
    : rows;
  await http.query(
    `INSERT INTO ${HISTORY} (pos, us, thousandths, value, flags, received)
     SELECT pos, us, thousandths, value, flags, received FROM (
       SELECT cast(p AS timestamp_ns) AS pos, us, CASE WHEN ${IS_THOUSANDTHS} THEN t ELSE 0L END AS thousandths,
              CASE WHEN ${IS_THOUSANDTHS} THEN null ELSE value END AS value, flags, received
         FROM (SELECT p, us, value, flags, received, cast(round(value * 1000) AS long) AS t FROM ${missing})
        ORDER BY pos, us
     ) TIMESTAMP(pos)`,
    STATEMENT_MS,
  );
  await untilCarriedOut(http, HISTORY, 'write readings to history');
}

/** Readings that are the same in both to the last bit. */
async function countInBoth(
  http: QuestDbHttp,
  month: Month,
  { channelIds }: Piece,
): Promise<number> {
  const [[count] = []] = await http.query(
    `SELECT count() FROM ${keysInTable(month, channelIn(channelIds))} h JOIN ${keysInHistory(month, channelIds)} x
       ON h.p = x.p AND h.us = x.us AND h.value = x.value AND h.flags = x.flags AND h.received = x.received`,
    STATEMENT_MS,
  );
  return Number(count);
}

/** To Parquet, where the month is not. */
async function encode(http: QuestDbHttp, month: Month): Promise<void> {
  const native = await http.query(
    `SELECT name FROM table_partitions('${HISTORY}') WHERE attached AND numRows > 0 AND NOT isParquet`,
  );
  for (const [name] of native)
    if (monthNamed(String(name)).fromUs === month.fromUs) {
      // oxlint-disable-next-line no-await-in-loop -- one at most
      await http.query(
        `ALTER TABLE ${HISTORY} CONVERT PARTITION TO PARQUET LIST '${String(name)}'`,
      );
      // oxlint-disable-next-line no-await-in-loop
      await untilCarriedOut(http, HISTORY, 'convert a month to Parquet');
    }
}

/** All days in one transaction: readers see the month in `TABLE` or not. */
async function dropDays(http: QuestDbHttp, month: Month, pieces: readonly Piece[]): Promise<void> {
  const first = new Date(month.fromUs / 1000).toISOString().slice(0, 7);
  const days = await http.query(
    `SELECT name, numRows FROM table_partitions('${TABLE}') WHERE attached AND name LIKE '${first}-%'`,
  );
  if (days.length === 0) return;
  const held = days.reduce((sum, [, rows]) => sum + Number(rows), 0);
  const proved = pieces.reduce((sum, { readings }) => sum + readings, 0);
  if (held !== proved)
    throw new QuestDbError(
      `${TABLE} has ${held} readings of ${first}, of which ${proved} were compared: the month stays`,
    );
  const list = days.map(([name]) => `'${String(name)}'`).join(', ');
  await http.query(`ALTER TABLE ${TABLE} DROP PARTITION LIST ${list}`);
  await untilCarriedOut(http, TABLE, 'drop the days of a month that is in history');
}
