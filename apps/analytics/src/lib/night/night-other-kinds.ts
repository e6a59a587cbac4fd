import { type Pool, readTenants } from '@verimeter/registry';
import { type AsOf, asOfInstants } from '../as-of.ts';
import { readFleetOf } from '../fleet-records.ts';
import { estimateOtherKinds, type OtherKinds } from '../other-kinds.ts';
import type { NightContext } from './night-context.ts';

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

/** Water meters and sensors, and the electricity meters at the addresses of water meters. */
async function devicesOfOtherKinds(pool: Pool, tenant: string): Promise<string[]> {
  const result = await pool.query<{ device_id: string }>(
    `SELECT device_id FROM devices d
      WHERE tenant = $1
        AND (kind IN ('water_meter', 'environment_sensor')
             OR kind = 'electricity_meter' AND address IS NOT NULL
                AND EXISTS (SELECT FROM devices w
                             WHERE w.tenant = d.tenant AND w.kind = 'water_meter' AND w.address IS NOT NULL
                               AND ${ADDRESS('w')} = ${ADDRESS('d')}))
      ORDER BY device_id`,
    [tenant],
  );
  return result.rows.map((row) => row.device_id);
}

/** As `addressKey` has it. */
const ADDRESS = (device: string): string =>
  `lower(regexp_replace(btrim(normalize(${device}.address, NFC)), '\\s+', ' ', 'g'))`;

/** Groups that are no electricity areas. */
async function otherGroups(pool: Pool, tenant: string): Promise<string[]> {
  const result = await pool.query<{ group_id: string }>(
    `SELECT group_id FROM groups WHERE tenant = $1 AND kind <> 'electricity_area' ORDER BY group_id`,
    [tenant],
  );
  return result.rows.map((row) => row.group_id);
}
