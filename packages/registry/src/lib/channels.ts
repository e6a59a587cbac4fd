import type { Queryable } from './pools.ts';

export interface ChannelKey {
  readonly tenant: string;
  readonly deviceId: string;
  readonly quantity: string;
}

export interface Channel extends ChannelKey {
  readonly channelId: number;
  readonly unit: string;
}

/** A channel to find or create; `unit` is used only where it does not exist yet. */
export interface WantedChannel extends ChannelKey {
  readonly unit: string;
}

interface ChannelRow {
  channel_id: number;
  tenant: string;
  device_id: string;
  quantity: string;
  unit: string;
}

const toChannel = (row: ChannelRow): Channel => ({
  channelId: row.channel_id,
  tenant: row.tenant,
  deviceId: row.device_id,
  quantity: row.quantity,
  unit: row.unit,
});

/** Sorted by key, so that two writers that create the same channels do not wait for each other in a circle. */
const CREATE = `
  INSERT INTO channels (tenant, device_id, quantity, unit)
  SELECT w.tenant, w.device_id, w.quantity, w.unit
    FROM (SELECT DISTINCT ON (tenant, device_id, quantity) *
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
              WITH ORDINALITY AS t (tenant, device_id, quantity, unit, ordinal)
           ORDER BY tenant, device_id, quantity, ordinal) w
    JOIN devices d ON d.tenant = w.tenant AND d.device_id = w.device_id
   WHERE NOT EXISTS (SELECT FROM channels c
                      WHERE (c.tenant, c.device_id, c.quantity) = (w.tenant, w.device_id, w.quantity))
   ORDER BY w.tenant, w.device_id, w.quantity
  ON CONFLICT (tenant, device_id, quantity) DO NOTHING`;

const FIND = `
  SELECT c.channel_id, c.tenant, c.device_id, c.quantity, c.unit
    FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, device_id, quantity)
    JOIN channels c ON c.tenant = w.tenant AND c.device_id = w.device_id AND c.quantity = w.quantity
   GROUP BY c.channel_id`;

/**
 * The channels for the keys, created where they are missing; in no particular order, each once. Keys whose device is
 * not registered are absent from the answer. The unit in the answer is the channel's: another writer, or another entry
 * of `wanted`, may have fixed one that differs from the wanted unit.
 */
export async function ensureChannels(
  client: Queryable,
  wanted: readonly WantedChannel[],
): Promise<Channel[]> {
  if (wanted.length === 0) return [];
  const keys = [
    wanted.map((channel) => channel.tenant),
    wanted.map((channel) => channel.deviceId),
    wanted.map((channel) => channel.quantity),
  ];
  await client.query(CREATE, [...keys, wanted.map((channel) => channel.unit)]);
  // A statement of its own: its snapshot holds what another writer committed while the first one waited for it.
  const found = await client.query<ChannelRow>(FIND, keys);
  return found.rows.map(toChannel);
}

/** All channels of a tenant, or those of the devices, by device and quantity. */
export async function readChannels(
  client: Queryable,
  tenant: string,
  deviceIds?: readonly string[],
): Promise<Channel[]> {
  const result = await client.query<ChannelRow>(
    `SELECT channel_id, tenant, device_id, quantity, unit FROM channels
      WHERE tenant = $1 AND ($2::text[] IS NULL OR device_id = ANY ($2))
      ORDER BY device_id, quantity`,
    [tenant, deviceIds ?? null],
  );
  return result.rows.map(toChannel);
}

/** Channels of the quantities among `channelIds`, or the next `limit` of the tenant from `fromId` on; by id. */
export async function readChannelsOf(
  client: Queryable,
  tenant: string,
  quantities: readonly string[],
  which:
    | { readonly channelIds: readonly number[] }
    | { readonly fromId: number; readonly limit: number },
): Promise<Channel[]> {
  const { channelIds, fromId, limit } = { channelIds: null, fromId: 0, limit: null, ...which };
  const result = await client.query<ChannelRow>(
    `SELECT channel_id, tenant, device_id, quantity, unit FROM channels
      WHERE tenant = $1 AND quantity = ANY ($2) AND ($3::int[] IS NULL OR channel_id = ANY ($3)) AND channel_id >= $4
      ORDER BY channel_id LIMIT $5`,
    [tenant, quantities, channelIds, fromId, limit],
  );
  return result.rows.map(toChannel);
}
