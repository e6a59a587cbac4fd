import type { Queryable } from './pools.ts';
import { timestamptz } from './instants.ts';

/** Something a device said of itself; `event` in the device's own word. */
export interface DeviceEvent {
  readonly deviceId: string;
  /** Microseconds since 1970. */
  readonly tsUs: number;
  readonly event: string;
}

/** What some devices reported of the kinds asked for, up to an instant, by device and time. */
export async function readDeviceEvents(
  client: Queryable,
  tenant: string,
  wanted: {
    readonly deviceIds: readonly string[];
    readonly events: readonly string[];
    readonly untilUs: number;
  },
): Promise<DeviceEvent[]> {
  const result = await client.query<DeviceEvent>(
    `SELECT device_id AS "deviceId", ts AS "tsUs", event
       FROM device_events
      WHERE tenant = $1 AND device_id = ANY ($2) AND event = ANY ($3) AND ts <= $4
      ORDER BY device_id, ts, event`,
    [tenant, wanted.deviceIds, wanted.events, timestamptz(wanted.untilUs)],
  );
  return result.rows;
}

/** With its state. */
export interface ReportedEvent extends DeviceEvent {
  readonly state: 'active' | 'past' | 'cleared';
}

/** All that some devices reported between two instants, the second one included, by device and time. */
export async function readReportedEvents(
  client: Queryable,
  devices: { readonly tenant: string; readonly deviceIds: readonly string[] },
  fromUs: number,
  untilUs: number,
): Promise<ReportedEvent[]> {
  const result = await client.query<ReportedEvent>(
    `SELECT device_id AS "deviceId", ts AS "tsUs", event, state
       FROM device_events
      WHERE tenant = $1 AND device_id = ANY ($2) AND ts > $3 AND ts <= $4
      ORDER BY device_id, ts, event COLLATE "C", state COLLATE "C"`,
    [devices.tenant, devices.deviceIds, timestamptz(fromUs), timestamptz(untilUs)],
  );
  return result.rows;
}
