import {
  EARLIEST_TS_US,
  FLAG,
  FUTURE_QUARANTINE_US,
  FUTURE_TOLERANCE_US,
  type QuarantineReason,
  parseTimestamp,
} from '@verimeter/telemetry';
import { type JsonValue, printable, typeName } from './json.ts';

export type InstantParse =
  | { readonly ok: true; readonly tsUs: number }
  | { readonly ok: false; readonly reason: QuarantineReason; readonly message: string };

/** Below this a number cannot be milliseconds of this century; it would be seconds or nonsense. */
const LEAST_MILLISECONDS = 1e11;

/*
 * instant = string, RFC 3339 date-time with zone / number, milliseconds since 1970 (at least 1e11)
 */
export function readInstant(value: JsonValue): InstantParse {
  if (typeof value === 'string') {
    const parsed = parseTimestamp(value);
    if (parsed.ok) return parsed;
    const message =
      parsed.reason === 'missing_zone'
        ? `${printable(value)} has no zone; add Z or an offset such as +07:00`
        : `${printable(value)} is not an RFC 3339 time such as 2026-11-23T07:15:00Z`;
    return { ok: false, reason: parsed.reason, message };
  }
  if (typeof value !== 'number') {
    return {
      ok: false,
      reason: 'wrong_type',
      message: `a time is an RFC 3339 text or milliseconds since 1970, not ${typeName(value)}`,
    };
  }
  if (!Number.isFinite(value)) {
    return {
      ok: false,
      reason: 'not_finite',
      message: 'the number is beyond the range of a double',
    };
  }
  if (value < LEAST_MILLISECONDS) {
    return {
      ok: false,
      reason: 'bad_time',
      message: `${value} is too small for milliseconds since 1970 (at least 1e11); seconds are not accepted`,
    };
  }
  // Beyond 2^53 µs nothing is exact; the plausibility check refuses it anyway.
  return { ok: true, tsUs: Math.round(value * 1000) };
}

/** Whether a device time may be stored: `implausible_time` before 2005 or more than 24 h after the message arrived. */
export function isPlausible(tsUs: number, receivedAtUs: number): boolean {
  return tsUs >= EARLIEST_TS_US && tsUs <= receivedAtUs + FUTURE_QUARANTINE_US;
}

export const IMPLAUSIBLE =
  'the time lies before 2005 or more than 24 h after the message arrived; set the clock of the device';

/** `FLAG.future` where the stamp is more than five minutes ahead of its arrival. */
export function futureFlag(tsUs: number, receivedAtUs: number): number {
  return tsUs > receivedAtUs + FUTURE_TOLERANCE_US ? FLAG.future : 0;
}
