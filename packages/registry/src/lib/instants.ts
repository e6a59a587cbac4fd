import type { CustomTypesConfig } from 'pg';
import pg from 'pg';

const { types } = pg;

const OID = { int8: 20, date: 1082, timestamptz: 1184 } as const;

// Text form in the session zone UTC: 2026-11-24 04:20:30.123456+00, years beyond 9999 do not occur.
const TIMESTAMPTZ = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?\+00$/;

/** Microseconds since 1970 of a timestamptz as PostgreSQL prints it in UTC; infinities stay infinite. */
export function parseTimestamptz(text: string): number {
  if (text === 'infinity') return Infinity;
  if (text === '-infinity') return -Infinity;
  const match = TIMESTAMPTZ.exec(text);
  if (match === null) throw new Error(`not a timestamp in UTC: ${text}`);
  const [, year, month, day, hour, minute, second, fraction] = match;
  const ms = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return ms * 1000 + (fraction === undefined ? 0 : Number(fraction.padEnd(6, '0')));
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`integer beyond 2^53: ${text}`);
  return value;
}

/**
 * How rows of this product's connections are read: instants as microseconds since 1970, dates as `YYYY-MM-DD`, int8 as
 * numbers. Given to pools and clients; the types of pg itself stay as they are.
 */
export const rowTypes: CustomTypesConfig = {
  getTypeParser(oid: number, format?: string) {
    if (format !== 'binary') {
      if (oid === OID.timestamptz) return parseTimestamptz;
      if (oid === OID.int8) return parseInt8;
      if (oid === OID.date) return (text: string): string => text;
    }
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- oids come from the server, not from the enum
    return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid);
  },
};

/** The first instant of the year 10000, which RFC 3339 cannot write; the last one before it is not exact as a number. */
const YEAR_10000_US = 253_402_300_800_000_000;

/** Parameter for a timestamptz from microseconds since 1970; infinities, and what is beyond RFC 3339, become PostgreSQL's. */
export function timestamptz(us: number): string {
  if (us >= YEAR_10000_US) return 'infinity';
  if (us === -Infinity) return '-infinity';
  const ms = Math.floor(us / 1000);
  const rest = us - ms * 1000;
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

/** `timestamptz` for optional instants. */
export function timestamptzOrNull(us: number | null | undefined): string | null {
  return us == null ? null : timestamptz(us);
}
