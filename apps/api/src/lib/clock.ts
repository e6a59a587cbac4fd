import { type Clock, type Language, clockText, zoneText } from '@verimeter/api-schema';
import { type ClockState, formatTimestamp } from '@verimeter/telemetry';

/** A row of `device_clocks`. */
export interface ClockRow {
  readonly state: ClockState;
  readonly offset_s: number | null;
  readonly uncertainty_s: number | null;
  readonly rate_s_per_day: number | null;
  readonly zone_minutes: number | null;
  readonly step_s: number | null;
  readonly jumps: number | null;
  readonly since: number;
  readonly last_received_at: number;
}

export const CLOCK_COLUMNS = `c.state, c.offset_s, c.uncertainty_s, c.rate_s_per_day, c.zone_minutes, c.step_s, c.jumps, c.since,
  c.last_received_at`;

/** As the API shows it, in words of the language. */
export function toClock(row: ClockRow, language: Language): Clock {
  const { state, offset_s: offsetSeconds, zone_minutes: zoneMinutes } = row;
  return {
    state,
    offset_seconds: offsetSeconds,
    offset_uncertainty: row.uncertainty_s,
    rate_seconds_per_day: row.rate_s_per_day,
    zone_offset: zoneMinutes === null ? null : zoneText(zoneMinutes),
    interval_seconds: row.step_s,
    since: formatTimestamp(row.since),
    last_message_at: formatTimestamp(row.last_received_at),
    ...clockText(
      {
        state,
        offsetSeconds,
        zoneMinutes,
        ratePerDay: row.rate_s_per_day,
        intervalSeconds: row.step_s,
        jumps: row.jumps,
      },
      language,
    ),
  };
}
