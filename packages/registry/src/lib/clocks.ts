import type { ClockHealth, ClockSlot } from '@verimeter/telemetry';
import { timestamptz } from './instants.ts';
import type { Queryable } from './pools.ts';

/** A device of a tenant. */
export interface DeviceKey {
  readonly tenant: string;
  readonly deviceId: string;
}

/** What one worker has seen of a device in a slot since it last said so. */
export interface ClockObservation extends DeviceKey, ClockSlot {
  /** Microseconds since 1970. */
  readonly lastReceivedUs: number;
}

/**
 * Counts add up, bounds widen: several workers may say what they have seen of one device. Devices that are not registered are left out. In
 * the order of the key, so that workers do not wait for each other in a circle.
 */
const ADD = `
  INSERT INTO clock_observations AS o
    (tenant, device_id, slot, last_received_at, messages, lag_min_ms, lag_max_ms, span_ms, step_ms, future, late, off_minute, unset, arrival)
  SELECT n.*
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::int8[], $6::int8[], $7::int8[], $8::int8[],
                $9::int8[], $10::int8[], $11::int8[], $12::int8[], $13::int8[], $14::int8[])
         AS n (tenant, device_id, slot, last_received_at, messages, lag_min_ms, lag_max_ms, span_ms, step_ms, future, late, off_minute, unset, arrival)
    JOIN devices d ON d.tenant = n.tenant AND d.device_id = n.device_id
   ORDER BY n.tenant COLLATE "C", n.device_id COLLATE "C", n.slot
  ON CONFLICT (tenant, device_id, slot) DO UPDATE SET
    last_received_at = greatest(o.last_received_at, excluded.last_received_at),
    messages = o.messages + excluded.messages,
    lag_min_ms = least(o.lag_min_ms, excluded.lag_min_ms),
    lag_max_ms = greatest(o.lag_max_ms, excluded.lag_max_ms),
    span_ms = greatest(o.span_ms, excluded.span_ms),
    step_ms = least(o.step_ms, excluded.step_ms),
    future = o.future + excluded.future, late = o.late + excluded.late, off_minute = o.off_minute + excluded.off_minute,
    unset = o.unset + excluded.unset, arrival = o.arrival + excluded.arrival`;

/** Adds what was seen; each (device, slot) at most once. */
export async function addClockObservations(
  client: Queryable,
  seen: readonly ClockObservation[],
): Promise<void> {
  if (seen.length === 0) return;
  await client.query({
    name: 'clock_observations_add',
    text: ADD,
    values: [
      seen.map(({ tenant }) => tenant),
      seen.map(({ deviceId }) => deviceId),
      seen.map(({ startUs }) => timestamptz(startUs)),
      seen.map(({ lastReceivedUs }) => timestamptz(lastReceivedUs)),
      seen.map(({ messages }) => messages),
      seen.map(({ lagMinMs }) => lagMinMs),
      seen.map(({ lagMaxMs }) => lagMaxMs),
      seen.map(({ spanMs }) => spanMs),
      seen.map(({ stepMs }) => stepMs),
      seen.map(({ future }) => future),
      seen.map(({ late }) => late),
      seen.map(({ offMinute }) => offMinute),
      seen.map(({ unset }) => unset),
      seen.map(({ arrival }) => arrival),
    ],
  });
}

/** What is known of a device's clock. */
export interface ClockRecord extends DeviceKey {
  /** Of the tenant. */
  readonly zone: string;
  readonly lastReceivedUs: number;
  /** In the order of time. */
  readonly slots: readonly ClockSlot[];
  /** Of the health of the device, where the balance of its area found its clock wrong: seconds ahead. */
  readonly areaOffset: number | undefined;
}

interface SlotRow {
  readonly tenant: string;
  readonly device_id: string;
  readonly zone: string;
  readonly slot: number;
  readonly last_received_at: number;
  readonly messages: number;
  readonly lag_min_ms: number | null;
  readonly lag_max_ms: number | null;
  readonly span_ms: number;
  readonly step_ms: number | null;
  readonly future: number;
  readonly late: number;
  readonly off_minute: number;
  readonly unset: number;
  readonly arrival: number;
  readonly area_offset: number | null;
}

const READ = `
  SELECT o.*, t.zone, a.area_offset
    FROM unnest($1::text[], $2::text[]) AS k (tenant, device_id)
    LEFT JOIN LATERAL (
      -- a stamp that is late is that of a clock that is ahead, a meter that reads late has one that is behind
      SELECT CASE e.value ->> 'code' WHEN 'clock_offset' THEN -(e.value -> 'values' ->> 'seconds')::float8
                                     ELSE 60 * (e.value -> 'values' ->> 'minutes')::float8 END AS area_offset
        FROM health h CROSS JOIN LATERAL jsonb_array_elements(h.evidence) e
       WHERE h.tenant = k.tenant AND h.device_id = k.device_id AND h.indication = 'clock_fault'
         AND e.value ->> 'code' IN ('clock_offset', 'stamps_shifted', 'stamps_shifted_since')
       LIMIT 1) a ON true
    JOIN tenants t ON t.tenant = k.tenant
    JOIN clock_observations o ON o.tenant = k.tenant AND o.device_id = k.device_id
   ORDER BY o.tenant, o.device_id, o.slot`;

