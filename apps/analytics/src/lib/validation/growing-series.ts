import type { SeriesColumns } from '@verimeter/telemetry';

/** Readings of one channel after the other, in memory that is used again. */
export interface GrowingSeries extends SeriesColumns {
  length: number;
  tsUs: Float64Array;
  value: Float64Array;
}

const FIRST_LENGTH = 4096;

export const createGrowingSeries = (): GrowingSeries => ({
  length: 0,
  tsUs: new Float64Array(FIRST_LENGTH),
  value: new Float64Array(FIRST_LENGTH),
});

export function addReading(series: GrowingSeries, tsUs: number, value: number): void {
  if (series.length === series.tsUs.length) {
    series.tsUs = grown(series.tsUs);
    series.value = grown(series.value);
  }
  series.tsUs[series.length] = tsUs;
  series.value[series.length] = value;
  series.length++;
}

function grown(column: Float64Array): Float64Array {
  const larger = new Float64Array(2 * column.length);
  larger.set(column);
  return larger;
}
