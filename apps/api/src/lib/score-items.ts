import type { VerificationScoreItem } from '@verimeter/api-schema';
import { formatTimestamp } from '@verimeter/telemetry';

export type ScoreRow = Omit<VerificationScoreItem, 'as_of'> & { readonly as_of: number };

/** Of `verification_scores`. */
export const SCORE_COLUMNS = `record_id AS verification_id, device_id, quantity, verified_on, kind, selection, outcome, found_beyond, "limit",
  measured_error, measured_uncertainty, predicted_low, predicted_high, covered, source, as_of, indication, recommendation, error_estimate,
  interval_low, interval_high, probability_over_limit, probability_drifted, model_version, finding_id`;

export const toScoreItem = (row: ScoreRow): VerificationScoreItem => ({
  ...row,
  as_of: formatTimestamp(row.as_of),
});
