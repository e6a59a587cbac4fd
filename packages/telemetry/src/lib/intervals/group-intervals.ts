import type { RegisterBounds } from './register-bounds.ts';
import { intervalBetween, type RegisterInterval } from './register-interval.ts';

/**
 * Steps that a group waits for members without a reading: up to so many intervals are merged for all of them. A member whose hole is longer
 * leaves the group for that time (docs/decisions/0128).
 */
export const MOST_MERGED_STEPS = 4;

/** An interval that members of a group have in common. Microseconds since 1970. */
export interface GroupInterval {
  readonly startUs: number;
  readonly endUs: number;
  /** In the order of the members; undefined: it is not in the group for this time. */
  readonly members: readonly (RegisterInterval | undefined)[];
}

/**
 * Intervals of several registers between edges at which each of them has a reading, so that a sum over members compares the same times. Where one
 * has none, the intervals are merged for all. A member leaves where its next reading is further than `mostSteps` from the start of the
 * interval, and is back at the first common edge at which it has one. All on the same grid.
 */
export function groupIntervals(
  registers: readonly RegisterBounds[],
  mostSteps: number = MOST_MERGED_STEPS,
): GroupInterval[] {
  const stepUs = registers[0]?.stepUs ?? 1;
  const indexOf = registers.map(
    ({ bounds }) => new Map(bounds.map(({ edge }, index) => [edge, index])),
  );
  const edges = [...new Set(registers.flatMap(({ bounds }) => bounds.map(({ edge }) => edge)))];
  const intervals: GroupInterval[] = [];
  let open = -Infinity;
  for (const edge of edges.toSorted((a, b) => a - b)) {
    if (edge < open) continue;
    const end = nextCommonEdge(registers, indexOf, edge, mostSteps);
    if (end === undefined) continue;
    open = end;
    intervals.push({
      startUs: edge * stepUs,
      endUs: end * stepUs,
      members: registers.map((register, m) => {
        const first = register.bounds[indexOf[m]?.get(edge) ?? -1];
        const last = register.bounds[indexOf[m]?.get(end) ?? -1];
        return first === undefined || last === undefined
          ? undefined
          : intervalBetween(register, first, last);
      }),
    });
  }
  return intervals;
}

/**
 * The first edge after `start` at which all members that are at `start` have a reading but those that have none up to the bound any more;
 * undefined where nobody has one.
 */
function nextCommonEdge(
  registers: readonly RegisterBounds[],
  indexOf: readonly ReadonlyMap<number, number>[],
  start: number,
  mostSteps: number,
): number | undefined {
  const present: ReadonlySet<number>[] = [];
  for (const [m, { bounds }] of registers.entries()) {
    const from = indexOf[m]?.get(start);
    if (from === undefined) continue;
    const own = new Set<number>();
    for (let k = from + 1; (bounds[k]?.edge ?? Infinity) <= start + mostSteps; k++)
      own.add(bounds[k]?.edge ?? Infinity);
    if (own.size > 0) present.push(own);
  }
  if (present.length === 0) return undefined;
  const last = present.map((own) => Math.max(...own));
  // at the last of these edges at the latest: whoever has no reading there has none up to the bound
  for (let edge = start + 1; edge <= Math.max(...last); edge++)
    if (
      present.some((own) => own.has(edge)) &&
      present.every((own, m) => own.has(edge) || edge > (last[m] ?? Infinity))
    )
      return edge;
  return undefined;
}
