import type { GridMatrix } from '@verimeter/reading-store';
import type { QuestDbHttp } from './http-client.ts';
import {
  CHANNELS_AT_A_TIME,
  NOT_FUTURE,
  TABLE,
  channelIn,
  chunksOf,
  instant,
} from './readings-table.ts';

export interface Grid {
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
  readonly asOfUs: number;
}

interface Span {
  readonly fromUs: number;
  readonly untilUs: number;
}

/** Readings of some channels in the order of their times: one pass over the span, whatever channels they are. */
export async function readByTime(
  http: QuestDbHttp,
  channelIds: readonly number[],
  { fromUs, untilUs }: Span,
  take: (channelId: number, tsUs: number, value: number) => void,
): Promise<void> {
  for (const some of chunksOf(channelIds, CHANNELS_AT_A_TIME))
    // oxlint-disable-next-line no-await-in-loop -- one after the other: QuestDB uses all processors for each
    await http.numbers(
      `SELECT channel, ts::long AS us, value FROM ${TABLE}
        WHERE ts >= ${instant(fromUs)} AND ts <= ${instant(untilUs)} AND ${channelIn(some)}`,
      ([channelId = 0, tsUs = 0, value = 0]) => take(channelId, tsUs, value),
    );
}

/** Readings on the instants of a grid. */
export async function readMatrix(
  http: QuestDbHttp,
  channelIds: readonly number[],
  grid: Grid,
): Promise<GridMatrix> {
  const { startUs, stepUs, count } = grid;
  if (![startUs, stepUs, count].every(Number.isSafeInteger) || stepUs <= 0 || count < 0)
    throw new RangeError('a grid needs whole microseconds and a positive step');
  const values = new Float64Array(channelIds.length * count).fill(Number.NaN);
  const untilUs = Math.min(grid.asOfUs, startUs + (count - 1) * stepUs);
  if (values.length > 0 && untilUs >= startUs) {
    const rowOf = new Map(channelIds.map((channelId, row) => [channelId, row]));
    await readByTime(
      http,
      [...rowOf.keys()],
      { fromUs: startUs, untilUs: Math.floor(untilUs) },
      (channelId, tsUs, value) => {
        const column = (tsUs - startUs) / stepUs;
        const row = rowOf.get(channelId);
        if (row !== undefined && Number.isInteger(column)) values[row * count + column] = value;
      },
    );
  }
  return { channelIds: [...channelIds], startUs, stepUs, count, values };
}

/** Numbers in the order in which they came, without an object for each. */
export class GrowingColumn {
  #values = new Float64Array(256);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}

/** Channels whose series are in memory together: of a year of quarter-hours some 35 MB. */
const SERIES_AT_A_TIME = 64;

/** Readings channel by channel, each in the order of its times. */
export async function readSeries(
  http: QuestDbHttp,
  channelIds: readonly number[],
  span: Span,
  take: (channelId: number, tsUs: number, value: number) => void,
): Promise<void> {
  for (const some of chunksOf([...new Set(channelIds)], SERIES_AT_A_TIME)) {
    const columns = new Map(
      some.map((id) => [id, { instants: new GrowingColumn(), values: new GrowingColumn() }]),
    );
    // oxlint-disable-next-line no-await-in-loop
    await readByTime(http, some, span, (channelId, tsUs, value) => {
      const own = columns.get(channelId);
      own?.instants.push(tsUs);
      own?.values.push(value);
    });
    for (const [channelId, { instants, values }] of columns) {
      const at = values.values;
      for (const [k, tsUs] of instants.values.entries()) take(channelId, tsUs, at[k] ?? 0);
    }
  }
}

/** Last instant not flagged `future` per channel. */
export async function readLastInstants(
  http: QuestDbHttp,
  channelIds: readonly number[],
  untilUs = Infinity,
): Promise<Map<number, number>> {
  const last = new Map<number, number>();
  const until = Number.isFinite(untilUs) ? ` AND ts <= ${instant(Math.floor(untilUs))}` : '';
  for (const some of chunksOf(channelIds, CHANNELS_AT_A_TIME))
    // oxlint-disable-next-line no-await-in-loop
    await http.numbers(
      `SELECT channel, ts::long AS us FROM ${TABLE}
        WHERE ${channelIn(some)} AND ${NOT_FUTURE}${until} LATEST ON ts PARTITION BY channel`,
      ([channelId = 0, tsUs = 0]) => void last.set(channelId, tsUs),
    );
  return last;
}
