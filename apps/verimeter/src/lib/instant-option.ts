import { parseTimestamp } from '@verimeter/telemetry';
import { isCalendarDate } from '@verimeter/metrology';
import { UsageError } from './arguments.ts';

const DAY_US = 86_400e6;

/** Microseconds since 1970 of an instant on the command line. `dates`: whether the option takes dates, which its caller reads. @throws UsageError */
export function parseInstantOption(option: string, written: string, dates = false): number {
  const parsed = parseTimestamp(written);
  if (parsed.ok) return parsed.tsUs;
  throw new UsageError(
    parsed.reason === 'missing_zone'
      ? `--${option} ${written} has no time zone; add Z or an offset such as +07:00`
      : `--${option} must be ${dates ? 'a date (2026-11-23) or ' : ''}an instant (2026-11-23T07:15:00Z), not ${written}`,
  );
}

/** A date means the end of that UTC day: its last microsecond, so that the next midnight's reading is not in it. */
export function parseAsOf(written: string): number {
  if (isCalendarDate(written)) return Date.parse(`${written}T00:00:00Z`) * 1000 + DAY_US - 1;
  return parseInstantOption('as-of', written, true);
}
