import type { ReadPattern } from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Grid } from '../grid.ts';

/** A register that is read within so much of a grid point was read at it: clocks of loggers are that good. */
const TOLERANCE_US = 60e6;
/** How a meter is read is told by its last readings before as-of. */
const PATTERN_US = 14 * 86_400e6;

/** A channel as its readings are on a grid, and how often and when they come. */
export interface OnGrid {
  /** NaN where no reading lies at the grid point. */
  readonly values: Float64Array;
  readonly reads: ReadPattern | undefined;
}

/** When channels are read, by channel. */
export interface ReadTimes {
  /** How a channel is read is told by its readings up to the last grid point by then; default the end of the grid. */
  readonly untilUs?: ReadonlyMap<number, number>;
  /** Its grid points are so much later than those of the grid, less than a step, microseconds; default not at all. */
  readonly phaseUs?: ReadonlyMap<number, number>;
  /** Nothing after it is looked at; default the end of the grid. */
  readonly lastUs?: number | undefined;
}

/** Channels on a grid, each reading at the grid point that it lies within a minute of. */
export async function readOnGrid(
  store: Pick<ReadingStore, 'series'>,
  channelIds: readonly number[],
  grid: Grid,
  times: ReadTimes = {},
): Promise<Map<number, OnGrid>> {
  const { stepUs, count } = grid;
  const latest = times.lastUs ?? grid.startUs + (count - 1) * stepUs;
  let startUs = grid.startUs;
  let endUs = latest;
  const read = new Map<number, OnGrid>();
  let channel = -1;
  let values: Float64Array = new Float64Array(0);
  let until = endUs;
  let gaps: number[] = [];
  let near = 0;
  let previousUs = -Infinity;
  const finish = (): void => {
    if (channel !== -1) read.set(channel, { values, reads: patternOf(gaps, near, stepUs) });
  };
  const firstUs = grid.startUs - TOLERANCE_US;
  await store.series(channelIds, firstUs, latest, (channelId, tsUs, value) => {
    if (channelId !== channel) {
      finish();
      channel = channelId;
      startUs = grid.startUs + (times.phaseUs?.get(channelId) ?? 0);
      endUs = Math.min(latest, startUs + (count - 1) * stepUs);
      values = shared(count);
      // as if the grid ended at that as-of, whatever other meters make of its end
      const steps = Math.floor(((times.untilUs?.get(channelId) ?? endUs) - startUs) / stepUs);
      until = Math.min(endUs, startUs + steps * stepUs);
      gaps = [];
      near = 0;
      previousUs = -Infinity;
    }
    if (tsUs > endUs) return;
    const point = Math.round((tsUs - startUs) / stepUs);
    const isNear = Math.abs(tsUs - startUs - point * stepUs) <= TOLERANCE_US;
    if (isNear && point >= 0 && point < count) values[point] = value;
    if (tsUs < until - PATTERN_US || tsUs > until) return;
    if (isNear) near += 1;
    if (previousUs > -Infinity) gaps.push(tsUs - previousUs);
    previousUs = tsUs;
  });
  finish();
  return read;
}

/** In memory that the thread of the estimator sees without a copy. */
function shared(count: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * count)).fill(NaN);
}

/** Of a channel that is read more often than the grid has points, the share of these points that it is read at. */
function patternOf(gaps: readonly number[], near: number, stepUs: number): ReadPattern | undefined {
  const points = Math.round(gaps.reduce((sum, us) => sum + us, 0) / stepUs);
  const ordered = gaps.toSorted((a, b) => a - b);
  const intervalUs = ordered[Math.floor(ordered.length / 2)];
  return intervalUs === undefined
    ? undefined
    : { intervalUs, onGrid: Math.min(1, near / (Math.min(points, gaps.length) + 1)) };
}
