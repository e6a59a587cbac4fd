import type { GridMatrix } from '@verimeter/reading-store';
import { readChannels, readLast, within } from './channel-rows.ts';
import { type Span, readHistory, readMonthsWithin } from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import { CHANNELS_AT_A_TIME, TABLE, channelIn, chunksOf } from './readings-table.ts';

export interface Grid {
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
  readonly asOfUs: number;
}

/** Readings on the instants of a grid. QuestDB leaves out what is beside it, and names its columns instead of times: half the bytes. */
export async function readMatrix(
  http: QuestDbHttp,
  channelIds: readonly number[],
  grid: Grid,
): Promise<GridMatrix> {
  const { startUs, stepUs, count } = grid;
  if (![startUs, stepUs, count].every(Number.isSafeInteger) || stepUs <= 0 || count < 0)
    throw new RangeError('a grid needs whole microseconds and a positive step');
  const values = new Float64Array(channelIds.length * count).fill(Number.NaN);
  const span = {
    fromUs: startUs,
    untilUs: Math.floor(Math.min(grid.asOfUs, startUs + (count - 1) * stepUs)),
  };
  if (values.length > 0 && span.untilUs >= startUs) {
    const rowOf = new Map(channelIds.map((channelId, row) => [channelId, row]));
    const take = ([channelId = 0, column = 0, value = 0]: Float64Array): void => {
      const row = rowOf.get(channelId);
      if (row !== undefined) values[row * count + column] = value;
    };
    // First this table, then history: a month on its way is in both, with the same values.
    for (const some of chunksOf([...rowOf.keys()], CHANNELS_AT_A_TIME))
      // oxlint-disable-next-line no-await-in-loop -- one after the other: QuestDB uses all processors for each
      await http.numbers(
        `SELECT channel, (ts::long - ${startUs}) / ${stepUs} AS k, value FROM ${TABLE}
          WHERE ${within(span)} AND ${channelIn(some)} AND (ts::long - ${startUs}) % ${stepUs} = 0`,
        take,
      );
    const months = await readMonthsWithin(http, span, rowOf.size);
    await readHistory(http, months, channelIds, { span, columns: '' }, (channelId, tsUs, value) => {
      const row = rowOf.get(channelId);
      const column = (tsUs - startUs) / stepUs;
      if (row !== undefined && Number.isInteger(column)) values[row * count + column] = value;
    });
  }
  return { channelIds: [...channelIds], startUs, stepUs, count, values };
}

/** Readings that are in memory together: some 70 MB. Of a short span those of many channels, of a year of quarter-hours of 64. */
const READINGS_IN_MEMORY = 2_250_000;
const FEWEST_AT_A_TIME = 16;
const QUARTER_HOUR_US = 900e6;

function channelsAtATime({ fromUs, untilUs }: Span): number {
  const each = Math.max(1, (Math.min(untilUs, Date.now() * 1000) - fromUs) / QUARTER_HOUR_US);
  const channels = Math.floor(READINGS_IN_MEMORY / each);
  return Math.min(CHANNELS_AT_A_TIME, Math.max(FEWEST_AT_A_TIME, channels));
}

/** Readings channel by channel, each in the order of its times. */
export async function readSeries(
  http: QuestDbHttp,
  channelIds: readonly number[],
  span: Span,
  take: (channelId: number, tsUs: number, value: number) => void,
): Promise<void> {
  for (const some of chunksOf([...new Set(channelIds)], channelsAtATime(span))) {
    // oxlint-disable-next-line no-await-in-loop -- one part after the other
    const found = await readChannels(http, some, span);
    for (const channelId of some) {
      const rows = found.get(channelId);
      if (rows === undefined) continue;
      const values = rows.value.values;
      for (const [k, tsUs] of rows.tsUs.values.entries()) take(channelId, tsUs, values[k] ?? 0);
    }
  }
}

/** Last instant not flagged `future` per channel. */
export async function readLastInstants(
  http: QuestDbHttp,
  channelIds: readonly number[],
  untilUs = Infinity,
): Promise<Map<number, number>> {
  const last = await readLast(http, channelIds, {
    untilUs: Number.isFinite(untilUs) ? Math.floor(untilUs) : untilUs,
    seen: 'not future',
  });
  return new Map([...last].map(([channelId, { tsUs }]) => [channelId, tsUs]));
}
