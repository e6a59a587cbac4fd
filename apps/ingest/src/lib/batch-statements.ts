import { OUTCOME, type WriteOutcomes } from '@verimeter/reading-store';
import {
  type LiveReadings,
  type QuarantineRow,
  type Queryable,
  type addLiveEvents,
  addToQuarantine,
  countLeftOut,
  timestamptz,
} from '@verimeter/registry';
import { type DeviceEvent, type DeviceEventState, formatTimestamp } from '@verimeter/telemetry';
import { float8Array, int4Array, timestamptzArray } from '@verimeter/timescale-store';
import { LIVE_READINGS } from './account.ts';
import type { EventStates } from './event-states.ts';
import type { BatchPlan, PlannedMessage } from './plan-batch.ts';
import type { QuarantineQuota } from './quarantine-quota.ts';
import { storableText } from './sql-errors.ts';
import type { StagedMessage } from './staged-message.ts';

/** Live quarantine entries per batch; all of them are in the quarantine itself. */
const LIVE_QUARANTINE = 100;

const RECORD_ARRIVALS = `
  INSERT INTO arrivals AS a (session, packet_id, payload_hash, received_at)
  SELECT * FROM unnest($1::text[], $2::int4[], $3::bytea[], $4::timestamptz[])
  ON CONFLICT (session, packet_id, payload_hash) DO UPDATE SET received_at = excluded.received_at
  RETURNING session, packet_id, payload_hash, (xmax = 0) AS is_new`;

/**
 * Leaves the packet identities of messages that nothing else would tell from their own redelivery; returns those that are one.
 */
export async function recordArrivals(
  client: Queryable,
  staged: readonly StagedMessage[],
): Promise<Set<StagedMessage>> {
  const redelivered = new Set<StagedMessage>();
  const first = new Map<string, StagedMessage>();
  for (const message of staged) {
    if (message.arrivalHash === undefined) continue;
    const key = arrivalKey(
      message.message.session,
      message.message.packetId ?? 0,
      message.arrivalHash,
    );
    if (!first.has(key)) first.set(key, message);
    else if (message.message.dup) redelivered.add(message);
  }
  if (first.size === 0) return redelivered;
  const rows = [...first.values()];
  const result = await client.query<{
    session: string;
    packet_id: number;
    payload_hash: Buffer;
    is_new: boolean;
  }>({
    name: 'ingest_record_arrivals',
    text: RECORD_ARRIVALS,
    values: [
      rows.map(({ message }) => storableText(message.session)),
      rows.map(({ message }) => message.packetId ?? 0),
      rows.map(({ arrivalHash }) => arrivalHash),
      rows.map(({ message }) => timestamptz(message.receivedAtUs)),
    ],
  });
  for (const row of result.rows) {
    if (row.is_new) continue;
    const message = first.get(arrivalKey(row.session, row.packet_id, row.payload_hash));
    if (message?.message.dup === true) redelivered.add(message);
  }
  return redelivered;
}

const arrivalKey = (session: string, packetId: number, hash: Buffer): string =>
  `${storableText(session)} ${packetId} ${hash.toString('base64')}`;

/** Keeps what was rejected, within the quota; returns what to announce of it, and what was kept. */
export async function quarantineRejects(
  client: Queryable,
  plan: BatchPlan,
  quota: QuarantineQuota,
): Promise<{ live: Parameters<typeof addLiveEvents>[1]; kept: readonly QuarantineRow[] }> {
  const rows = plan.messages.flatMap(({ staged, tenant, rejects }): QuarantineRow[] => {
    const { topic, receivedAtUs, source, retain } = staged.message;
    const { payload } = staged;
    return rejects.map(({ reason, field, message, count }) => ({
      tenant,
      receivedAtUs,
      source,
      topic,
      deviceId: staged.decoded.deviceId ?? null,
      reason,
      field: storableText(field),
      message: storableText(message),
      payload: Buffer.from(payload.buffer, payload.byteOffset, payload.length),
      rejected: count,
      retained: retain,
    }));
  });
  const { kept, leftOut } = quota.split(rows);
  const ids = await addToQuarantine(client, kept);
  await countLeftOut(client, leftOut);
  const live = kept.slice(0, LIVE_QUARANTINE).flatMap((row, index) => {
    const id = ids[index];
    if (row.tenant === null || id === undefined) return [];
    const body = {
      id,
      received_at: formatTimestamp(row.receivedAtUs),
      topic: row.topic,
      device_id: row.deviceId,
      reason: row.reason,
      field: row.field,
      message: row.message,
      payload_bytes: row.payload.length,
      status: 'open',
    };
    return [{ tenant: row.tenant, kind: 'quarantine' as const, body }];
  });
  return { live, kept };
}

/**
 * An event that its device repeats becomes a row where the state before it was another: `active` after anything else, `cleared` after `active`
 * only.
 */
