import type { Capacity, CapacityInput } from '@verimeter/api-schema';

/** What is sent of a capacity: all but who entered it. */
export function inputOf(row: Capacity): CapacityInput {
  const { entered_by: _by, entered_by_name: _name, entered_at: _at, ...input } = row;
  return input;
}

/** Of each team the row that counts in a month: the last one that began by then. */
export function inForce(rows: readonly Capacity[], month: string): Capacity[] {
  const counting = rows
    .filter(({ from, to }) => from <= month && (to === null || month <= to))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return [...new Map(counting.map((row) => [row.team, row])).values()];
}
