export { type ErrorLimit, IN_SERVICE_FACTOR, errorLimit } from './lib/error-limits.ts';
export { balancedQuantity } from './lib/balanced-quantity.ts';
export {
  type CycleRule,
  type InstrumentCategory,
  VERIFICATION_CYCLES,
  cyclesInForce,
} from './lib/verification-cycles.ts';
export {
  type LegalFacts,
  type LegalState,
  type VerificationRecord,
  DUE_SOON_DAYS,
  legalStatusAt,
} from './lib/legal-status.ts';
export { addDays, addMonths, daysBetween, isCalendarDate } from './lib/calendar-date.ts';
export { type LotFacts, lotKey } from './lib/lot-key.ts';
