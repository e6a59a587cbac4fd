import {
  BUCKET_COLUMNS,
  type BucketRow,
  bucketOf,
  type LatestReading,
  type ReadingRange,
  type StoredReading,
  type TenantReadings,
} from '@verimeter/reading-store';
import type { ClientBase } from 'pg';
import { readChannels, readLast, readSome } from './channel-rows.ts';
import { type QuestDbHttp, createQuestDbHttp } from './http-client.ts';
import { QuestDbError } from './questdb-error.ts';
import { checkWal, createTableOnce, readWalState, receivedUs } from './readings-table.ts';
import { numbers } from './waiting-batches.ts';

/** A request waits for an answer. */
const CHECK_MS = 1500;

const CHANNELS = `
  SELECT device_id, channel_id, quantity, unit FROM channels
   WHERE tenant = current_setting('app.tenant', true) AND device_id = ANY ($1) ORDER BY device_id, quantity`;

const CHANNEL = `
  SELECT channel_id FROM channels
   WHERE tenant = current_setting('app.tenant', true) AND device_id = $1 AND quantity = $2`;

/** The tenant's own channel; undefined: there is none. PostgreSQL says which they are, so that QuestDB is asked for no other. */
async function channelOf(
  client: ClientBase,
  { deviceId, quantity }: ReadingRange,
): Promise<number | undefined> {
  const { rows } = await client.query<{ channel_id: number }>(CHANNEL, [deviceId, quantity]);
  return rows[0]?.channel_id;
}

const CONFLICTS = `
  SELECT ts, value, received_at, flags FROM reading_conflicts
   WHERE channel_id = $1 AND ts >= $2::timestamptz AND ts < $3::timestamptz
     AND ($4::timestamptz IS NULL OR ts > $4::timestamptz OR (ts = $4::timestamptz AND ($5 OR value > $6::float8)))
   ORDER BY ts, value LIMIT $7`;

const BOUNDS = `
  SELECT bucket_start($1::timestamptz, $3, $4) AS from_us,
         bucket_end(bucket_start($2::timestamptz - interval '1 microsecond', $3, $4), $3, $4) AS until_us`;

const BUCKETS = `
  SELECT ${BUCKET_COLUMNS}
    FROM series_aggregates($1, $2, $3, $4::timestamptz, $5::timestamptz, $6, $7, $8)`;

/** What the requests of a tenant read from QuestDB. Clients read timestamptz as microseconds (`rowTypes` of the registry). */
export function createQuestDbTenantReadings(httpUrl: string): TenantReadings<ClientBase> {
  const http = createQuestDbHttp(httpUrl);
  const table = createTableOnce(http);
  return {
    async latest(client, deviceIds) {
      const { rows } = await client.query<ChannelRow>(CHANNELS, [deviceIds]);
      if (rows.length === 0) return [];
      await table();
      return readLatest(http, rows);
    },

    async page(client, range, options) {
      const { limit, conflicts, after } = options;
      const channelId = await channelOf(client, range);
      if (channelId === undefined) return [];
      await table();
      const current = await readPage(http, channelId, range, { limit, afterUs: after?.tsUs });
      if (!conflicts) return current;
      const beside = await client.query<ConflictRow>(CONFLICTS, [
        channelId,
        timestamptz(range.fromUs),
        timestamptz(range.toUs),
        after === undefined ? null : timestamptz(after.tsUs),
        after?.current ?? true,
        after?.value ?? null,
        limit,
      ]);
      // Conflicts are known before QuestDB shows what they conflict with: none is told without it.
      const instants = new Set(current.map(({ tsUs }) => tsUs));
      if (after !== undefined) instants.add(after.tsUs);
      const rows = [
        ...current,
        ...beside.rows
          .filter(({ ts }) => instants.has(ts))
          .map(({ ts, value, received_at, flags }) => ({
            tsUs: ts,
            value,
            receivedAtUs: received_at,
            flags,
            current: false,
          })),
      ];
      return rows
        .toSorted(
          (a, b) => a.tsUs - b.tsUs || Number(b.current) - Number(a.current) || a.value - b.value,
        )
        .slice(0, limit);
    },

    async buckets(client, range, { register, resolution, zone, limit }) {
      const channelId = await channelOf(client, range);
      if (channelId === undefined || range.toUs <= range.fromUs) return [];
      await table();
      const [from, to] = [timestamptz(range.fromUs), timestamptz(range.toUs)];
      const bounds = await client.query<{ from_us: number; until_us: number }>(BOUNDS, [
        from,
        to,
        resolution,
        zone,
      ]);
      const [row] = bounds.rows;
      if (row === undefined) throw new QuestDbError('PostgreSQL gave no bounds of buckets');
      const [instants, values] = await readAround(
        http,
        channelId,
        { fromUs: row.from_us, untilUs: row.until_us },
        { before: 1, after: 0 },
      );
      // One definition of a bucket: that of PostgreSQL (docs/decisions/0117).
      const result = await client.query<BucketRow>(BUCKETS, [
        numbers(instants),
        numbers(values),
        register,
        from,
        to,
        resolution,
        zone,
        limit,
      ]);
      return result.rows.map(bucketOf);
    },

    async series(client, range, around) {
      const channelId = await channelOf(client, range);
      if (channelId === undefined) return [];
      await table();
      const span = { fromUs: range.fromUs, untilUs: range.toUs };
      const [instants, values] = await readAround(http, channelId, span, around);
      return Array.from(instants, (tsUs, k) => ({ tsUs, value: values[k] ?? 0 }));
    },

    async check() {
      await table();
      checkWal(await readWalState(http, CHECK_MS));
    },
  };
}

