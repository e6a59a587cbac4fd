import { at, mean } from './vector.ts';

/**
 * First indices of the segments after the first, ascending, that minimise the sum of squared deviations from the
 * segment means plus `penalty` per change: the maximum likelihood changes of mean in normal noise of variance s^2,
 * for penalty 2 s^2 log n with the BIC (each change has a date and a mean). Segments have at least `minimumLength`
 * elements. R. Killick, P. Fearnhead and I. A. Eckley, "Optimal detection of changepoints with a linear computational
 * cost", JASA 107 (2012), PELT with K = 0; exact.
 */
export function changePoints(
  series: Float64Array,
  options: { readonly penalty: number; readonly minimumLength?: number },
): number[] {
  const { penalty } = options;
  const minimumLength = Math.max(options.minimumLength ?? 1, 1);
  const n = series.length;
  if (n < 2 * minimumLength) return [];
  // About the mean, so that the sums of squares do not cancel.
  const centre = mean(series);
  const sums = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1);
  for (let t = 0; t < n; t++) {
    const value = at(series, t) - centre;
    sums[t + 1] = at(sums, t) + value;
    squares[t + 1] = at(squares, t) + value * value;
  }
  // best[t]: least cost of the first t elements, less one penalty; Infinity where they are too few.
  const best = new Float64Array(n + 1).fill(Infinity);
  best[0] = -penalty;
  const previous = new Int32Array(n + 1);
  const candidates = new Int32Array(n + 1);
  // The end at which a candidate was found to be beaten, or n + 1: what beats it is itself open only minimumLength later.
  const beatenAt = new Int32Array(n + 1).fill(n + 1);
  let count = 0;
  for (let end = minimumLength; end <= n; end++) {
    const opened = end - minimumLength;
    if ((best[opened] as number) < Infinity) candidates[count++] = opened;
    let least = Infinity;
    let from = 0;
    for (let c = 0; c < count; c++) {
      const start = candidates[c] as number;
      const total = (best[start] as number) + segmentCost(sums, squares, start, end) + penalty;
      if (total < least) {
        least = total;
        from = start;
      }
    }
    best[end] = least;
    previous[end] = from;
    let kept = 0;
    for (let c = 0; c < count; c++) {
      const start = candidates[c] as number;
      const cost = (best[start] as number) + segmentCost(sums, squares, start, end);
      if (cost > least && (beatenAt[start] as number) > end) beatenAt[start] = end;
      if ((beatenAt[start] as number) + minimumLength > end + 1) candidates[kept++] = start;
    }
    count = kept;
  }
  const changes: number[] = [];
  for (let t = at(previous, n); t > 0; t = at(previous, t)) changes.push(t);
  return changes.toReversed();
}

/** Sum of squared deviations from the mean of elements [start, end). */
function segmentCost(
  sums: Float64Array,
  squares: Float64Array,
  start: number,
  end: number,
): number {
  const sum = (sums[end] as number) - (sums[start] as number);
  return (squares[end] as number) - (squares[start] as number) - (sum * sum) / (end - start);
}
