import { formatTimestamp } from '@verimeter/telemetry';

/** RFC 3339 of microseconds since 1970; null for no instant and for open ends. */
export function instantOrNull(us: number | null): string | null {
  return us === null || !Number.isFinite(us) ? null : formatTimestamp(us);
}
