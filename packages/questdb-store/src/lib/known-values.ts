import type { ReadingBatch } from '@verimeter/reading-store';
import { inTimeOrder } from './batch-content.ts';
import {
  EVER,
  type Span,
  between,
  historyParts,
  monthsWithin,
  readHistoryMonths,
} from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import { ValueMap } from './judge-batches.ts';
import { TABLE, channelIn, chunksOf, instant } from './readings-table.ts';

/** A span of instants with the channels that rows in it are of. */
export interface KeySpan extends Span {
  readonly channelIds: readonly number[];
}

/** Instants that lie further apart are asked for one by one: between them are a day's readings of everybody else. */
const APART_US = 6 * 3600e6;
/** More channels are not named: all rows of the span are looked at. */
export const MOST_NAMED = 300;
/** The same of history, where each is looked up by itself, or all rows of the month are looked at. */
const MOST_POSITIONS = 100;

/** Few spans that hold all the rows. */
export function spansOf(rows: ReadingBatch): KeySpan[] {
  const spans: { fromUs: number; untilUs: number; channels: Set<number> }[] = [];
  const sorted = inTimeOrder(rows);
  for (let row = 0; row < sorted.length; row += 1) {
    const tsUs = sorted.tsUs[row] ?? 0;
    const channelId = sorted.channelId[row] ?? 0;
    const last = spans.at(-1);
    if (last !== undefined && tsUs - last.untilUs <= APART_US) {
      last.untilUs = tsUs;
      last.channels.add(channelId);
    } else spans.push({ fromUs: tsUs, untilUs: tsUs, channels: new Set([channelId]) });
  }
  return spans.map(({ fromUs, untilUs, channels }) => ({
    fromUs,
    untilUs,
    channelIds: [...channels],
  }));
}

/** The values that QuestDB shows at the keys of the rows. */
export async function readValues(http: QuestDbHttp, rows: ReadingBatch): Promise<ValueMap> {
  const wanted = new Map<number, Set<number>>();
  for (let row = 0; row < rows.length; row += 1) {
    const channelId = rows.channelId[row] ?? 0;
    const instants = wanted.get(channelId);
    if (instants === undefined) wanted.set(channelId, new Set([rows.tsUs[row] ?? 0]));
    else instants.add(rows.tsUs[row] ?? 0);
  }
  const found = new ValueMap();
  const take = ([channelId = 0, tsUs = 0, value = 0]: Float64Array): void => {
    if (wanted.get(channelId)?.has(tsUs) === true) found.set(channelId, tsUs, value);
  };
  const ask = (fromUs: number, untilUs: number, condition: string): Promise<void> =>
    http.numbers(
      `SELECT channel, ts::long AS us, value FROM ${TABLE}
        WHERE ts >= ${instant(fromUs)} AND ts <= ${instant(untilUs)}${condition}`,
      take,
    );
  const spans = spansOf(rows);
  for (const { fromUs, untilUs, channelIds } of spans) {
    const everybody = channelIds.length > MOST_NAMED && untilUs - fromUs <= APART_US;
    const named = everybody ? [undefined] : chunksOf(channelIds, MOST_NAMED);
    for (const some of named)
      // oxlint-disable-next-line no-await-in-loop -- one after the other: QuestDB uses all processors for each
      await ask(fromUs, untilUs, some === undefined ? '' : ` AND ${channelIn(some)}`);
  }
  // Then history: what has moved meanwhile is there.
  const months = rows.length === 0 ? [] : await readHistoryMonths(http);
  for (const { channelIds, ...span } of spans) {
    const named = channelIds.length > MOST_POSITIONS ? undefined : channelIds;
    for (const part of historyParts(monthsWithin(months, span), named, span))
      // oxlint-disable-next-line no-await-in-loop
      await http.numbers(`SELECT channel, at, value FROM ${part} WHERE ${between(span)}`, take);
  }
  return found;
}

/** The newest instant of every channel. */
export async function readNewest(http: QuestDbHttp): Promise<Map<number, number>> {
  const newest = new Map<number, number>();
  const take = ([channelId = 0, tsUs = 0]: Float64Array): void => {
    if (tsUs > (newest.get(channelId) ?? -Infinity)) newest.set(channelId, tsUs);
  };
  await http.numbers(`SELECT channel, max(ts)::long AS us FROM ${TABLE}`, take);
  for (const part of historyParts(await readHistoryMonths(http), undefined, EVER))
    // oxlint-disable-next-line no-await-in-loop
    await http.numbers(`SELECT channel, max(at) AS us FROM ${part} GROUP BY channel`, take);
  return newest;
}
