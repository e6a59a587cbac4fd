import { createHash } from 'node:crypto';
import type { ReadingBatch } from '@verimeter/reading-store';
import { OUTCOME, type WriteOutcomes } from '@verimeter/reading-store';
import { type Queryable, timestamptz } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { LedgerEntry } from './account.ts';
import type { BatchPlan, PlannedMessage } from './plan-batch.ts';
import { storableText } from './sql-errors.ts';
import { KEPT_PAYLOAD_BYTES, type StagedMessage } from './staged-message.ts';

/** Messages with more readings than this are history, not news: they make no live events. */
const LIVE_READINGS = 100;
/** Live quarantine entries per batch; all of them are in the quarantine itself. */
const LIVE_QUARANTINE = 100;

const RECORD_ARRIVALS = `
  INSERT INTO arrivals AS a (session, packet_id, payload_hash, received_at)
  SELECT * FROM unnest($1::text[], $2::int4[], $3::bytea[], $4::timestamptz[])
  ON CONFLICT (session, packet_id, payload_hash) DO UPDATE SET received_at = excluded.received_at
  RETURNING session, packet_id, payload_hash, (xmax = 0) AS is_new`;

/** Marks of batches have packet id 0, which no MQTT packet has: no client id collides with this. */
const BATCH_SESSION = 'verimeter batch';

/**
 * Leaves the mark of the batch and the packet identities of messages that nothing else would tell from their own
 * redelivery. `undefined`: a batch with this mark was committed before (its commit was not heard of).
 */
export async function recordArrivals(
  client: Queryable,
  mark: Buffer,
  staged: readonly StagedMessage[],
): Promise<Set<StagedMessage> | undefined> {
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
  const rows = [...first.values()];
  const now = staged[0]?.message.receivedAtUs ?? 0;
  const result = await client.query<{
    session: string;
    packet_id: number;
    payload_hash: Buffer;
    is_new: boolean;
  }>({
    name: 'ingest_record_arrivals',
    text: RECORD_ARRIVALS,
    values: [
      [BATCH_SESSION, ...rows.map(({ message }) => storableText(message.session))],
      [0, ...rows.map(({ message }) => message.packetId ?? 0)],
      [mark, ...rows.map(({ arrivalHash }) => arrivalHash)],
      [timestamptz(now), ...rows.map(({ message }) => timestamptz(message.receivedAtUs))],
    ],
  });
  for (const row of result.rows) {
    if (row.is_new) continue;
    if (row.session === BATCH_SESSION) return undefined;
    const message = first.get(arrivalKey(row.session, row.packet_id, row.payload_hash));
    if (message?.message.dup === true) redelivered.add(message);
  }
  return redelivered;
}

const arrivalKey = (session: string, packetId: number, hash: Buffer): string =>
  `${storableText(session)} ${packetId} ${hash.toString('base64')}`;

const ADD_TO_LEDGER = `
  INSERT INTO ledger AS l (tenant, device_id, topic, hour, source, received, stored, duplicate, conflicting, rejected)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[],
                       $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[])
  ON CONFLICT (tenant, device_id, topic, hour, source) DO UPDATE SET
    received = l.received + excluded.received, stored = l.stored + excluded.stored,
    duplicate = l.duplicate + excluded.duplicate, conflicting = l.conflicting + excluded.conflicting,
    rejected = l.rejected + excluded.rejected`;

export async function addToLedger(
  client: Queryable,
  entries: readonly LedgerEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await client.query({
    name: 'ingest_add_to_ledger',
    text: ADD_TO_LEDGER,
    values: [
      entries.map(({ tenant }) => tenant),
      entries.map(({ deviceId }) => deviceId),
      entries.map(({ topic }) => topic),
      entries.map(({ hourUs }) => timestamptz(hourUs)),
      entries.map(({ source }) => source),
      entries.map(({ received }) => received),
      entries.map(({ stored }) => stored),
      entries.map(({ duplicate }) => duplicate),
      entries.map(({ conflicting }) => conflicting),
      entries.map(({ rejected }) => rejected),
    ],
  });
}

const ADD_TO_QUARANTINE = `
  INSERT INTO quarantine (tenant, received_at, source, topic, device_id, reason, field, message,
                          payload, payload_bytes, payload_sha256, rejected)
  SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::text[], $9::bytea[], $10::int8[], $11::bytea[], $12::int4[])
  RETURNING id`;

interface QuarantineRow {
  readonly planned: PlannedMessage;
  readonly deviceId: string | null;
  readonly reason: string;
  readonly field: string;
  readonly message: string;
  readonly count: number;
}

export interface LiveQuarantine {
  readonly tenant: string;
  readonly body: string;
}

