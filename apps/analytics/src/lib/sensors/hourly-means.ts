import type { ReadingStore } from '@verimeter/reading-store';
import type { Grid } from '../grid.ts';

/** Mean per channel of the readings of each step, which ends at its grid point and includes it; NaN where there is none. */
export async function readMeans(
  store: Pick<ReadingStore, 'series'>,
  channelIds: readonly number[],
  grid: Grid,
): Promise<Map<number, Float64Array>> {
  const { startUs, stepUs, count } = grid;
  const endUs = startUs + (count - 1) * stepUs;
  const means = new Map<number, Float64Array>();
  let channel = -1;
  let values: Float64Array = new Float64Array(0);
  let point = -1;
  let sum = 0;
  let readings = 0;
  const close = (): void => {
    if (readings > 0) values[point] = sum / readings;
    sum = 0;
    readings = 0;
  };
  await store.series(channelIds, startUs - stepUs + 1, endUs, (channelId, tsUs, value) => {
    const own = Math.ceil((tsUs - startUs) / stepUs);
    if (channelId !== channel) {
      close();
      channel = channelId;
      // in memory that the thread of the estimator sees without a copy
      values = new Float64Array(new SharedArrayBuffer(8 * count)).fill(NaN);
      means.set(channelId, values);
    } else if (own !== point) close();
    point = own;
    sum += value;
    readings += 1;
  });
  close();
  return means;
}
