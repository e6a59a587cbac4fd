import type {
  JudgedRegisterEvent,
  RegisterEvent,
  RegisterEventKind,
  RegisterEventState,
  RegisterReading,
} from '@verimeter/telemetry';
import type { ReadMark } from './health.ts';
import { timestamptz, timestamptzOrNull } from './instants.ts';
import { type SweptColumns, sweptOf } from './late-readings.ts';
import type { Queryable } from './pools.ts';

/** An event of a channel as it counts: what was found, or what a person made of it. */
export interface StoredRegisterEvent extends JudgedRegisterEvent {
  readonly deviceId: string;
  readonly quantity: string;
  /** The reading that told which kind it is. */
  readonly settledUs: number | undefined;
}

interface EventRow {
  device_id: string;
  quantity: string;
  ts: number;
  value: number;
  kind: RegisterEventKind;
  state: RegisterEventState;
  before_ts: number;
  before_value: number;
  after_ts: number | null;
  after_value: number | null;
  settled_ts: number | null;
  modulus: number | null;
}

const COLUMNS =
  'device_id, quantity, ts, value, kind, state, before_ts, before_value, after_ts, after_value, settled_ts, modulus';

const readingOf = (ts: number | null, value: number | null): RegisterReading | undefined =>
  ts === null || value === null ? undefined : { tsUs: ts, value };

function toEvent(row: EventRow): StoredRegisterEvent {
  return {
    deviceId: row.device_id,
    quantity: row.quantity,
    kind: row.kind,
    state: row.state,
    tsUs: row.ts,
    value: row.value,
    before: { tsUs: row.before_ts, value: row.before_value },
    after: readingOf(row.after_ts, row.after_value),
    settledUs: row.settled_ts ?? undefined,
    ...(row.modulus === null ? {} : { modulus: row.modulus }),
  };
}

/** Events of a tenant, or those of some devices, by device, quantity and instant. */
export async function readRegisterEvents(
  client: Queryable,
  tenant: string,
  deviceIds?: readonly string[],
): Promise<StoredRegisterEvent[]> {
  const result = await client.query<EventRow>(
    `SELECT ${COLUMNS} FROM register_events
      WHERE tenant = $1 AND ($2::text[] IS NULL OR device_id = ANY ($2))
      ORDER BY device_id, quantity, ts`,
    [tenant, deviceIds ?? null],
  );
  return result.rows.map(toEvent);
}

/** Events of a channel that reach into a time, by instant. */
export async function readRegisterEventsOf(
  client: Queryable,
  channel: { readonly tenant: string; readonly deviceId: string; readonly quantity: string },
  fromUs: number,
  toUs: number,
): Promise<StoredRegisterEvent[]> {
  const result = await client.query<EventRow>(
    `SELECT ${COLUMNS} FROM register_events
      WHERE tenant = $1 AND device_id = $2 AND quantity = $3
        AND before_ts <= $5 AND coalesce(after_ts, 'infinity') >= $4
      ORDER BY ts`,
    [channel.tenant, channel.deviceId, channel.quantity, timestamptz(fromUs), timestamptz(toUs)],
  );
  return result.rows.map(toEvent);
}

/** What a look through the readings of a channel found, from an instant on. */
export interface FoundRegisterEvents {
  readonly deviceId: string;
  readonly quantity: string;
  /** Events before this one's time stay as they are. */
  readonly fromUs: number;
  readonly events: readonly RegisterEvent[];
}

/** An event that is found again keeps what a person said of it; so does one that the readings do not show any more. */
const REPLACE = `
  WITH input AS (
    SELECT * FROM jsonb_to_recordset($2::jsonb) AS r (
      device_id text, quantity text, ts timestamptz, value float8, kind text, certainty text, before_ts timestamptz,
      before_value float8, after_ts timestamptz, after_value float8, settled_ts timestamptz, modulus float8)
  )
  INSERT INTO register_events AS e (tenant, device_id, quantity, ts, value, kind, found_kind, certainty, before_ts, before_value,
                                    after_ts, after_value, settled_ts, modulus)
  SELECT $1, device_id, quantity, ts, value, kind, kind, certainty, before_ts, before_value, after_ts, after_value, settled_ts, modulus
    FROM input ORDER BY device_id, quantity, ts
  ON CONFLICT (tenant, device_id, quantity, ts) DO UPDATE SET
    value = excluded.value, found_kind = excluded.found_kind, certainty = excluded.certainty,
    kind = CASE WHEN e.state = 'open' AND e.decided_at IS NULL THEN excluded.kind ELSE e.kind END,
    before_ts = excluded.before_ts, before_value = excluded.before_value, after_ts = excluded.after_ts,
    after_value = excluded.after_value, settled_ts = excluded.settled_ts, modulus = excluded.modulus, updated_at = now()
  WHERE (e.found_kind, e.certainty, e.before_ts, e.before_value, e.after_ts, e.after_value, e.settled_ts, e.modulus, e.value)
        IS DISTINCT FROM (excluded.found_kind, excluded.certainty, excluded.before_ts, excluded.before_value, excluded.after_ts,
                          excluded.after_value, excluded.settled_ts, excluded.modulus, excluded.value)`;

