import type { TestPoint } from './test-points.ts';

/** What is odd in a record of a verification, which is kept all the same: an authorised body said it. */
export const VERIFICATION_WARNINGS = [
  'points_beyond_limit', // errors beyond the limit in a record that passes
  'point_contradicts_limit', // a point said to pass lies beyond its limit, or one said to fail within
  'failed_points_in_pass',
  'uncertainty_too_large', // expanded uncertainty above a third of the limit
  'serial_differs', // the meter that was verified is not the registered one
  'no_validity', // passes, and tells no end of validity: it follows from the rules, if at all
  'no_mark', // passes, and names neither certificate nor seal
] as const;
export type VerificationWarningCode = (typeof VERIFICATION_WARNINGS)[number];

export interface VerificationOddity {
  readonly code: VerificationWarningCode;
  readonly testPoint?: string;
}

export interface CheckedVerification {
  readonly result: 'pass' | 'fail';
  readonly validUntil?: string;
  readonly certificateNo?: string;
  readonly sealNo?: string;
  readonly serial?: string;
  readonly points: readonly TestPoint[];
}

/** What the standard measures with may be uncertain by at most this share of the limit (ĐLVN 39, reference meter). */
const SHARE_OF_LIMIT = 1 / 3;
/** Limits and errors are decimal fractions with a few digits; sums of them are not exact. */
const ROUNDING = 1e-9;

/** `device`: what the registry says of it; `limitAt` for points that state none. */
export function checkVerification(
  record: CheckedVerification,
  device: {
    readonly serial?: string;
    readonly limitAt?: (point: TestPoint) => number | undefined;
  } = {},
): readonly VerificationOddity[] {
  const oddities: VerificationOddity[] = [];
  for (const point of record.points) {
    const { testPoint, error, expandedUncertainty: uncertainty, pass } = point;
    const limit = point.limit ?? device.limitAt?.(point);
    const isBeyond =
      limit !== undefined && error !== undefined && Math.abs(error) > limit + ROUNDING;
    if (isBeyond && record.result === 'pass')
      oddities.push({ code: 'points_beyond_limit', testPoint });
    // Only a limit that the record itself states can contradict what it says of the point.
    if (point.limit !== undefined && error !== undefined && pass !== undefined && pass === isBeyond)
      oddities.push({ code: 'point_contradicts_limit', testPoint });
    if (pass === false && record.result === 'pass')
      oddities.push({ code: 'failed_points_in_pass', testPoint });
    if (
      limit !== undefined &&
      uncertainty !== undefined &&
      uncertainty > limit * SHARE_OF_LIMIT + ROUNDING
    )
      oddities.push({ code: 'uncertainty_too_large', testPoint });
  }
  const { serial } = record;
  if (serial !== undefined && device.serial !== undefined && serial !== device.serial)
    oddities.push({ code: 'serial_differs' });
  if (record.result === 'pass') {
    if (record.validUntil === undefined) oddities.push({ code: 'no_validity' });
    if ((record.certificateNo ?? '') === '' && (record.sealNo ?? '') === '')
      oddities.push({ code: 'no_mark' });
  }
  return oddities;
}
