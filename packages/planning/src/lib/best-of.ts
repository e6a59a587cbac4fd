/** The first `count` of the items in the order of `compare`, without sorting all of them. */
export function bestOf<T>(
  items: Iterable<T>,
  count: number,
  compare: (left: T, right: T) => number,
): T[] {
  const kept: T[] = [];
  let last: T | undefined;
  for (const item of items) {
    if (last !== undefined && compare(last, item) <= 0) continue;
    kept.push(item);
    if (kept.length < 4 * count + 16) continue;
    kept.sort(compare);
    kept.length = count;
    last = kept.at(-1);
  }
  return kept.toSorted(compare).slice(0, count);
}