/** Of those of the devices that were observed. */
export async function readClocks(
  client: Queryable,
  devices: readonly DeviceKey[],
): Promise<ClockRecord[]> {
  const { rows } = await client.query<SlotRow>(READ, [
    devices.map(({ tenant }) => tenant),
    devices.map(({ deviceId }) => deviceId),
  ]);
  const byDevice = Map.groupBy(rows, (row) => `${row.tenant}/${row.device_id}`);
  return [...byDevice.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    return {
      tenant: first.tenant,
      deviceId: first.device_id,
      zone: first.zone,
      lastReceivedUs: Math.max(...own.map((row) => row.last_received_at)),
      slots: own.map(toSlot),
      areaOffset: first.area_offset ?? undefined,
    };
  });
}

const toSlot = (row: SlotRow): ClockSlot => ({
  startUs: row.slot,
  messages: row.messages,
  lagMinMs: row.lag_min_ms,
  lagMaxMs: row.lag_max_ms,
  spanMs: row.span_ms,
  stepMs: row.step_ms,
  future: row.future,
  late: row.late,
  offMinute: row.off_minute,
  unset: row.unset,
  arrival: row.arrival,
});

export interface ClassifiedClock extends DeviceKey {
  readonly clock: ClockHealth;
  readonly lastReceivedUs: number;
}

/** A state that stays keeps the earlier of its two beginnings: observations that showed it may be gone. */
const SAVE = `
  INSERT INTO device_clocks AS c
    (tenant, device_id, state, offset_s, uncertainty_s, rate_s_per_day, zone_minutes, steps, step_s, jumps, since, last_received_at)
  SELECT n.*
    FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::float8[], $7::int4[], $8::int2[], $9::float8[],
                $10::int4[], $11::timestamptz[], $12::timestamptz[])
         AS n (tenant, device_id, state, offset_s, uncertainty_s, rate_s_per_day, zone_minutes, steps, step_s, jumps, since, last_received_at)
    JOIN devices d ON d.tenant = n.tenant AND d.device_id = n.device_id
   ORDER BY n.tenant COLLATE "C", n.device_id COLLATE "C"
  ON CONFLICT (tenant, device_id) DO UPDATE SET
    state = excluded.state, offset_s = excluded.offset_s, uncertainty_s = excluded.uncertainty_s,
    rate_s_per_day = excluded.rate_s_per_day, zone_minutes = excluded.zone_minutes, steps = excluded.steps, step_s = excluded.step_s,
    jumps = excluded.jumps, last_received_at = greatest(c.last_received_at, excluded.last_received_at), classified_at = now(),
    since = CASE WHEN c.state = excluded.state THEN least(c.since, excluded.since) ELSE excluded.since END`;

/** Replaces what is said of these clocks; each device at most once. */
export async function saveClocks(
  client: Queryable,
  clocks: readonly ClassifiedClock[],
): Promise<void> {
  if (clocks.length === 0) return;
  const facts = clocks.map(({ clock }) => factsOf(clock));
  await client.query(SAVE, [
    clocks.map(({ tenant }) => tenant),
    clocks.map(({ deviceId }) => deviceId),
    clocks.map(({ clock }) => clock.state),
    facts.map((fact) => fact.offset?.seconds ?? null),
    facts.map((fact) => fact.offset?.uncertainty ?? null),
    facts.map((fact) => fact.rate ?? null),
    facts.map((fact) => fact.zoneMinutes ?? null),
    facts.map((fact) => fact.steps ?? null),
    facts.map((fact) => fact.stepSeconds ?? null),
    facts.map((fact) => fact.jumps ?? null),
    clocks.map(({ clock }) => timestamptz(clock.sinceUs)),
    clocks.map(({ lastReceivedUs }) => timestamptz(lastReceivedUs)),
  ]);
}

interface ClockFacts {
  readonly state: string;
  readonly offset?: { readonly seconds: number; readonly uncertainty: number } | undefined;
  readonly rate?: number;
  readonly zoneMinutes?: number;
  readonly steps?: number;
  readonly stepSeconds?: number;
  readonly jumps?: number;
}

const factsOf = (clock: ClockHealth): ClockFacts => clock;

/** Removes slots older than so many days; returns how many. */
export async function trimClockObservations(client: Queryable, days: number): Promise<number> {
  const { rowCount } = await client.query(
    'DELETE FROM clock_observations WHERE slot < now() - make_interval(days => $1)',
    [days],
  );
  return rowCount ?? 0;
}
