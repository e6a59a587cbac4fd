export { DEFAULT_LIMIT, MAXIMUM_LIMIT } from './lib/common.ts';
export { type Problem, type ProblemCode, PROBLEMS, problem } from './lib/problems.ts';
export {
  type Channel,
  type Device,
  type DeviceDetail,
  type DeviceEvent,
  device,
  deviceDetail,
  deviceList,
} from './lib/devices.ts';
export { type ClockDetail, type Clock, type ClockEntry, clock, clockList } from './lib/clocks.ts';
export { clockText, durationText, zoneText } from './lib/clock-text.ts';
export {
  type Candidate,
  type Group,
  type GroupDetail,
  type Member,
  type Provisional,
  group,
  groupDetail,
  groupList,
} from './lib/groups.ts';
export { BALANCE_DAYS, type GroupBalance, type GroupBalanceBucket } from './lib/group-balance.ts';
export {
  type Reading,
  type ReadingAggregate,
  type ReadingList,
  type ReadingResolution,
  RESOLUTIONS,
  aggregate,
  reading,
  readingList,
} from './lib/readings.ts';
export { type Interval, type IntervalList, interval, intervalList } from './lib/intervals.ts';
export {
  type Evidence,
  type Health,
  type HealthDetail,
  type HealthHistoryPoint,
  HEALTH_COLUMNS,
  HEALTH_SORTS,
  health,
  healthDetail,
  healthDetailList,
  healthList,
} from './lib/health.ts';
export {
  type RegisterEventChange,
  type RegisterEventItem,
  registerEvent,
  registerEventList,
} from './lib/register-events.ts';
export { type Lot, LOT_COLUMNS, lotList } from './lib/lots.ts';
export { type Flood, FLOOD_STATES, floodList } from './lib/floods.ts';
export { type Stake, type Stakes, stakes } from './lib/stakes.ts';
export { type Summary, summary } from './lib/summary.ts';
export {
  type Finding,
  type FindingBulk,
  type FindingBulkResult,
  type FindingChange,
  type FindingDetail,
  type FindingEstimate,
  type FindingEvent,
  type FindingListQuery,
  type FindingSummary,
  finding,
  findingBulkResult,
  findingChange,
  findingDetail,
  findingList,
  findingSummary,
} from './lib/findings.ts';
export {
  type ChangeReason,
  DISMISS_REASONS,
  type DismissReason,
  FINDING_SORTS,
  FINDING_STATUSES,
  type FindingStatus,
  LIVE_STATUSES,
  MAXIMUM_ASSIGNEE,
  MAXIMUM_BULK_IDS,
  isLiveStatus,
  nextStatuses,
  refusedTransition,
} from './lib/finding-workflow.ts';
export {
  type Share,
  type TrackRecord,
  type VerificationScoreItem,
  trackRecord,
  verificationScore,
  verificationScoreList,
} from './lib/track-record.ts';
export {
  type LedgerEntry,
  type LedgerTotals,
  ledgerEntry,
  ledgerList,
  ledgerTotals,
} from './lib/ledger.ts';
export {
  type QuarantineEntry,
  type QuarantineGroup,
  type QuarantineReplay,
  type QuarantineStatus,
  type ReplayProgress,
  QUARANTINE_STATUSES,
  quarantineEntry,
  quarantineGroupList,
  quarantineList,
  quarantineReplay,
  replayProgress,
} from './lib/quarantine.ts';
export {
  type ReaderRole,
  type Session,
  READER_ROLES,
  session,
  sessionRequest,
} from './lib/session.ts';
export {
  type LiveEventName,
  type LiveReading,
  LIVE_EVENTS,
  liveEventData,
  liveReading,
} from './lib/live-events.ts';
export { type Operation, type OperationId, API_PREFIX, operations } from './lib/operations.ts';
export { openApiDocument } from './lib/openapi.ts';
export { type Language, LANGUAGES, negotiateLanguage } from './lib/language.ts';
export { type EvidenceValues, evidenceText } from './lib/evidence-text.ts';
export {
  type RuleSet,
  ruleSet,
  ruleSetChange,
  ruleSetList,
  validationRules,
} from './lib/validation-rules.ts';
export {
  type ValueEditBody,
  readingVersionItem,
  valueEdit,
  valueVersion,
  versionItem,
  type ValueVersionItem,
  valueVersionList,
} from './lib/value-versions.ts';
export { type ExceptionItem, exception, exceptionList } from './lib/exceptions.ts';
export { exceptionText } from './lib/exception-text.ts';
export {
  type Source,
  source,
  type SourceInput,
  sourceInput,
  sourceList,
  sourceTrialResult,
  type SourceTrialResult,
  type StoredSourceSettings,
  storedSourceSettings,
} from './lib/sources.ts';
export {
  type DeviceLegalState,
  type LegalEventInput,
  type LegalEventItem,
  legalEvent,
  legalEventList,
  type LegalRuleInput,
  type LegalRuleItem,
  legalRule,
  legalRuleInput,
  legalRuleList,
  type LegalStateItem,
  legalState,
  legalStateList,
  type LegalSummary,
  deviceLegalState,
  legalSummary,
} from './lib/legal.ts';
export { toCycleRule } from './lib/legal-rule.ts';
export {
  VERIFICATION_MARKS,
  VERIFICATION_RESULTS,
  verification,
  verificationDetail,
  verificationDetails,
  type VerificationInputItem,
  verificationInput,
  type VerificationItem,
  verificationList,
  type VerificationPointItem,
  type VerificationWarning,
} from './lib/verifications.ts';
export {
  type Capacity,
  type CapacityInput,
  capacityList,
  planSettings,
  type PlanSettingsInput,
} from './lib/plan-capacities.ts';
export { planSimulation, type PlanSimulation } from './lib/plan-simulation.ts';
export {
  madePlan,
  type MadePlan,
  type NextInLine,
  plan,
  type Plan,
  type PlanDetail,
  planDetail,
  type PlanItem,
  planFacts,
  type PlanFacts,
  planItem,
  planItemList,
  planList,
  planRequest,
  type PlanRequest,
  type PlanSummary,
  type PlanTeam,
  planTerms,
  workOrderList,
} from './lib/plans.ts';
export { PLAN_ITEM_COLUMNS, planItemRecord, storedPlanItem } from './lib/plan-columns.ts';
export {
  type FleetFacet,
  type FleetFacets,
  type FleetFilters,
  type FleetList,
  type FleetRow,
  type FleetSort,
  FLEET_COLUMNS,
  FLEET_FACETS,
  FLEET_SORTS,
  fleetFacets,
  fleetList,
} from './lib/fleet-table.ts';
export { type SavedView, savedView, savedViewList } from './lib/saved-views.ts';
export {
  DELIVERY_STATES,
  type NewWebhookAnswer,
  SUBSCRIBED_EVENTS,
  type SubscribedEvent,
  WEBHOOK_EVENTS,
  type Webhook,
  type WebhookChangeInput,
  type WebhookDelivery,
  type WebhookEvent,
  type WebhookInput,
  newWebhook,
  webhook,
  webhookDelivery,
  webhookDeliveryList,
  webhookInput,
  webhookList,
} from './lib/webhooks.ts';
export {
  type CustomerRequest,
  type CustomerRequestDetail,
  type CustomerRequestInput,
  customerRequest,
  customerRequestDetail,
  customerRequestList,
  type Holiday,
  holidayList,
  REQUEST_STATUSES,
  REQUEST_TIMINGS,
  type RequestStatus,
  type RequestTiming,
} from './lib/customer-requests.ts';
export { type EvidencePack, evidencePack } from './lib/evidence-pack.ts';
export {
  type DocumentDetail,
  documentDetail,
  documentList,
  type StoredDocument,
  storedDocument,
} from './lib/documents.ts';
export {
  REPORT_COUNTS,
  REPORT_VERIFICATION_KINDS,
  type Report,
  type ReportCount,
  report,
  reportPath,
} from './lib/reports.ts';
