export {
  type MigrateOptions,
  type SchemaState,
  MigrationError,
  migrate,
  schemaState,
} from './lib/migrate.ts';
export {
  type AppliedMigration,
  type DatabaseContent,
  appliedMigrations,
  inspectDatabase,
} from './lib/applied-migrations.ts';
export { InsufficientRightsError } from './lib/roles.ts';
export { type Migration, readMigrations } from './lib/migration-files.ts';
export {
  type Pool,
  type PoolClient,
  type PoolOptions,
  type Queryable,
  createAppPool,
  createServicePool,
  withTenant,
  withTransaction,
} from './lib/pools.ts';
export { parseTimestamptz, rowTypes, timestamptz, timestamptzOrNull } from './lib/instants.ts';
export {
  HEARTBEAT_S,
  type IngestSession,
  type SessionHold,
  type SessionName,
  type SessionState,
  claimSession,
  forgetSession,
  holdSession,
  leaveSession,
  readSessions,
} from './lib/ingest-sessions.ts';
export {
  type Channel,
  type ChannelKey,
  type WantedChannel,
  ensureChannels,
  readChannels,
  readChannelsOf,
} from './lib/channels.ts';
export {
  type Device,
  type Group,
  type Member,
  type Verification,
  ensureTenant,
  readDevices,
  readGroups,
  readMembers,
  readMembershipsOf,
  readTenants,
  readVerifications,
} from './lib/fleet.ts';
export {
  type DeviceEvent,
  type ReportedEvent,
  readDeviceEvents,
  readReportedEvents,
} from './lib/device-events.ts';
export { type ChangedFinding, type FindingRow, upsertFindings } from './lib/findings.ts';
export {
  type Evidence,
  type GroupHealthRow,
  type HealthHistoryRow,
  type HealthRow,
  type Publication,
  type ReadMark,
  publishHealth,
  finishRun,
  startRun,
} from './lib/health.ts';
export {
  type LotHealthRow,
  type LotMemberRow,
  type RelativeDrift,
  publishLots,
  readLotMembers,
} from './lib/lots.ts';
export {
  type JournalParameters,
  type LedgerRow,
  addToLedger,
  foldLedger,
  journalParameters,
} from './lib/ledger.ts';
export { type LiveReadings, closeBatch, wasClosed } from './lib/close-batch.ts';
export { addLiveEvents, trimLiveEvents } from './lib/live-events.ts';
export { trimFleetChanges } from './lib/fleet-changes.ts';
export { type QuarantineRow, KEPT_PAYLOAD_BYTES, addToQuarantine } from './lib/quarantine.ts';
export { readQuarantineGroups } from './lib/quarantine-groups.ts';
export { type QuarantineLimits, countLeftOut, trimQuarantine } from './lib/quarantine-limits.ts';
export {
  type MessageKey,
  type OpenPart,
  type QuarantinedEntry,
  changeEntries,
  entriesOf,
  lockEntries,
  openPartsOf,
} from './lib/quarantined-entries.ts';
export {
  type Replay,
  type ReplayCounts,
  type ReplayWish,
  advanceReplay,
  findReplay,
  lockReplay,
  nextReplay,
  postponeReplay,
  trimReplays,
  wishReplay,
  withdrawReplay,
} from './lib/replays.ts';
export {
  type NewDevice,
  PROVISIONING_SOURCES,
  type ProvisioningRule,
  type ProvisioningSource,
  provisionDevices,
  readProvisioning,
  removeProvisioning,
  setProvisioning,
} from './lib/provisioning.ts';
export {
  type FoundRegisterEvents,
  type RegisterScan,
  type StoredRegisterEvent,
  channelsWithEvents,
  readRegisterEvents,
  readRegisterEventsOf,
  readRegisterScan,
  replaceRegisterEvents,
  writeRegisterScan,
} from './lib/register-events.ts';
export {
  type ClassifiedClock,
  type ClockObservation,
  type ClockRecord,
  type DeviceKey,
  addClockObservations,
  readClocks,
  saveClocks,
  trimClockObservations,
} from './lib/clocks.ts';
export { type ObservedFlood, addMessageFloods, trimMessageFloods } from './lib/message-floods.ts';
export {
  type AnalysedGroup,
  type LateForRuns,
  type LateLook,
  lastLateLook,
  markLateGroups,
  readAnalysedGroups,
} from './lib/late-readings.ts';
export {
  type IntervalColumns,
  type KeptInterval,
  KEPT_STEP_US,
  intervalsOfDay,
} from './lib/interval-columns.ts';
export { groupIntervalSpan, type MemberDay, readGroupIntervals } from './lib/group-intervals.ts';
export {
  type IntervalDay,
  INTERVAL_COLUMNS,
  type DayLooks,
  type IntervalLook,
  type VersionedDay,
  eventsChangedSince,
  intervalDaysInForce,
  lastIntervalEnds,
  readIntervalDays,
  readIntervalLook,
  trimIntervalDays,
  writeIntervalDays,
  writeIntervalLook,
} from './lib/interval-days.ts';
export {
  type ClockColumns,
  readClockObservation,
  toClockObservation,
} from './lib/device-clocks.ts';
export {
  addRuleSet,
  lastRulesVersion,
  noteRulesVersion,
  readRuleSets,
  takeRulesVersion,
  type ValidationRuleSet,
} from './lib/validation-rule-sets.ts';
export {
  conflictInstants,
  type ExceptionCount,
  exceptionCounts,
  exceptionsAcross,
  readExceptionsOf,
  replaceExceptions,
  type StoredException,
  trimExceptions,
} from './lib/validation-exceptions.ts';
export {
  type EditOutcome,
  editValue,
  isReplaced,
  readJudgements,
  readValueHistory,
  type ValueHistoryItem,
} from './lib/value-edits.ts';
export {
  type NewValue,
  readValueVersions,
  replaceEstimates,
  trimValueVersions,
  type ValueVersion,
} from './lib/value-versions.ts';
export {
  correctedValue,
  keepSensorCorrections,
  readCorrections,
  type SensorCorrectionInput,
  type StoredCorrection,
} from './lib/value-corrections.ts';
export {
  isFilterTaken,
  lockSources,
  readSources,
  removeSource,
  type SourceRow,
  writeSource,
} from './lib/sources.ts';
export {
  addSourceActivity,
  keepSourceMemory,
  markMemory,
  readChangedMemory,
  readSourceActivity,
  readSourceMemory,
  type SourceActivity,
  type SourceActivityRow,
  type SourceMemory,
} from './lib/source-memory.ts';
export { type FormerFilter, readFormerFilters } from './lib/former-filters.ts';
export {
  type Person,
  readCycleRules,
  readRuleSetName,
  readTenantRules,
  rulesThatCount,
  setRuleSet,
  type TenantRule,
  withdrawTenantRule,
  writeTenantRule,
} from './lib/legal-rules.ts';
export {
  addLegalEvent,
  type LegalEventFact,
  type LegalEventRow,
  readLegalEventFacts,
  readLegalEvents,
  withdrawLegalEvent,
} from './lib/legal-events.ts';
export { legalFacts, readLegalFacts, verificationFact } from './lib/legal-facts.ts';
export {
  countLegalStates,
  type LegalStateFilter,
  type LegalStatePosition,
  legalStatePosition,
  type LegalStateRow,
  readLegalStates,
} from './lib/legal-state-list.ts';
export {
  countPending,
  type LegalFrame,
  markRecheckedToday,
  readLegalFrame,
  readToday,
  refreshLegalStates,
  refreshMarked,
  sweepLegalStates,
  tenantsWithLegalMarks,
} from './lib/legal-states.ts';
export {
  correctVerification,
  enterVerification,
  findVerification,
  readPastVersions,
  readVerification,
  type StoredVerification,
  toVerifications,
  VERIFICATION_COLUMNS,
  type VerificationDetails,
  type VerificationInput,
  type VerificationPoint,
  type VerificationRow,
  withdrawVerification,
} from './lib/verification-records.ts';
export {
  type SourceProblem,
  type SourceProblemRow,
  readSourceProblems,
  writeSourceProblems,
} from './lib/source-problems.ts';
export {
  type DueDates,
  type PlanCandidateRow,
  readDueDates,
  readLotResults,
  readPlanCandidates,
} from './lib/plan-candidates.ts';
export {
  type CapacityRow,
  type EnteredCapacity,
  readCapacities,
  readPlanSettings,
  replaceCapacities,
  writePlanSettings,
} from './lib/capacities.ts';
export {
  insertPlan,
  type NewPlan,
  type NewPlanItem,
  type PlanAuthor,
  type PlanItemRow,
  type PlanItemState,
  type PlanRow,
  type PlanStatus,
  readPlan,
  readPlanItems,
  readPlans,
} from './lib/plans.ts';
export {
  changePlanItem,
  closePlan,
  issuePlan,
  type OrderedFinding,
  readWorkOrders,
  type WorkOrderRow,
} from './lib/plan-changes.ts';
export {
  addFindingEvents,
  announceFindings,
  type FindingEventInput,
  type FindingEventRow,
  readFindingEvents,
} from './lib/finding-events.ts';
export { settleVerifications } from './lib/settle-verifications.ts';
export {
  type NewWebhook,
  type WebhookChange,
  type WebhookRow,
  MOST_WEBHOOKS,
  addWebhook,
  changeWebhook,
  readWebhooks,
  withdrawWebhook,
} from './lib/webhooks.ts';
export {
  type AttemptOutcome,
  type ClaimedDelivery,
  type DeliveryRow,
  claimDeliveries,
  finishAttempt,
  queueTestMessage,
  readDeliveries,
  retryDelivery,
  trimDeliveries,
} from './lib/webhook-deliveries.ts';
export {
  CUSTOMER_REQUEST_COLUMNS,
  type CustomerRequestEventRow,
  type CustomerRequestRow,
  enterCustomerRequest,
  type HolidayRow,
  noteOnRequest,
  readCustomerRequest,
  readHolidays,
  readRequestEvents,
  removeHoliday,
  setRequestStatus,
  writeHoliday,
} from './lib/customer-requests.ts';
export {
  DOCUMENT_COLUMNS,
  type DocumentRow,
  keepDocument,
  nextDocumentId,
  readDocument,
} from './lib/documents.ts';
