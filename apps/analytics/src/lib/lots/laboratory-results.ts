import type { LaboratoryResult } from '@verimeter/drift';
import type { Verification } from '@verimeter/registry';

/** Results older than this say little of what the meter does now. */
const MOST_AGE_DAYS = 400;
const DAY_MS = 86_400e3;

/**
 * What a laboratory found of a device as it was found, at the last of its verifications before as-of: the mean over the test points, whose scatter is
 * part of its uncertainty, since nobody knows at which loads the meter worked. Undefined: no such verification, or one without uncertainty.
 */
export function laboratoryResult(
  verifications: readonly Verification[],
  asOf: string,
): Omit<LaboratoryResult, 'drawn'> | undefined {
  const found = verifications.filter(
    ({ verifiedOn, asFound }) => asFound === true && verifiedOn <= asOf,
  );
  const last = found.at(-1);
  if (last === undefined) return undefined;
  if (Date.parse(asOf) - Date.parse(last.verifiedOn) > MOST_AGE_DAYS * DAY_MS) return undefined;
  const points = found.flatMap(
    ({ verifiedOn, certificateNo, error, expandedUncertainty, coverageFactor }) =>
      verifiedOn === last.verifiedOn &&
      certificateNo === last.certificateNo &&
      error !== null &&
      expandedUncertainty !== null
        ? [{ error, uncertainty: expandedUncertainty / (coverageFactor ?? 2) }]
        : [],
  );
  if (points.length === 0) return undefined;
  const n = points.length;
  const mean = points.reduce((sum, { error }) => sum + error, 0) / n;
  const scatter =
    n === 1 ? 0 : points.reduce((sum, { error }) => sum + (error - mean) ** 2, 0) / (n - 1) / n;
  // points share the standard that they were measured with
  const uncertainty = Math.max(...points.map((point) => point.uncertainty));
  return { error: mean, standardUncertainty: Math.hypot(uncertainty, Math.sqrt(scatter)) };
}