const FORGET = `
  DELETE FROM register_events e
   USING jsonb_to_recordset($2::jsonb) AS c (device_id text, quantity text, from_ts timestamptz, ts timestamptz[])
   WHERE e.tenant = $1 AND e.device_id = c.device_id AND e.quantity = c.quantity AND e.ts >= c.from_ts
     AND e.decided_at IS NULL AND NOT e.ts = ANY (c.ts)`;

/** Makes the events of some channels those that were found. What a person decided stays. */
export async function replaceRegisterEvents(
  client: Queryable,
  tenant: string,
  found: readonly FoundRegisterEvents[],
): Promise<void> {
  if (found.length === 0) return;
  await client.query(FORGET, [
    tenant,
    JSON.stringify(
      found.map(({ deviceId, quantity, fromUs, events }) => ({
        device_id: deviceId,
        quantity,
        from_ts: timestamptz(fromUs),
        ts: events.map(({ tsUs }) => timestamptz(tsUs)),
      })),
    ),
  ]);
  const records = found.flatMap(({ deviceId, quantity, events }) =>
    events.map((event) => ({
      device_id: deviceId,
      quantity,
      ts: timestamptz(event.tsUs),
      value: event.value,
      kind: event.kind,
      certainty: event.certainty,
      before_ts: timestamptz(event.before.tsUs),
      before_value: event.before.value,
      after_ts: timestamptzOrNull(event.after?.tsUs),
      after_value: event.after?.value ?? null,
      settled_ts: timestamptzOrNull(event.settledUs),
      modulus: event.modulus ?? null,
    })),
  );
  if (records.length > 0) await client.query(REPLACE, [tenant, JSON.stringify(records)]);
}

/** Up to where a tenant's readings were looked through. */
export interface RegisterScan {
  /** The store's name of what it showed when the last look began. */
  readonly shown: string;
  /** When that was; microseconds since 1970. */
  readonly markUs: number;
  /** The last look at arrivals however long they had been on their way; undefined: of a version that did not note it. */
  readonly swept: ReadMark | undefined;
  /** Of a first look that is not done: channels from here on are still to be looked through. */
  readonly nextChannel: number | undefined;
}

export async function readRegisterScan(
  client: Queryable,
  tenant: string,
): Promise<RegisterScan | undefined> {
  const result = await client.query<
    { shown: string; mark: number; next_channel: number | null } & SweptColumns
  >(
    'SELECT shown, mark, next_channel, swept_at, swept_shown FROM register_scans WHERE tenant = $1',
    [tenant],
  );
  const [row] = result.rows;
  if (row === undefined) return undefined;
  return {
    shown: row.shown,
    markUs: row.mark,
    swept: sweptOf(row),
    nextChannel: row.next_channel ?? undefined,
  };
}

export async function writeRegisterScan(
  client: Queryable,
  tenant: string,
  { shown, markUs, swept, nextChannel }: RegisterScan,
): Promise<void> {
  await client.query(
    `INSERT INTO register_scans (tenant, shown, mark, next_channel, swept_at, swept_shown) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant) DO UPDATE SET shown = excluded.shown, mark = excluded.mark, next_channel = excluded.next_channel,
                                        swept_at = excluded.swept_at, swept_shown = excluded.swept_shown`,
    [
      tenant,
      shown,
      timestamptz(markUs),
      nextChannel ?? null,
      timestamptzOrNull(swept?.readUs),
      swept?.shown ?? null,
    ],
  );
}

/** Channels that have an event since an instant, or one that is not settled. */
export async function channelsWithEvents(
  client: Queryable,
  channelIds: readonly number[],
  sinceUs: number,
): Promise<Set<number>> {
  const result = await client.query<{ channel_id: number }>(
    `SELECT DISTINCT c.channel_id FROM channels c JOIN register_events e USING (tenant, device_id, quantity)
      WHERE c.channel_id = ANY ($1) AND (e.settled_ts IS NULL OR e.settled_ts >= $2)`,
    [channelIds, timestamptz(sinceUs)],
  );
  return new Set(result.rows.map((row) => row.channel_id));
}
