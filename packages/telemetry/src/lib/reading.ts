/** Where the time of a reading came from: the device's own stamp, that of a gateway or network server on its way, or the moment it arrived. */
export type TsSource = 'device' | 'gateway' | 'server' | 'arrival';

/** One value of one channel at one instant, as decoded; neither registry nor store was asked yet. */
export interface DecodedReading {
  readonly deviceId: string;
  readonly quantity: string;
  /** Microseconds since 1970, UTC; an integer below 2^53. */
  readonly tsUs: number;
  /** In `unit` where given, else in the channel's unit. Finite. */
  readonly value: number;
  /** Canonical unit the sender stated; undefined: the channel's. */
  readonly unit?: string;
  readonly tsSource: TsSource;
}

export const QUARANTINE_REASONS = [
  'malformed',
  'wrong_type',
  'not_finite',
  'missing_zone',
  'bad_time',
  'implausible_time',
  'unknown_quantity',
  'bad_unit',
  'unknown_device',
  'unknown_tenant',
  'topic_mismatch',
  'too_large',
  'too_deep',
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** Something of a message that cannot be stored, with what a person needs to mend it. */
export interface Reject {
  readonly reason: QuarantineReason;
  /** Path of the offending field, such as `values.voltage_l1` or `[3].ts`; empty: the whole message. */
  readonly field: string;
  /** One sentence: what is wrong and how to fix it. */
  readonly message: string;
  /** The device concerned, where one could be told. */
  readonly deviceId?: string;
  /** How many readings (channel, instant, value) are rejected by this entry, at least 1: the ledger counts them. */
  readonly count: number;
  /** The device time of an `implausible_time`, microseconds since 1970: what its clock shows. */
  readonly tsUs?: number;
}

export type DeviceEventState = 'active' | 'past' | 'cleared';

export interface DeviceEvent {
  readonly deviceId: string;
  readonly tsUs: number;
  readonly event: string;
  readonly state: DeviceEventState;
  readonly detail?: string;
  /** A state that is repeated with every message: worth a row only where it differs from the one before. */
  readonly repeats?: boolean;
}
