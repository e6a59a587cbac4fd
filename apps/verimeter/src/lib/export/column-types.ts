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
  'error_estimate',
  'evidence_days',
  'id',
  'in_service_limit',
  'interval_high',
  'interval_low',
  'limit',
  'minimum_detectable',
  'modulus',
  'offset_estimate',
  'offset_standard_error',
  'payload_bytes',
  'pending',
  'probability_drifted',
  'probability_over_in_service_limit',
  'probability_over_limit',
  'received',
  'rejected',
  'standard_error',
  'stored',
  'value',
  'version',
]);

function typeOf(spec: ExportSpec, name: string): ColumnType {
  if (spec.instants.has(name)) return 'instant';
  if (name === 'current') return 'boolean';
  return NUMBERS.has(name) ? 'double' : 'text';
}

/** The columns of an export with their types. What is neither number, truth nor instant is text; dates are `YYYY-MM-DD`. */
export const typedColumns = (spec: ExportSpec): FormatColumn[] =>
  spec.columns.map((name) => ({ name, type: typeOf(spec, name) }));
