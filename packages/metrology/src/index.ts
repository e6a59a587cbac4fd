export { type ErrorLimit, IN_SERVICE_FACTOR, errorLimit } from './lib/error-limits.ts';
export { balancedQuantity } from './lib/balanced-quantity.ts';
export {
  CONNECTIONS,
  type Connection,
  type CycleRule,
  INSTRUMENT_CATEGORIES,
  type InstrumentCategory,
  RULE_BASES,
  RULE_STATUSES,
  type RuleBasis,
  type RuleStatus,
  TECHNOLOGIES,
  type Technology,
  categoryOfKind,
  isInstrumentCategory,
  isTechnology,
  rulesInForce,
} from './lib/cycle-rule.ts';
export {
  DEFAULT_RULE_SET,
  RULE_SETS,
  RULE_SET_NAMES,
  type RuleSetName,
  isBuiltInRuleId,
  isRuleSetName,
  rulesOfTenant,
} from './lib/rule-sets.ts';
export {
  LEGAL_EVENT_KINDS,
  type LegalEvent,
  type LegalEventKind,
  type LegalFacts,
  VERIFICATION_KINDS,
  type VerificationKind,
  type VerificationRecord,
} from './lib/legal-facts.ts';
export {
  LEGAL_REASONS,
  LEGAL_STANDINGS,
  type LegalReason,
  type LegalStanding,
  endsBy,
  legalStanding,
} from './lib/legal-standing.ts';
export { DUE_SOON_DAYS, type LegalState, legalStatusAt, statusOn } from './lib/legal-status.ts';
export {
  VALIDITY_PRECISIONS,
  type Validity,
  type ValidityPrecision,
  formatValidity,
  parseValidity,
} from './lib/validity-date.ts';
export { addDays, addMonths, daysBetween, isCalendarDate } from './lib/calendar-date.ts';
export { type LotFacts, lotKey } from './lib/lot-key.ts';
export {
  type TestPoint,
  type WeightedError,
  type WeightedErrorMethod,
  weightedError,
} from './lib/test-points.ts';
export {
  type CheckedVerification,
  VERIFICATION_WARNINGS,
  type VerificationOddity,
  type VerificationWarningCode,
  checkVerification,
} from './lib/verification-check.ts';
export { pointLimit } from './lib/point-limit.ts';
export {
  type FoundState,
  OUTCOMES,
  type Outcome,
  type PublishedAnswer,
  SELECTIONS,
  type Selection,
  type VerificationScore,
  mayTellFoundState,
  scoreVerification,
  selectionOf,
} from './lib/track-record.ts';
export {
  type UsualTestPoint,
  type UsualTestPoints,
  usualTestPoints,
} from './lib/usual-test-points.ts';
export {
  type CalendarDay,
  type FixedHoliday,
  VIETNAMESE_HOLIDAYS,
  addWorkingDays,
  isWorkingDay,
} from './lib/working-days.ts';
export {
  REQUEST_KINDS,
  REQUEST_UTILITIES,
  type RequestClock,
  type RequestKind,
  type RequestUtility,
  dueOn,
  requestClock,
} from './lib/request-clock.ts';
