/** 2005-01-01T00:00:00Z in microseconds: anything older is `implausible_time`. */
export const EARLIEST_TS_US: number = 1_104_537_600_000_000;
/** More than this ahead of the receive time is `implausible_time`. */
export const FUTURE_QUARANTINE_US: number = 24 * 3600 * 1e6;
/** More than this ahead of the receive time is stored with quality `future`. */
export const FUTURE_TOLERANCE_US: number = 5 * 60 * 1e6;

export type TimeParse =
  | { readonly ok: true; readonly tsUs: number }
  | { readonly ok: false; readonly reason: 'missing_zone' | 'bad_time' };

// RFC 3339 section 5.6, with the ISO 8601 space allowed by its note; seconds required.
const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})?$/;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Microseconds since 1970 of an RFC 3339 time with zone; digits beyond the microsecond are cut. */
export function parseTimestamp(text: string): TimeParse {
  const match = RFC3339.exec(text);
  if (match === null) return { ok: false, reason: 'bad_time' };
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const y = Number(year);
  const mo = Number(month);
  const d = Number(day);
  const h = Number(hour);
  const mi = Number(minute);
  const s = Number(second);
  const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  const monthDays = mo === 2 && !leap ? 28 : (DAYS_IN_MONTH[mo - 1] ?? 0);
  if (d < 1 || d > monthDays || h > 23 || mi > 59 || s > 59)
    return { ok: false, reason: 'bad_time' };
  if (zone === undefined) return { ok: false, reason: 'missing_zone' };
  let offsetMinutes = 0;
  if (zone !== 'Z' && zone !== 'z') {
    const zh = Number(zone.slice(1, 3));
    const zm = Number(zone.slice(4, 6));
    if (zh > 23 || zm > 59) return { ok: false, reason: 'bad_time' };
    offsetMinutes = (zone.startsWith('-') ? -1 : 1) * (zh * 60 + zm);
  }
  const ms = Date.UTC(y, mo - 1, d, h, mi, s) - offsetMinutes * 60_000;
  const us = fraction === undefined ? 0 : Number(fraction.padEnd(6, '0').slice(0, 6));
  return { ok: true, tsUs: ms * 1000 + us };
}

/** RFC 3339 in UTC: milliseconds, or microseconds where the instant has them. */
export function formatTimestamp(tsUs: number): string {
  const ms = Math.floor(tsUs / 1000);
  const rest = tsUs - ms * 1000;
  const text = new Date(ms).toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
