import { parseTimestamp } from '@verimeter/telemetry';
import { UsageError } from './arguments.ts';

/** Microseconds since 1970 of an instant on the command line. @throws UsageError */
export function parseInstantOption(option: string, written: string): number {
  const parsed = parseTimestamp(written);
  if (parsed.ok) return parsed.tsUs;
  throw new UsageError(
    parsed.reason === 'missing_zone'
      ? `--${option} ${written} has no time zone; add Z or an offset such as +07:00`
      : `--${option} must be a date (2026-11-23) or an instant (2026-11-23T07:15:00Z), not ${written}`,
  );
}
