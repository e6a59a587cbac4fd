import type { DeviceKind } from '@verimeter/telemetry';
import type { Connection, InstrumentCategory, Technology } from './cycle-rule.ts';
import type { ValidityPrecision } from './validity-date.ts';

export const VERIFICATION_KINDS = [
  'initial',
  'periodic',
  'after_repair',
  'extraordinary',
  'cross_check',
] as const;
export type VerificationKind = (typeof VERIFICATION_KINDS)[number];

/** One verification; where it has several test points, one of them failed means `fail`. */
export interface VerificationRecord {
  readonly verifiedOn: string;
  readonly result: 'pass' | 'fail';
  readonly kind?: VerificationKind;
  readonly validUntil?: string;
  readonly validUntilPrecision?: ValidityPrecision;
  /** Serial number of the meter that was verified, where the record tells it. */
  readonly serial?: string;
}

/**
 * What happens to a meter and touches its verification. Reported by persons; what a device says of its cover or of a
 * magnetic field is a reason to look at the seal and none of these.
 */
export const LEGAL_EVENT_KINDS = [
  'seal_broken',
  'seal_replaced',
  'mark_lost',
  'repaired',
  'swapped',
  'taken_out',
  'put_in',
] as const;
export type LegalEventKind = (typeof LEGAL_EVENT_KINDS)[number];

export interface LegalEvent {
  readonly kind: LegalEventKind;
  readonly on: string;
}

/** All dates `YYYY-MM-DD`, calendar days of the tenant. */
export interface LegalFacts {
  readonly kind: DeviceKind;
  /** Where the kind does not say it (`instrument`), or a sensor is one of a regulated station. */
  readonly category?: InstrumentCategory;
  readonly technology?: Technology;
  readonly phases?: number;
  readonly connection?: Connection;
  readonly accuracyClass?: string;
  readonly nominal?: string;
  readonly serial?: string;
  readonly installedOn?: string;
  /** As registered with the device. */
  readonly verifiedOn?: string;
  readonly validUntil?: string;
  readonly validUntilPrecision?: ValidityPrecision;
  readonly verifications: readonly VerificationRecord[];
  readonly events?: readonly LegalEvent[];
}