/** Keeps what was rejected; returns what to announce of it. */
export async function addToQuarantine(
  client: Queryable,
  plan: BatchPlan,
): Promise<LiveQuarantine[]> {
  const rows: QuarantineRow[] = [];
  for (const planned of plan.messages) {
    for (const { reason, field, message, count } of planned.rejects) {
      const deviceId = planned.staged.decoded.deviceId ?? null;
      rows.push({
        planned,
        deviceId,
        reason,
        field: storableText(field),
        message: storableText(message),
        count,
      });
    }
  }
  if (rows.length === 0) return [];
  const result = await client.query<{ id: number }>({
    name: 'ingest_add_to_quarantine',
    text: ADD_TO_QUARANTINE,
    values: [
      rows.map(({ planned }) => planned.tenant),
      rows.map(({ planned }) => timestamptz(planned.staged.message.receivedAtUs)),
      rows.map(({ planned }) => planned.staged.message.source),
      rows.map(({ planned }) => planned.staged.message.topic),
      rows.map(({ deviceId }) => deviceId),
      rows.map(({ reason }) => reason),
      rows.map(({ field }) => field),
      rows.map(({ message }) => message),
      rows.map(({ planned }) => keptPayload(planned.staged)),
      rows.map(({ planned }) => planned.staged.payloadBytes),
      rows.map(({ planned }) => keptHash(planned.staged)),
      rows.map(({ count }) => count),
    ],
  });
  return result.rows.slice(0, LIVE_QUARANTINE).flatMap(({ id }, index) => {
    const row = rows[index];
    return row?.planned.tenant == null
      ? []
      : [{ tenant: row.planned.tenant, body: quarantineBody(id, row) }];
  });
}

function keptPayload({ payload }: StagedMessage): Buffer | null {
  if (payload === undefined || payload.length > KEPT_PAYLOAD_BYTES) return null;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.length);
}

function keptHash({ payload, sha256 }: StagedMessage): Buffer | null {
  if (sha256 !== undefined) return sha256;
  if (payload === undefined || payload.length <= KEPT_PAYLOAD_BYTES) return null;
  return createHash('sha256').update(payload).digest();
}

function quarantineBody(id: number, row: QuarantineRow): string {
  const { message: incoming, payloadBytes } = row.planned.staged;
  return JSON.stringify({
    id,
    received_at: formatTimestamp(incoming.receivedAtUs),
    topic: incoming.topic,
    device_id: row.deviceId,
    reason: row.reason,
    field: row.field,
    message: row.message,
    payload_bytes: payloadBytes,
    status: 'open',
  });
}

const ADD_EVENTS = `
  INSERT INTO device_events (tenant, device_id, ts, event, state, detail, received_at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
  ON CONFLICT DO NOTHING`;

export async function addEvents(client: Queryable, plan: BatchPlan): Promise<void> {
  const rows = plan.messages.flatMap(({ device, events, staged }) =>
    device === undefined
      ? []
      : events.map((event) => ({ ...event, ...device, receivedAtUs: staged.message.receivedAtUs })),
  );
  if (rows.length === 0) return;
  await client.query(ADD_EVENTS, [
    rows.map(({ tenant }) => tenant),
    rows.map(({ deviceId }) => deviceId),
    rows.map(({ tsUs }) => timestamptz(tsUs)),
    rows.map(({ event }) => storableText(event)),
    rows.map(({ state }) => state),
    rows.map(({ detail }) => (detail === undefined ? null : storableText(detail))),
    rows.map(({ receivedAtUs }) => timestamptz(receivedAtUs)),
  ]);
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

const ADD_LIVE_EVENTS = `
  INSERT INTO live_events (tenant, kind, channel_ids, ts, values, body)
  SELECT r.tenant, r.kind, r.channel_ids::int4[], r.ts::timestamptz[], r.values::float8[], r.body::jsonb
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
      AS r (tenant, kind, channel_ids, ts, values, body)`;

/** News of the batch, one row per tenant for readings. Last statement before COMMIT: it takes the lock that orders ids. */
export async function addLiveEvents(
  client: Queryable,
  plan: BatchPlan,
  outcomes: WriteOutcomes,
  quarantine: readonly LiveQuarantine[],
): Promise<void> {
  const byTenant = new Map<string, number[]>();
  for (const { device, firstRow, rows } of plan.messages) {
    if (device === undefined || rows === 0 || rows > LIVE_READINGS) continue;
    const list = byTenant.get(device.tenant) ?? [];
    for (let row = firstRow; row < firstRow + rows; row += 1) {
      if (outcomes[row] === OUTCOME.stored) list.push(row);
    }
    byTenant.set(device.tenant, list);
  }
  const news = [...byTenant].filter(([, rows]) => rows.length > 0);
  if (news.length === 0 && quarantine.length === 0) return;
  const { readings } = plan;
  const none = quarantine.map(() => null);
  await client.query({
    name: 'ingest_add_live_events',
    text: ADD_LIVE_EVENTS,
    values: [
      [...news.map(([tenant]) => tenant), ...quarantine.map(({ tenant }) => tenant)],
      [...news.map(() => 'reading'), ...quarantine.map(() => 'quarantine')],
      [...news.map(([, rows]) => literal(rows, readings.channelId)), ...none],
      [...news.map(([, rows]) => instants(rows, readings)), ...none],
      [...news.map(([, rows]) => literal(rows, readings.value)), ...none],
      [...news.map(() => null), ...quarantine.map(({ body }) => body)],
    ],
  });
}

const literal = (rows: readonly number[], column: ArrayLike<number>): string =>
  `{${rows.map((row) => column[row]).join(',')}}`;

const instants = (rows: readonly number[], { tsUs }: ReadingBatch): string =>
  `{${rows.map((row) => timestamptz(tsUs[row] ?? 0)).join(',')}}`;
