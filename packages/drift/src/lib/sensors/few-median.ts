/** Median of the finite ones among a few numbers, by insertion; NaN where there are none. Called for every hour and day. */
export function fewMedian(values: ArrayLike<number>): number {
  const sorted: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    let k = sorted.length;
    while (k > 0 && (sorted[k - 1] as number) > value) {
      sorted[k] = sorted[k - 1] as number;
      k--;
    }
    sorted[k] = value;
  }
  const { length } = sorted;
  if (length === 0) return NaN;
  const middle = length >> 1;
  const upper = sorted[middle] as number;
  return length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}
