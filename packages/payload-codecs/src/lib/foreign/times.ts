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

const SOURCE_FLAG: Readonly<Record<Stamper, number>> = {
  device: 0,
  gateway: FLAG.gatewayTime,
  server: FLAG.serverTime,
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
    flags: flags | SOURCE_FLAG[stamper] | futureFlag(tsUs, receivedAtUs),
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
  const plainMs = plainUtc(raw);
  if (plainMs !== undefined) return judged(plainMs * 1000, raw, receivedAtUs, stamper);
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
  const { utcMs, isAmbiguous } = instantInZone(localMs, zone, receivedAtUs / 1000);
  const flags = isAmbiguous ? FLAG.ambiguousTime : 0;
  return judged(utcMs * 1000 + us, raw, receivedAtUs, stamper, flags);
}

const PLAIN_UTC = '0000-00-00T00:00:00Z';

/**
 * Milliseconds of the form nearly all stamps have, `2026-01-14T06:00:09Z`, at a quarter of what the grammar above costs; undefined: it is
 * another form, or no time.
 */
function plainUtc(text: string): number | undefined {
  if (text.length !== PLAIN_UTC.length) return undefined;
  for (let index = 0; index < PLAIN_UTC.length; index += 1) {
    const code = text.charCodeAt(index);
    const form = PLAIN_UTC.charCodeAt(index);
    if (form === ZERO ? code < ZERO || code > ZERO + 9 : code !== form) return undefined;
  }
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  return utcOf(
    year,
    twoDigits(text, 5),
    twoDigits(text, 8),
    twoDigits(text, 11),
    twoDigits(text, 14),
    twoDigits(text, 17),
  );
}

const ZERO = 0x30;

const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;

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
  if (day <= 28)
    return (
      daysSince1970(year, month, day) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000
    );
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(ms).getUTCDate() === day ? ms : undefined;
}

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

/** A point some time before another; the arrival stays what it is. @param byUs microseconds */
export function earlier(time: PointTime, byUs: number): PointTime {
  return { ...time, tsUs: Math.round(time.tsUs - byUs) };
}
