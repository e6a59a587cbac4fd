import { randomStream } from './random.ts';

/** Marks the hours a device did not report: single ones, and some hours to three days about four times a year. */
export function loseHours(keys: readonly number[], hours: number, rate: number): Uint8Array {
  const random = randomStream(...keys);
  const lost = new Uint8Array(hours);
  let until = -1;
  for (let k = 0; k < hours; k += 1) {
    const begins = random.next() < (rate > 0 ? 4 / 8766 : 0);
    const length = random.integer(5, 72);
    const single = random.next() < rate;
    if (begins) until = k + length;
    if (k < until || single) lost[k] = 1;
  }
  return lost;
}

/** The values with NaN where they were lost; in place. */
export function withGaps(values: Float64Array, lost: Uint8Array): Float64Array {
  lost.forEach((gone, k) => {
    if (gone === 1) values[k] = Number.NaN;
  });
  return values;
}