interface ChannelRow {
  readonly device_id: string;
  readonly channel_id: number;
  readonly quantity: string;
  readonly unit: string;
}

interface ConflictRow {
  readonly ts: number;
  readonly value: number;
  readonly received_at: number;
  readonly flags: number;
}

/** A parameter for a timestamptz. */
function timestamptz(us: number): string {
  const ms = Math.floor(us / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1000).padStart(3, '0')}Z`;
}

/** A reading from the future counts once its time has come. */
const SEEN = 'come';

async function readLatest(
  http: QuestDbHttp,
  channels: readonly ChannelRow[],
): Promise<LatestReading[]> {
  const ids = channels.map((channel) => channel.channel_id);
  const found = await readLast(http, ids, { seen: SEEN });
  return channels.map((channel) => {
    const last = found.get(channel.channel_id);
    return {
      deviceId: channel.device_id,
      quantity: channel.quantity,
      unit: channel.unit,
      latest: last === undefined ? null : { tsUs: last.tsUs, value: last.value, flags: last.flags },
    };
  });
}

async function readPage(
  http: QuestDbHttp,
  channelId: number,
  { fromUs, toUs }: ReadingRange,
  { limit, afterUs }: { readonly limit: number; readonly afterUs: number | undefined },
): Promise<StoredReading[]> {
  const firstUs = afterUs === undefined ? fromUs : Math.max(fromUs, afterUs + 1);
  const rows = await readSome(http, channelId, { fromUs: firstUs, untilUs: toUs - 1 }, { limit });
  return rows.map(({ tsUs, value, received, flags }) => ({
    tsUs,
    value,
    receivedAtUs: receivedUs(received),
    flags,
    current: true,
  }));
}

/** Instants and values of a channel in a span, both ends included, with some before and after it. */
async function readAround(
  http: QuestDbHttp,
  channelId: number,
  { fromUs, untilUs }: { readonly fromUs: number; readonly untilUs: number },
  { before, after }: { readonly before: number; readonly after: number },
): Promise<[Float64Array, Float64Array]> {
  const early = await readSome(
    http,
    channelId,
    { fromUs: -Infinity, untilUs: fromUs - 1 },
    { limit: before, last: true, seen: SEEN },
  );
  const within = await readChannels(http, [channelId], { fromUs, untilUs }, { seen: SEEN });
  const late = await readSome(
    http,
    channelId,
    { fromUs: untilUs + 1, untilUs: Infinity },
    { limit: after, seen: SEEN },
  );
  const rows = within.get(channelId);
  const joined = (name: 'tsUs' | 'value'): Float64Array => {
    const middle = rows?.[name].values ?? new Float64Array(0);
    const all = new Float64Array(early.length + middle.length + late.length);
    all.set(early.toReversed().map((row) => row[name]));
    all.set(middle, early.length);
    all.set(
      late.map((row) => row[name]),
      early.length + middle.length,
    );
    return all;
  };
  return [joined('tsUs'), joined('value')];
}