const ADD_EVENTS = `
  INSERT INTO device_events (tenant, device_id, ts, event, state, detail, received_at)
  SELECT e.tenant, e.device_id, e.ts, e.event, e.state, e.detail, e.received_at
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bool[])
           AS e (tenant, device_id, ts, event, state, detail, received_at, repeats)
   WHERE NOT e.repeats
      OR CASE WHEN e.state = 'cleared' THEN coalesce(before(e), '') = 'active' ELSE before(e) IS DISTINCT FROM e.state END
  ON CONFLICT DO NOTHING`.replaceAll(
  'before(e)',
  `(SELECT b.state FROM device_events b
     WHERE b.tenant = e.tenant AND b.device_id = e.device_id AND b.event = e.event AND b.ts <= e.ts
     ORDER BY b.ts DESC LIMIT 1)`,
);

/** Events of the batch that are news to `states`, each with its device. */
function newEvents(plan: BatchPlan, states: EventStates): EventRow[] {
  // Within the batch as well: rows of one statement do not see each other.
  const inBatch = new Map<string, DeviceEvent>();
  return plan.messages.flatMap(({ device, events, staged }) => {
    if (device === undefined || events.length === 0) return [];
    const { tenant, deviceId } = device;
    const key = `${tenant}/${deviceId}`;
    return events.flatMap((event): EventRow[] => {
      const kind = `${key} ${event.event}`;
      const before = inBatch.get(kind);
      if (before === undefined) {
        if (states.repeats(key, event)) return [];
      } else if (event.repeats === true && before.state === event.state) return [];
      inBatch.set(kind, event);
      const { receivedAtUs } = staged.message;
      const follows = before === undefined || before.tsUs > event.tsUs ? undefined : before.state;
      return [{ tenant, key, event, deviceId, receivedAtUs, follows }];
    });
  });
}

interface EventRow {
  readonly tenant: string;
  readonly deviceId: string;
  readonly key: string;
  readonly event: DeviceEvent;
  readonly receivedAtUs: number;
  /** State before it in the same batch, which the statement cannot see. */
  readonly follows: DeviceEventState | undefined;
}

/** Whether the statement has to ask what was before: within the batch it is known. */
const asksBefore = ({ event: { repeats, state }, follows }: EventRow): boolean =>
  repeats === true && !(state === 'cleared' ? follows === 'active' : follows !== undefined);

/** Adds the events; what is returned is to be called once they are committed. */
export async function addEvents(
  client: Queryable,
  plan: BatchPlan,
  states: EventStates,
): Promise<() => void> {
  const rows = newEvents(plan, states);
  if (rows.length === 0) return () => undefined;
  await client.query(ADD_EVENTS, [
    rows.map(({ tenant }) => tenant),
    rows.map(({ deviceId }) => deviceId),
    rows.map(({ event }) => timestamptz(event.tsUs)),
    rows.map(({ event }) => storableText(event.event)),
    rows.map(({ event }) => event.state),
    rows.map(({ event: { detail } }) => (detail === undefined ? null : storableText(detail))),
    rows.map(({ receivedAtUs }) => timestamptz(receivedAtUs)),
    rows.map(asksBefore),
  ]);
  return () => {
    for (const { key, event } of rows) states.remember(key, event);
  };
}

/** A retained presence only fills in what is not known, since its time is not. */
const SET_PRESENCE = `
  UPDATE devices d SET online = p.online, online_at = p.at
    FROM unnest($1::text[], $2::text[], $3::bool[], $4::timestamptz[], $5::bool[])
      AS p (tenant, device_id, online, at, retained)
   WHERE d.tenant = p.tenant AND d.device_id = p.device_id
     AND (d.online_at IS NULL OR (NOT p.retained AND d.online_at <= p.at))`;

export async function setPresence(client: Queryable, plan: BatchPlan): Promise<void> {
  const last = new Map<string, PlannedMessage>();
  for (const planned of plan.messages) {
    if (planned.device === undefined || planned.staged.decoded.online === undefined) continue;
    last.set(`${planned.device.tenant}/${planned.device.deviceId}`, planned);
  }
  if (last.size === 0) return;
  const rows = [...last.values()];
  await client.query(SET_PRESENCE, [
    rows.map(({ device }) => device?.tenant),
    rows.map(({ device }) => device?.deviceId),
    rows.map(({ staged }) => staged.decoded.online),
    rows.map(({ staged }) => timestamptz(staged.message.receivedAtUs)),
    rows.map(({ staged }) => staged.message.retain),
  ]);
}

/** Readings to announce, tenant by tenant. */
export function liveReadings(plan: BatchPlan, outcomes: WriteOutcomes): LiveReadings {
  const { readings } = plan;
  const rowsOf = new Map<string, number[]>();
  for (const { device, firstRow, rows } of plan.messages) {
    if (device === undefined || rows === 0 || rows > LIVE_READINGS) continue;
    let news = rowsOf.get(device.tenant);
    if (news === undefined) {
      news = [];
      rowsOf.set(device.tenant, news);
    }
    for (let row = firstRow; row < firstRow + rows; row += 1)
      if (outcomes[row] === OUTCOME.stored) news.push(row);
  }
  const announced = [...rowsOf].filter(([, { length }]) => length > 0);
  const rows = Uint32Array.from(announced.flatMap(([, news]) => news));
  let end = 0;
  return {
    tenants: announced.map(([tenant]) => tenant),
    ends: announced.map(([, { length }]) => (end += length)),
    channelIds: int4Array(readings.channelId, rows),
    ts: timestamptzArray(readings.tsUs, rows),
    values: float8Array(readings.value, rows),
  };
}
