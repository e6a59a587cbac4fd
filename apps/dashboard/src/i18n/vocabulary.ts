import type { FindingStatus, Flood, QuarantineStatus, ReaderRole } from '@verimeter/api-schema';
import type {
  ClockState,
  DeviceCondition,
  DeviceKind,
  GroupKind,
  GroupStatus,
  Indication,
  IntervalQuality,
  LegalStatus,
  MemberRole,
  QuarantineReason,
  Recommendation,
  RegisterEventKind,
  RegisterEventState,
} from '@verimeter/telemetry';

/** Name, what it means, what to do (empty: nothing). */
export type GroupWords = Readonly<
  Record<GroupStatus, readonly [name: string, explanation: string, action: string]>
>;

/** The words of a language for each value the API may answer with: a new value does not compile until it has one. */
export interface Vocabulary {
  readonly recommendation: Readonly<Record<Recommendation, string>>;
  /** Name, and one sentence for a reader who is no statistician. */
  readonly indication: Readonly<Record<Indication, readonly [name: string, explanation: string]>>;
  readonly groupStatus: Readonly<Record<GroupKind, GroupWords>>;
  readonly clockState: Readonly<Record<ClockState, string>>;
  readonly floodState: Readonly<Record<Flood['state'], string>>;
  readonly legal: Readonly<Record<LegalStatus, string>>;
  /** What an event of a device is about. */
  readonly deviceCondition: Readonly<Record<DeviceCondition, string>>;
  readonly deviceKind: Readonly<Record<DeviceKind, string>>;
  readonly groupKind: Readonly<Record<GroupKind, string>>;
  readonly role: Readonly<Record<MemberRole, string>>;
  readonly quarantineReason: Readonly<Record<QuarantineReason, string>>;
  readonly quarantineStatus: Readonly<Record<QuarantineStatus, string>>;
  readonly findingStatus: Readonly<Record<FindingStatus, string>>;
  readonly intervalQuality: Readonly<Record<IntervalQuality, string>>;
  readonly registerEventKind: Readonly<Record<RegisterEventKind, string>>;
  readonly registerEventState: Readonly<Record<RegisterEventState, string>>;
  readonly userRole: Readonly<Record<ReaderRole, string>>;
  /** By catalogue name; a quantity without a word shows its own name. */
  readonly quantity: Readonly<Record<string, string>>;
}
