/** Correlation of the state of two members of a lot: what one result tells of the others. */
const SHARED = 0.2;
/** So many wholly uncertain members count at most: one result does not grade a lot of thousands. */
const MOST_UNCERTAIN = 50;

/** Part of what a lot has in common that `results` of its members tell. */
function known(results: number): number {
  return results === 0 ? 0 : (results * SHARED) / (1 + (results - 1) * SHARED);
}

/**
 * What the next result of a lot tells of its other members, in wholly uncertain devices: most for the first one, less for each further one.
 */
export function nextResult(uncertain: number, results: number): number {
  return Math.min(uncertain, MOST_UNCERTAIN) * (known(results + 1) - known(results));
}
