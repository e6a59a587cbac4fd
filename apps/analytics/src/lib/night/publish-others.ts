import {
  answerOutside,
  type AreaResult,
  concludeOthers,
  type DeviceResult,
  type TenantLists,
} from '@verimeter/drift';
import type { Pool } from '@verimeter/registry';
import { type AsOf, asOfInstants } from '../as-of.ts';
import { type ConsumptionFrame, readConsumptionFrame } from '../devices/consumption.ts';
import { EXPORT, gridOf, IMPORT, readInput, registersOf } from '../electricity-input.ts';
import { type FleetRecords, readFleetOf } from '../fleet-records.ts';
import { WINDOW_US } from '../grid.ts';
import { keepCorrections } from '../sensors/keep-corrections.ts';
import { pageSize } from './meter-pages.ts';
import type { NightContext } from './night-context.ts';
import type { NightOtherKinds } from './night-other-kinds.ts';
import { publishSome } from './publish-night.ts';

/** Devices that are read and published together, and points of their registers that are in memory at a time. */
const MOST_DEVICES = 200;
const POINTS_AT_A_TIME = 8e6;
const GROUPS_AT_A_TIME = 500;

/** Publishes the devices that no area answers for, and the groups that are none. */
export async function publishOthers(
  context: NightContext,
  kinds: NightOtherKinds,
  lists: TenantLists,
): Promise<void> {
  const { pool, frame, signal } = context;
  const { tenant } = frame;
  const { water, sensors } = concludeOthers(kinds, lists);
  const said = [...water.devices, ...sensors.devices];
  const candidates = await namedCandidates(pool, tenant);
  const size = pageSize(WINDOW_US / frame.cadence.stepUs, {
    points: POINTS_AT_A_TIME,
    most: MOST_DEVICES,
  });
  let after = '';
  let frameOfAll: ConsumptionFrame | undefined;
  for (;;) {
    signal?.throwIfAborted();
    // oxlint-disable-next-line no-await-in-loop -- one page in memory at a time
    const ids = await devicesInNoArea(pool, tenant, after, size);
    const last = ids.at(-1);
    if (last === undefined) break;
    after = last;
    // oxlint-disable-next-line no-await-in-loop
    const fleet = await readFleetOf(pool, tenant, [], ids);
    // oxlint-disable-next-line no-await-in-loop
    if (frameOfAll === undefined && fleet.devices.some(({ kind }) => kind === 'electricity_meter'))
      // oxlint-disable-next-line no-await-in-loop -- once
      frameOfAll = await readConsumptionFrame(
        { ...frame, pool, store: context.store, signal },
        frame.latestUs,
      );
    // oxlint-disable-next-line no-await-in-loop
    await publishDevices(context, fleet, { candidates, said, asOf: kinds.asOf, frameOfAll });
  }
  await keepCorrections(pool, { tenant, runId: frame.runId }, sensors.corrections);
  const { groupIds: groups } = kinds;
  const results = [...water.areas, ...sensors.networks];
  for (let first = 0; first < groups.length; first += GROUPS_AT_A_TIME) {
    signal?.throwIfAborted();
    const groupIds = groups.slice(first, first + GROUPS_AT_A_TIME);
    // oxlint-disable-next-line no-await-in-loop
    const fleet = await readFleetOf(pool, tenant, groupIds, []);
    const asOf = { ...kinds.asOf, latest: frame.tenantLatestUs };
    // oxlint-disable-next-line no-await-in-loop
    await publishSome(
      context,
      { fleet, asOf },
      { deviceIds: [], groupIds, results: [], areas: results.filter(isIn(groupIds)) },
    );
  }
}

const isIn = (groupIds: readonly string[]) => {
  const wanted = new Set(groupIds);
  return ({ groupId }: AreaResult): boolean => wanted.has(groupId);
};

/**
 * Of devices in no area: what groups of other kinds look at is told by all their members, of which some may be in another batch,
 * and is what these were estimated with.
 */
async function asOfOf(
  { store, frame }: NightContext,
  fleet: FleetRecords,
  kinds: NightOtherKinds['asOf'],
): Promise<AsOf> {
  const channels = [...fleet.channels.values()].flatMap((own) =>
    [...own.values()].map(({ channelId }) => channelId),
  );
  const lasts = await store.lastInstants(channels, frame.askedUs);
  const own = asOfInstants(fleet, lasts, frame.askedUs);
  return {
    groups: kinds.groups,
    devices: new Map([...own.devices, ...kinds.devices]),
    latest: frame.tenantLatestUs,
  };
}

async function publishDevices(
  context: NightContext,
  fleet: FleetRecords,
  known: {
    readonly candidates: ReadonlySet<string>;
    readonly said: readonly DeviceResult[];
    readonly asOf: NightOtherKinds['asOf'];
    readonly frameOfAll: ConsumptionFrame | undefined;
  },
): Promise<void> {
  const { store, frame } = context;
  const asOf = await asOfOf(context, fleet, known.asOf);
  const meters = fleet.devices.filter(
    ({ kind, deviceId }) => kind === 'electricity_meter' && asOf.devices.has(deviceId),
  );
  const grid =
    meters.length === 0
      ? undefined
      : await gridOf(store, registersOf(fleet), frame.cadence, frame.latestUs);
  const input =
    grid === undefined
      ? undefined
      : await readInput(
          { fleet, store, lastUs: frame.latestUs },
          { areas: [], meters, grid, quantities: [IMPORT, EXPORT] },
        );
  const own = new Set(fleet.devices.map(({ deviceId }) => deviceId));
  const results = [
    ...known.said.filter(({ deviceId }) => own.has(deviceId)),
    ...(input?.meters.map((meter): DeviceResult =>
      answerOutside(input, meter, {
        latest: frame.latestUs,
        candidate: known.candidates.has(meter.deviceId),
      }),
    ) ?? []),
  ];
  await publishSome(
    context,
    { fleet, asOf },
    {
      deviceIds: fleet.devices.map(({ deviceId }) => deviceId),
      groupIds: [],
      results,
      areas: [],
      ...(input === undefined || known.frameOfAll === undefined
        ? {}
        : { consumption: { frame: known.frameOfAll, registers: input } }),
    },
  );
}

/** Meters that explain what some area's balance leaves over, as published. */
async function namedCandidates(pool: Pool, tenant: string): Promise<Set<string>> {
  const result = await pool.query<{ device_id: string }>(
    `SELECT DISTINCT c ->> 'device_id' AS device_id
       FROM group_health h CROSS JOIN LATERAL jsonb_array_elements(h.candidates) c WHERE h.tenant = $1`,
    [tenant],
  );
  return new Set(result.rows.map((row) => row.device_id));
}

async function devicesInNoArea(
  pool: Pool,
  tenant: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const result = await pool.query<{ device_id: string }>(
    `SELECT d.device_id FROM devices d
      WHERE d.tenant = $1 AND d.device_id > $2
        AND NOT EXISTS (SELECT FROM members m JOIN groups g USING (tenant, group_id)
                         WHERE m.tenant = d.tenant AND m.device_id = d.device_id AND g.kind = 'electricity_area')
      ORDER BY d.device_id LIMIT $3`,
    [tenant, after, limit],
  );
  return result.rows.map((row) => row.device_id);
}
