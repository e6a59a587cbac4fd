/** What the data says of a device: a reason to verify, never a verdict. */
export const INDICATIONS = [
  'within_limits',
  'drift_possible',
  'drift_likely',
  'not_resolvable',
  'no_reference',
  'insufficient_data',
  'group_inconsistent',
  'not_in_group',
  'stopped',
  'reverse',
  'clock_fault',
  'register_fault',
  'tamper_or_fault',
  'consumption_changed',
] as const;
export type Indication = (typeof INDICATIONS)[number];

export const RECOMMENDATIONS = ['none', 'watch', 'inspect', 'reverify'] as const;
export type Recommendation = (typeof RECOMMENDATIONS)[number];

export const GROUP_STATUSES = [
  'ok',
  'incomplete',
  'loss_out_of_range',
  'clock',
  'supply_resolution',
  'archive_error',
  'unregistered_consumer',
  'not_synchronous',
  'topology_changed',
  'too_large',
] as const;
export type GroupStatus = (typeof GROUP_STATUSES)[number];

export const LEGAL_STATUSES = [
  'valid',
  'due_soon',
  'expired',
  'void',
  'not_regulated',
  'unknown',
] as const;
export type LegalStatus = (typeof LEGAL_STATUSES)[number];
