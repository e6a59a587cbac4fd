import type { ExportSpec } from './exports.ts';
import type { ColumnType, FormatColumn } from './row-format.ts';

/** Columns with numbers; a name means the same in every export. */
const NUMBERS: ReadonlySet<string> = new Set([
  'after_value',
  'amount',
  'before_value',
  'clock_offset_s',
  'clock_uncertainty_s',
  'conflicting',
  'coverage',
  'drift_per_year',
  'drift_per_year_se',
  'duplicate',
  'effective_members',
  'error_estimate',
  'estimated',
  'evidence_days',
  'expected',
  'gain',
  'id',
  'in_service_limit',
  'interval_high',
  'interval_low',
  'limit',
  'mean',
  'mean_se',
  'members',
  'minimum_detectable',
  'modulus',
  'offset',
  'offset_estimate',
  'offset_standard_error',
  'p_mean_over_limit',
  'p_share_over_5',
  'payload_bytes',
  'pending',
  'plan_accept',
  'plan_accept_probability',
  'plan_n',
  'plan_reject',
  'probability_drifted',
  'probability_over_in_service_limit',
  'probability_over_limit',
  'received',
  'rejected',
  'share',
  'share_high',
  'share_high_95',
  'share_low',
  'share_low_95',
  'spread',
  'spread_high',
  'spread_low',
  'relative_drift_per_1000_m3',
  'relative_drift_per_1000_m3_se',
  'relative_drift_per_year',
  'relative_drift_per_year_se',
  'relative_homes',
  'relative_minimum_detectable',
  'relative_posterior_per_1000_m3',
  'relative_posterior_per_1000_m3_se',
  'relative_posterior_per_year',
  'relative_posterior_per_year_se',
  'replaces',
  'rules_version',
  'standard_error',
  'stored',
  'undoes',
  'value',
  'verified',
  'version',
]);

const BOOLEANS: ReadonlySet<string> = new Set(['current', 'relative_exit_level_assumed']);

function typeOf(spec: ExportSpec, name: string): ColumnType {
  if (spec.instants.has(name)) return 'instant';
  if (BOOLEANS.has(name)) return 'boolean';
  return NUMBERS.has(name) ? 'double' : 'text';
}

/** The columns of an export with their types. What is neither number, truth nor instant is text; dates are `YYYY-MM-DD`. */
export const typedColumns = (spec: ExportSpec): FormatColumn[] =>
  spec.columns.map((name) => ({ name, type: typeOf(spec, name) }));
