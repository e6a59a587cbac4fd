import { EARLIEST_TS_US, FLAG, FUTURE_QUARANTINE_US, type TsSource } from '@verimeter/telemetry';
import { futureFlag } from '../instant.ts';
import type { JsonValue } from '../json.ts';
import { parseNumber } from './numbers.ts';
import { instantInZone } from './zones.ts';

/*
 * Time classes (payloads.md 0.3): UTC, LOCAL, EPOCH, NONE; P1 stamps (DST) are in the P1 dialect.
 *   date-time = 4DIGIT "-" 2DIGIT "-" 2DIGIT ( "T" / "t" / SP ) 2DIGIT ":" 2DIGIT [ ":" 2DIGIT [ "." 1*9DIGIT ] ] [ zone ]
 *   zone      = "Z" / "z" / ( "+" / "-" ) 2DIGIT [ ":" ] 2DIGIT
 */
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d{2}:?\d{2})?$/;

/** Instant of a point. */
export interface PointTime {
  readonly tsUs: number;
  readonly tsSource: TsSource;
  /** Bits of `FLAG`. */
  readonly flags: number;
  /** The stamp that could not be used, as it came. */
  readonly refused?: string;
}

/** What stamped a message: decides how far the stamp tells of the device's clock. */
export type Stamper = Exclude<TsSource, 'arrival'>;

/** The time at which a message arrived, for what has none of its own. */
export function arrivalTime(receivedAtUs: number, refused?: string): PointTime {
  const time = { tsUs: receivedAtUs, tsSource: 'arrival', flags: FLAG.arrivalTime } as const;
  return refused === undefined ? time : { ...time, refused };
}

const stamperFlag = (stamper: Stamper): number => {
  if (stamper === 'device') return 0;
  return stamper === 'gateway' ? FLAG.gatewayTime : FLAG.serverTime;
};

const written = (raw: JsonValue): string => (typeof raw === 'string' ? raw : JSON.stringify(raw));

/** A stamp as a time, the arrival where it is before 2005 or more than a day ahead. */
function judged(
  tsUs: number,
  raw: JsonValue,
  receivedAtUs: number,
  stamper: Stamper,
  flags = 0,
): PointTime {
  if (!(tsUs >= EARLIEST_TS_US && tsUs <= receivedAtUs + FUTURE_QUARANTINE_US))
    return arrivalTime(receivedAtUs, written(raw));
  return {
    tsUs,
    tsSource: stamper,
    flags: flags | stamperFlag(stamper) | futureFlag(tsUs, receivedAtUs),
  };
}

export interface TimeContext {
  readonly receivedAtUs: number;
  readonly zone: string;
}

/**
 * Time of a text with or without zone; without one it is local time of the context's zone. Missing or unusable: the arrival, and
 * `refused` says of what.
 */
