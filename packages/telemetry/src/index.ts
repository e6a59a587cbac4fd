export {
  type Quantity,
  type QuantityKind,
  QUANTITIES,
  findQuantity,
  quantityOfObis,
} from './lib/quantities.ts';
export { unitLabel } from './lib/unit-label.ts';
export { type UnitConversion, normalizeUnit, sameUnit } from './lib/units.ts';
export { isIdentifier } from './lib/identifiers.ts';
export {
  type DecodedReading,
  type DeviceEvent,
  type DeviceEventState,
  type QuarantineReason,
  type Reject,
  type TsSource,
  QUARANTINE_REASONS,
} from './lib/reading.ts';
export {
  DEVICE_CONDITIONS,
  DEVICE_FLAGS,
  type DeviceCondition,
  type DeviceFlag,
  isDeviceFlag,
} from './lib/device-events/device-conditions.ts';
export {
  type EventMeaning,
  type EventName,
  eventNameOf,
  meaningOfEvent,
} from './lib/device-events/event-meaning.ts';
export { mbusStatusFlags } from './lib/device-events/mbus-status.ts';
export { type TokenMeaning, tokenMeaning } from './lib/device-events/status-tokens.ts';
export { FLAG, type FlagName, flagNames, flagOfName, tsSourceOf } from './lib/flags.ts';
export {
  type TimeParse,
  EARLIEST_TS_US,
  FUTURE_QUARANTINE_US,
  FUTURE_TOLERANCE_US,
  formatTimestamp,
  parseTimestamp,
} from './lib/time.ts';
export {
  type DeviceKind,
  type GroupKind,
  type MemberRole,
  DEVICE_KINDS,
  GROUP_KINDS,
  MEMBER_ROLES,
} from './lib/fleet.ts';
export {
  type GroupStatus,
  type Indication,
  type LegalStatus,
  type Recommendation,
  GROUP_STATUSES,
  INDICATIONS,
  LEGAL_STATUSES,
  RECOMMENDATIONS,
} from './lib/health-vocabulary.ts';
export { kindOfQuantities } from './lib/device-kind.ts';
export {
  type JudgedRegisterEvent,
  type RegisterEvent,
  type RegisterEventCertainty,
  type RegisterEventKind,
  type RegisterEventState,
  type RegisterReading,
  REGISTER_EVENT_CERTAINTIES,
  REGISTER_EVENT_KINDS,
  REGISTER_EVENT_STATES,
} from './lib/register-events.ts';
export { type RegisterFacts, type RegisterWatch, watchRegister } from './lib/register-watch.ts';
export {
  type RegisterStep,
  amountAcross,
  countingEvents,
  registerSteps,
} from './lib/register-steps.ts';
export {
  type ClockContext,
  type ClockHealth,
  type ClockOffset,
  type ClockSlot,
  type ClockState,
  CLOCK_FAULTS,
  CLOCK_LATE_US,
  CLOCK_SLOT_US,
  CLOCK_STATES,
  CLOCK_WINDOW_US,
} from './lib/clock/clock-health.ts';
export { classifyClock } from './lib/clock/classify-clock.ts';
export {
  type IntervalGrid,
  type IntervalStep,
  type RegisterBound,
  type RegisterBounds,
  INTERVAL_STEPS_US,
  boundsOf,
} from './lib/intervals/register-bounds.ts';
export {
  type IntervalQuality,
  type RegisterInterval,
  INTERVAL_QUALITIES,
  INTERVAL_RULES,
  formIntervals,
} from './lib/intervals/register-interval.ts';
export { type ClockObservation, clockOffsetAt } from './lib/intervals/clock-at.ts';
export {
  type GroupInterval,
  MOST_MERGED_STEPS,
  groupIntervals,
} from './lib/intervals/group-intervals.ts';
export {
  type ChannelFacts,
  type SeriesColumns,
  type ValidationException,
  type ValidationRuleName,
  type ValidationSeverity,
  VALIDATION_ALGORITHM,
  VALIDATION_RULE_NAMES,
  VALIDATION_SEVERITIES,
} from './lib/validation/validation-types.ts';
export {
  DEFAULT_VALIDATION_RULES,
  type ValidationRules,
} from './lib/validation/validation-rules.ts';
export { mergeRules, storedRules } from './lib/validation/merge-rules.ts';
export { QUALITY, qualityAt } from './lib/validation/quality-codes.ts';
export {
  decideEdit,
  EDIT_ACTIONS,
  type EditAction,
  type EditDecision,
  type EditRefusal,
  editRefusalText,
  type KeptVersion,
  type ValueEdit,
} from './lib/validation/value-edits.ts';
export { createSeriesWorkspace, type SeriesWorkspace } from './lib/validation/series-workspace.ts';
export { validateSeries } from './lib/validation/validate-series.ts';
export { maximumRateOf } from './lib/validation/meter-rating.ts';
export {
  ESTIMATION_METHODS,
  ESTIMATION_MODEL,
  estimateGaps,
  type EstimatedValue,
  type EstimationMethod,
} from './lib/validation/estimate-gaps.ts';
export {
  type EstimatedSpan,
  findProlongedEstimation,
} from './lib/validation/rules/prolonged-estimation.ts';
export { zoneMinutes, zoneDays } from './lib/zone-minutes.ts';
