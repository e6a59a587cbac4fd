import { QUALITY } from '../quality-codes.ts';
import { HOUR_US } from '../series-workspace.ts';
import type { ValidationRules } from '../validation-rules.ts';
import type { ValidationException } from '../validation-types.ts';

/** A span whose values are estimates: from the reading before to the one after. */
export interface EstimatedSpan {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Estimates for longer than a bill should rest on. */
export function findProlongedEstimation(
  spans: readonly EstimatedSpan[],
  rules: ValidationRules,
): ValidationException[] {
  const { enabled, severity, hours } = rules.prolonged_estimation;
  if (!enabled) return [];
  return spans
    .filter(({ fromUs, toUs }) => toUs - fromUs >= hours * HOUR_US)
    .map((span) => ({
      rule: 'prolonged_estimation',
      severity,
      code: QUALITY.failed,
      ...span,
      marks: false,
      value: (span.toUs - span.fromUs) / HOUR_US,
      expected: hours,
    }));
}
