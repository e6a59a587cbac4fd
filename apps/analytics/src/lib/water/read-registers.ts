import type { ReadPattern } from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Grid } from '../grid.ts';

/** A register that is read within so much of a grid point was read at it: clocks of loggers are that good. */
const TOLERANCE_US = 60e6;
/** How a meter is read is told by its last readings. */
const PATTERN_US = 14 * 86_400e6;

/** A channel as its readings are on a grid, and how often and when they come. */
export interface OnGrid {
  /** NaN where no reading lies at the grid point. */
  readonly values: Float64Array;
  readonly reads: ReadPattern | undefined;
}

/** Channels on a grid, each reading at the grid point that it lies within a minute of. The grid ends at the last instant looked at. */
export async function readOnGrid(
  store: Pick<ReadingStore, 'series'>,
  channelIds: readonly number[],
  grid: Grid,
): Promise<Map<number, OnGrid>> {
  const { startUs, stepUs, count } = grid;
  const endUs = startUs + (count - 1) * stepUs;
  const series = new Map<number, Float64Array>();
  const gaps = new Map<number, number[]>();
  const near = new Map<number, number>();
  let channel = -1;
  let values: Float64Array = new Float64Array(0);
  let previousUs = -Infinity;
  await store.series(channelIds, startUs - TOLERANCE_US, endUs, (channelId, tsUs, value) => {
    if (channelId !== channel) {
      channel = channelId;
      previousUs = -Infinity;
      values = shared(count);
      series.set(channelId, values);
      gaps.set(channelId, []);
      near.set(channelId, 0);
    }
    const point = Math.round((tsUs - startUs) / stepUs);
    const isNear = Math.abs(tsUs - startUs - point * stepUs) <= TOLERANCE_US;
    if (isNear && point >= 0 && point < count) values[point] = value;
    if (tsUs < endUs - PATTERN_US) return;
    if (isNear) near.set(channelId, (near.get(channelId) ?? 0) + 1);
    if (previousUs > -Infinity) gaps.get(channelId)?.push(tsUs - previousUs);
    previousUs = tsUs;
  });
  return new Map(
    [...series].map(([channelId, own]) => [
      channelId,
      { values: own, reads: patternOf(gaps.get(channelId) ?? [], near.get(channelId) ?? 0) },
    ]),
  );
}

/** In memory that the thread of the estimator sees without a copy. */
function shared(count: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * count)).fill(NaN);
}

function patternOf(gaps: readonly number[], near: number): ReadPattern | undefined {
  const ordered = gaps.toSorted((a, b) => a - b);
  const intervalUs = ordered[Math.floor(ordered.length / 2)];
  return intervalUs === undefined
    ? undefined
    : { intervalUs, onGrid: Math.min(1, near / (gaps.length + 1)) };
}
