import type { ReadingBatch } from '@verimeter/reading-store';
import { inTimeOrder } from './batch-content.ts';
import type { QuestDbHttp } from './http-client.ts';
import { ValueMap } from './judge-batches.ts';
import { TABLE, channelIn, chunksOf, instant } from './readings-table.ts';

/** A span of instants, both ends included, with the channels that rows in it are of. */
export interface Span {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly channelIds: readonly number[];
}

/** Instants that lie further apart are asked for one by one: between them are a day's readings of everybody else. */
const APART_US = 6 * 3600e6;
/** More channels are not named: all rows of the span are looked at. */
export const MOST_NAMED = 300;

/** Few spans that hold all the rows. */
export function spansOf(rows: ReadingBatch): Span[] {
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
  const ask = (fromUs: number, untilUs: number, condition: string): Promise<void> =>
    http.numbers(
      `SELECT channel, ts::long AS us, value FROM ${TABLE}
        WHERE ts >= ${instant(fromUs)} AND ts <= ${instant(untilUs)}${condition}`,
      ([channelId = 0, tsUs = 0, value = 0]) => {
        if (wanted.get(channelId)?.has(tsUs) === true) found.set(channelId, tsUs, value);
      },
    );
  for (const { fromUs, untilUs, channelIds } of spansOf(rows)) {
    const everybody = channelIds.length > MOST_NAMED && untilUs - fromUs <= APART_US;
    const named = everybody ? [undefined] : chunksOf(channelIds, MOST_NAMED);
    for (const some of named)
      // oxlint-disable-next-line no-await-in-loop -- one after the other: QuestDB uses all processors for each
      await ask(fromUs, untilUs, some === undefined ? '' : ` AND ${channelIn(some)}`);
  }
  return found;
}

/** The newest instant of every channel. */
export async function readNewest(http: QuestDbHttp): Promise<Map<number, number>> {
  const newest = new Map<number, number>();
  await http.numbers(
    `SELECT channel, max(ts)::long AS us FROM ${TABLE}`,
    ([channelId = 0, tsUs = 0]) => void newest.set(channelId, tsUs),
  );
  return newest;
}
