import { randomUUID } from 'node:crypto';
import { CONTEXT_US, NO_FLEET } from '@verimeter/drift';
import type { LateArrival, ReadingStore } from '@verimeter/reading-store';
import { type Pool, readMembers } from '@verimeter/registry';
import { asOfInstants } from '../as-of.ts';
import { evenly } from '../devices/evenly.ts';
import { areasOf, type Cadence, findCadence } from '../electricity-input.ts';
import { readFleetOf } from '../fleet-records.ts';
import { WINDOW_US } from '../grid.ts';
import type { KeptFleet } from './kept-files.ts';
import { ON_THE_WAY_US } from './night-due.ts';

const GROUPS_AT_A_TIME = 500;
const CHANNELS_AT_A_TIME = 10_000;
/** Areas that tell the cadence of all. */
const CADENCE_AREAS = 100;

export interface Asked {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  readonly groupIds: readonly string[];
  readonly askedUs: number | undefined;
}

/** The latest as-of of all areas; undefined where none has a reading. */
export async function latestOf({
  pool,
  store,
  tenant,
  groupIds,
  askedUs,
}: Asked): Promise<number | undefined> {
  let latest = -Infinity;
  for (let first = 0; first < groupIds.length; first += GROUPS_AT_A_TIME) {
    const some = groupIds.slice(first, first + GROUPS_AT_A_TIME);
    // oxlint-disable-next-line no-await-in-loop -- one batch of areas in memory at a time
    const members = await readMembers(pool, tenant, some);
    const supplies = members.flatMap(({ role, deviceId }) => (role === 'supply' ? deviceId : []));
    // oxlint-disable-next-line no-await-in-loop
    const fleet = await readFleetOf(pool, tenant, [], supplies);
    const channels = [...fleet.channels.values()].flatMap((own) =>
      [...own.values()].map(({ channelId }) => channelId),
    );
    // oxlint-disable-next-line no-await-in-loop
    for (const us of (await store.lastInstants(channels, askedUs)).values())
      latest = Math.max(latest, us);
  }
  return latest === -Infinity ? undefined : (askedUs ?? latest);
}

/**
 * The latest as-of of the tenant: that of all areas, or a later reading of a device of another kind or in no area, as asked for
 * where that is. Consumers of areas are not asked: there are very many, and they are read with their supplies.
 */
export async function latestOfTenant(
  { pool, store, tenant, askedUs }: Asked,
  latestUs: number,
): Promise<number> {
  if (askedUs !== undefined) return askedUs;
  let latest = latestUs;
  let after = 0;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one page of channels in memory at a time
    const channels = await channelsBesideAreas(pool, tenant, after);
    const last = channels.at(-1);
    if (last === undefined) return latest;
    after = last;
    // oxlint-disable-next-line no-await-in-loop
    for (const us of (await store.lastInstants(channels, undefined)).values())
      latest = Math.max(latest, us);
  }
}

async function channelsBesideAreas(pool: Pool, tenant: string, after: number): Promise<number[]> {
  const result = await pool.query<{ channel_id: number }>(
    `SELECT c.channel_id FROM channels c JOIN devices d USING (tenant, device_id)
      WHERE c.tenant = $1 AND c.channel_id > $2
        AND (d.kind <> 'electricity_meter'
             OR NOT EXISTS (SELECT FROM members m JOIN groups g USING (tenant, group_id)
                             WHERE m.tenant = d.tenant AND m.device_id = d.device_id AND g.kind = 'electricity_area'))
      ORDER BY c.channel_id LIMIT $3`,
    [tenant, after, CHANNELS_AT_A_TIME],
  );
  return result.rows.map((row) => row.channel_id);
}

export async function cadenceOf(asked: Asked, latestUs: number): Promise<Cadence> {
  const { pool, store, tenant, groupIds, askedUs } = asked;
  const fleet = await readFleetOf(pool, tenant, evenly(groupIds, CADENCE_AREAS), []);
  const channels = [...fleet.channels.values()].flatMap((own) =>
    [...own.values()].map(({ channelId }) => channelId),
  );
  const lastInstants = await store.lastInstants(channels, askedUs);
  const areas = areasOf(fleet, asOfInstants(fleet, lastInstants, askedUs));
  return findCadence(areas, { fleet, store, lastInstants }, latestUs);
}

/** The state that a first night starts from. */
export const newFleet = (now: Pick<KeptFleet, 'markUs' | 'shown'>): KeptFleet => ({
  generation: randomUUID(),
  prior: NO_FLEET,
  ...now,
});

/** By channel: what came after the last complete night was made, of what that night had looked at. */
export function lateReadings(
  { store, tenant }: Pick<Asked, 'store' | 'tenant'>,
  { markUs, shown, latestUs }: KeptFleet,
): Promise<ReadonlyMap<number, LateArrival>> {
  if (latestUs === undefined) return Promise.resolve(new Map<number, LateArrival>());
  return store.lateArrivals(tenant, {
    notIn: shown,
    receivedAfterUs: markUs - ON_THE_WAY_US,
    fromUs: latestUs - WINDOW_US,
    untilUs: latestUs - CONTEXT_US,
  });
}

/** The clock that arrivals are stamped by is that of ingest; the database's is as good as any of them. Microseconds since 1970. */
export async function databaseNow(pool: Pool): Promise<number> {
  const result = await pool.query<{ now: string }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8::text AS now',
  );
  return Number(result.rows[0]?.now);
}
