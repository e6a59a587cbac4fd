import type { Report } from '@verimeter/api-schema';

/** A test point of a verification that failed; ratios. */
export interface FailedPoint {
  readonly error: number | null;
  readonly limit: number | null;
}

/** The point that is worst against its limit; without limits that with the largest error. */
function worstOf(points: readonly FailedPoint[]): number | undefined {
  let worst: number | undefined;
  let most = -1;
  for (const { error, limit } of points) {
    if (error === null) continue;
    const size = limit === null || limit === 0 ? Math.abs(error) : Math.abs(error) / limit;
    if (size > most) [worst, most] = [error, size];
  }
  return worst;
}

/** Whether points lie beyond their limits on both sides. */
function isOnBothSides(points: readonly FailedPoint[]): boolean {
  const beyond = points.flatMap(({ error, limit }) =>
    error !== null && limit !== null && Math.abs(error) > limit ? [error] : [],
  );
  return beyond.some((error) => error > 0) && beyond.some((error) => error < 0);
}

function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** Verifications that failed, by the sign of their errors. */
export function failuresOf(failed: readonly (readonly FailedPoint[])[]): Report['failures'] {
  const counts = { count: failed.length, over: 0, under: 0, both: 0, unknown: 0 };
  const errors: number[] = [];
  for (const points of failed) {
    const worst = worstOf(points);
    if (worst !== undefined) errors.push(worst);
    if (worst === undefined) counts.unknown += 1;
    else if (isOnBothSides(points)) counts.both += 1;
    else if (worst > 0) counts.over += 1;
    else counts.under += 1;
  }
  return { ...counts, median_error: medianOf(errors) };
}
