import { type Pool, readTenants } from '@verimeter/registry';
import { type AsOf, asOfInstants } from '../as-of.ts';
import { readFleetOf } from '../fleet-records.ts';
import { estimateOtherKinds, type OtherKinds } from '../other-kinds.ts';
import { addressKey } from '../water/other-use.ts';
import type { NightContext } from './night-context.ts';

const METERS_AT_A_TIME = 10_000;

/** With until when the readings of these groups, and of all devices of other kinds, were looked at. */
export interface NightOtherKinds extends OtherKinds {
  readonly groupIds: readonly string[];
  readonly asOf: Pick<AsOf, 'groups' | 'devices'>;
}

/** All water meters and sensors of the tenant: what is healthy, and the lists, are learned over all of them. */
export async function otherKindsOf(context: NightContext): Promise<NightOtherKinds> {
  const { pool, store, frame, signal } = context;
  const { tenant, askedUs } = frame;
  const groupIds = await otherGroups(pool, tenant);
  const fleet = await readFleetOf(pool, tenant, groupIds, await devicesOfOtherKinds(pool, tenant));
  const channels = [...fleet.channels.values()].flatMap((own) =>
    [...own.values()].map(({ channelId }) => channelId),
  );
  const lastInstants = await store.lastInstants(channels, askedUs);
  const asOf = asOfInstants(fleet, lastInstants, askedUs);
  const zone = (await readTenants(pool)).find((known) => known.tenant === tenant)?.zone ?? 'UTC';
  const kinds = await estimateOtherKinds({
    pool,
    store,
    tenant,
    zone,
    fleet,
    asOf,
    lastInstants,
    signal,
  });
  // of the areas that some of these devices are in not all members are here
  const groups = new Map(
    groupIds.flatMap((groupId): [string, number][] => {
      const asOfUs = asOf.groups.get(groupId);
      return asOfUs === undefined ? [] : [[groupId, asOfUs]];
    }),
  );
  return { ...kinds, groupIds, asOf: { groups, devices: asOf.devices } };
}

/** Water meters and sensors, and the electricity meters at the addresses of water meters, by id. */
export async function devicesOfOtherKinds(pool: Pool, tenant: string): Promise<string[]> {
  const result = await pool.query<Addressed & { kind: string }>(
    `SELECT device_id, kind, address FROM devices
      WHERE tenant = $1 AND kind IN ('water_meter', 'environment_sensor')`,
    [tenant],
  );
  const addresses = new Set(
    result.rows.flatMap(({ kind, address }) =>
      kind === 'water_meter' ? (addressKey(address) ?? []) : [],
    ),
  );
  const meters = addresses.size === 0 ? [] : await metersAt(pool, tenant, addresses);
  return [...result.rows.map((row) => row.device_id), ...meters].toSorted();
}

interface Addressed {
  readonly device_id: string;
  readonly address: string | null;
}

/** Electricity meters at one of some addresses. Compared here: what capitals and spaces are depends on the locale of a database. */
async function metersAt(
  pool: Pool,
  tenant: string,
  addresses: ReadonlySet<string>,
): Promise<string[]> {
  const found: string[] = [];
  let after = '';
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one page of a million meters in memory at a time
    const { rows } = await pool.query<Addressed>(
      `SELECT device_id, address FROM devices
        WHERE tenant = $1 AND device_id > $2 AND kind = 'electricity_meter' AND address IS NOT NULL
        ORDER BY device_id LIMIT $3`,
      [tenant, after, METERS_AT_A_TIME],
    );
    const last = rows.at(-1);
    if (last === undefined) return found;
    after = last.device_id;
    for (const { device_id, address } of rows)
      if (addresses.has(addressKey(address) ?? '')) found.push(device_id);
  }
}

/** Groups that are no electricity areas. */
async function otherGroups(pool: Pool, tenant: string): Promise<string[]> {
  const result = await pool.query<{ group_id: string }>(
    `SELECT group_id FROM groups WHERE tenant = $1 AND kind <> 'electricity_area' ORDER BY group_id`,
    [tenant],
  );
  return result.rows.map((row) => row.group_id);
}