export function textTime(
  raw: JsonValue | undefined,
  { receivedAtUs, zone }: TimeContext,
  stamper: Stamper = 'device',
): PointTime {
  if (raw === undefined || raw === null || raw === '') return arrivalTime(receivedAtUs);
  if (typeof raw !== 'string') return arrivalTime(receivedAtUs, written(raw));
  const usual = usualStamp(raw);
  if (usual !== undefined) {
    if (usual.offsetMs === undefined)
      return localTime(usual.localMs, usual.us, raw, receivedAtUs, zone, stamper);
    const tsUs = (usual.localMs - usual.offsetMs) * 1000 + usual.us;
    return judged(tsUs, raw, receivedAtUs, stamper);
  }
  const match = DATE_TIME.exec(raw.trim());
  if (match === null) return arrivalTime(receivedAtUs, raw);
  const [, year, month, day, hour, minute, second = '0', fraction = '', offset] = match;
  const localMs = utcOf(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (localMs === undefined) return arrivalTime(receivedAtUs, raw);
  const us = Number(fraction.padEnd(6, '0').slice(0, 6));
  if (offset !== undefined) {
    const tsUs = (localMs - offsetMs(offset)) * 1000 + us;
    return judged(tsUs, raw, receivedAtUs, stamper);
  }
  return localTime(localMs, us, raw, receivedAtUs, zone, stamper);
}

function localTime(
  localMs: number,
  us: number,
  raw: string,
  receivedAtUs: number,
  zone: string,
  stamper: Stamper,
): PointTime {
  const { utcMs, isAmbiguous } = instantInZone(localMs, zone, receivedAtUs / 1000);
  const flags = isAmbiguous ? FLAG.ambiguousTime : 0;
  return judged(utcMs * 1000 + us, raw, receivedAtUs, stamper, flags);
}

interface Stamp {
  readonly localMs: number;
  /** Microseconds of the fraction of a second. */
  readonly us: number;
  /** Undefined: local time. */
  readonly offsetMs: number | undefined;
}

const DASH = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const ZERO = 0x30;
const MINUTES_END = '0000-00-00T00:00'.length;
const SECONDS_END = '0000-00-00T00:00:00'.length;
const MOST_FRACTION = 9;

/**
 * The forms nearly all stamps have, `2026-01-14T06:00:09` with or without fraction and zone, or without seconds, at a quarter of what the grammar above costs;
 * undefined: it is another form, or no time.
 */
function usualStamp(text: string): Stamp | undefined {
  const between = text.charCodeAt(10);
  if (
    text.charCodeAt(4) !== DASH ||
    text.charCodeAt(7) !== DASH ||
    (between !== 0x54 && between !== 0x20) ||
    text.charCodeAt(13) !== COLON
  )
    return undefined;
  const hasSeconds = text.length > MINUTES_END;
  if (hasSeconds && text.charCodeAt(MINUTES_END) !== COLON) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = hasSeconds ? twoDigits(text, MINUTES_END + 1) : 0;
  if (year < 0 || hour < 0 || minute < 0 || second < 0) return undefined;
  const localMs = utcOf(year, twoDigits(text, 5), twoDigits(text, 8), hour, minute, second);
  if (localMs === undefined) return undefined;
  if (!hasSeconds) return { localMs, us: 0, offsetMs: undefined };
  let at = SECONDS_END;
  let us = 0;
  if (text.charCodeAt(at) === POINT) {
    at += 1;
    let weight = 100_000;
    while (isDigit(text.charCodeAt(at))) {
      us += Math.floor(weight) * (text.charCodeAt(at) - ZERO);
      weight /= 10;
      at += 1;
    }
    const digits = at - SECONDS_END - 1;
    if (digits < 1 || digits > MOST_FRACTION) return undefined;
  }
  if (at === text.length) return { localMs, us, offsetMs: undefined };
  const offset = usualOffset(text, at);
  return Number.isNaN(offset) ? undefined : { localMs, us, offsetMs: offset };
}

/** Milliseconds of `Z` or `+01:00` at the end; NaN: something else. */
function usualOffset(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  const length = text.length - at;
  if (length === 1 && sign === 0x5a) return 0;
  if (length !== 6 || text.charCodeAt(at + 3) !== COLON) return Number.NaN;
  const minutes = twoDigits(text, at + 1) * 60 + twoDigits(text, at + 4);
  if (minutes < 0) return Number.NaN;
  const size = minutes * 60_000;
  if (sign === 0x2b) return size;
  return sign === DASH ? -size : Number.NaN;
}

const isDigit = (code: number): boolean => code >= ZERO && code <= ZERO + 9;

/** So far below zero that no sum with other digits is above; whole, as numbers are counted fastest. */
const NO_DIGITS = -1_000_000;

/** {@link NO_DIGITS} where there are others, or the text ends. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : NO_DIGITS;
}

/** Milliseconds of a date and time as if it were UTC; undefined where the calendar has no such. */
export function utcOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 || day < 1)
    return undefined;
  const isLeapDay = day === 29 && month === 2 && isLeap(year);
  if (day > (MONTH_DAYS[month - 1] ?? 0) && !isLeapDay) return undefined;
  return daysSince1970(year, month, day) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000;
}

const MONTH_DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Days of the Gregorian calendar: years begin in March, so that a leap day is the last of its year. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leapDays + Math.floor((153 * m + 2) / 5) + day - 1 - 719_468;
}

function offsetMs(offset: string): number {
  if (offset === 'Z' || offset === 'z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith('-') ? -1 : 1) * minutes * 60_000;
}

/** From here a number of the epoch counts milliseconds, below it seconds. */
const LEAST_MILLISECONDS = 1e11;

/** Time of a number or digit text since 1970, in milliseconds or seconds, fractions allowed. */
export function epochTime(
  raw: JsonValue | undefined,
  receivedAtUs: number,
  stamper: Stamper = 'device',
): PointTime {
  if (raw === undefined || raw === null) return arrivalTime(receivedAtUs);
  let value: number;
  if (typeof raw === 'number') value = raw;
  else if (typeof raw === 'string') {
    const parsed = parseNumber(raw);
    if (!parsed.ok || parsed.suffix !== '')
      return parsed.ok || parsed.why === 'unreadable'
        ? arrivalTime(receivedAtUs, raw)
        : arrivalTime(receivedAtUs);
    ({ value } = parsed);
  } else return arrivalTime(receivedAtUs, written(raw));
  const tsUs = Math.round(value * (Math.abs(value) >= LEAST_MILLISECONDS ? 1e3 : 1e6));
  return judged(tsUs, raw, receivedAtUs, stamper);
}

/** Time of a stamp that may be either of the two: a number, or its digits as a text, counts since 1970, any other text is a date and time. */
export function stampTime(
  raw: JsonValue | undefined,
  context: TimeContext,
  stamper: Stamper = 'device',
): PointTime {
  return typeof raw === 'string' && Number.isNaN(Number(raw))
    ? textTime(raw, context, stamper)
    : epochTime(raw, context.receivedAtUs, stamper);
}

/** A point some time before another; the arrival stays what it is. @param byUs microseconds */
export function earlier({ tsUs, tsSource, flags, refused }: PointTime, byUs: number): PointTime {
  const time = { tsUs: Math.round(tsUs - byUs), tsSource, flags };
  return refused === undefined ? time : { ...time, refused };
}
