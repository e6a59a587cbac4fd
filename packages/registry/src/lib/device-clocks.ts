import type { ClockObservation, ClockState } from '@verimeter/telemetry';
import type { Queryable } from './pools.ts';

/** What readings are handed on with, as `device_clocks` holds it. */
export interface ClockColumns {
  readonly state: ClockState;
  readonly offset_s: number | null;
  readonly uncertainty_s: number | null;
  readonly rate_s_per_day: number | null;
  readonly since: number;
  readonly last_received_at: number;
}

export function toClockObservation(row: ClockColumns): ClockObservation {
  const { offset_s: seconds, uncertainty_s: uncertainty } = row;
  return {
    state: row.state,
    offset: seconds === null || uncertainty === null ? undefined : { seconds, uncertainty },
    rate: row.rate_s_per_day ?? undefined,
    sinceUs: row.since,
    untilUs: row.last_received_at,
  };
}

/** The clock of a device; undefined where nothing is known of it. */
export async function readClockObservation(
  client: Queryable,
  tenant: string,
  deviceId: string,
): Promise<ClockObservation | undefined> {
  const { rows } = await client.query<ClockColumns>(
    `SELECT state, offset_s, uncertainty_s, rate_s_per_day, since, last_received_at FROM device_clocks
      WHERE tenant = $1 AND device_id = $2`,
    [tenant, deviceId],
  );
  const [row] = rows;
  return row === undefined ? undefined : toClockObservation(row);
}
