import {
  type InstrumentCategory,
  type TestPoint,
  type WeightedError,
  mayTellFoundState,
  weightedError,
} from '@verimeter/metrology';
import type { StoredVerification, VerificationPoint } from './verification-records.ts';

const toTestPoint = (point: VerificationPoint): TestPoint => ({
  testPoint: point.testPoint,
  ...(point.error === null ? {} : { error: point.error }),
  ...(point.expandedUncertainty === null ? {} : { expandedUncertainty: point.expandedUncertainty }),
  ...(point.coverageFactor === null ? {} : { coverageFactor: point.coverageFactor }),
  ...(point.load === null ? {} : { load: point.load }),
  ...(point.powerFactor === null ? {} : { powerFactor: point.powerFactor }),
  ...(point.flow === null ? {} : { flow: point.flow }),
});

/** Whether a record says how the meter was found: stated, since one that passed after an adjustment would look like a false alarm. */
export function tellsFoundState(record: StoredVerification): boolean {
  return (
    record.withdrawn === undefined &&
    mayTellFoundState(record.kind ?? undefined) &&
    record.points.some((point) => point.asFound === true)
  );
}

/**
 * Whether a record answers a finding: the meter was looked at. Also one that does not say whether it was measured as found, but not one that says it
 * was measured after an adjustment only.
 */
export function answersFinding(record: StoredVerification): boolean {
  return (
    record.withdrawn === undefined &&
    mayTellFoundState(record.kind ?? undefined) &&
    (record.points.length === 0 || record.points.some((point) => point.asFound !== false))
  );
}

/** The error over the test points as found; undefined: none of them tells one. */
export function measuredAsFound(
  record: StoredVerification,
  category: InstrumentCategory | undefined,
): WeightedError | undefined {
  const points = record.points.filter((point) => point.asFound === true).map(toTestPoint);
  return weightedError(points, category);
}
