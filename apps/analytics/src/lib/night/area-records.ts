import { crc32 } from 'node:zlib';
import type { FleetInput, MeterSeries } from '@verimeter/drift';
import type { Member, StoredRegisterEvent } from '@verimeter/registry';
import type { AsOf } from '../as-of.ts';
import { BALANCE_QUANTITIES, lotOf, validFrom } from '../electricity-input.ts';
import { type FleetRecords, readFleetOf } from '../fleet-records.ts';
import type { RegisteredFacts } from './kept-area.ts';
import type { NightContext } from './night-context.ts';

/** Some areas as the registry knows them, and until when their readings are looked at. */
export interface AreaRecords {
  readonly fleet: FleetRecords;
  readonly asOf: AsOf;
}

/** `others`: devices that are in the balance of one of the areas without being its members. */
export async function readAreas(
  { pool, store, frame }: Pick<NightContext, 'pool' | 'store' | 'frame'>,
  groupIds: readonly string[],
  others: readonly string[],
): Promise<AreaRecords> {
  const fleet = await readFleetOf(pool, frame.tenant, groupIds, others);
  const wanted = new Set(groupIds);
  const members = fleet.members.filter(({ groupId }) => wanted.has(groupId));
  const groups = new Map<string, number>();
  const channelsOf = (deviceId: string): number[] =>
    [...(fleet.channels.get(deviceId)?.values() ?? [])].map(({ channelId }) => channelId);
  const askOf = async (tellers: readonly Member[]): Promise<void> => {
    const lasts = await store.lastInstants(
      [...new Set(tellers.flatMap(({ deviceId }) => channelsOf(deviceId)))],
      frame.askedUs,
    );
    for (const { groupId, deviceId } of tellers)
      for (const channelId of channelsOf(deviceId)) {
        const last = lasts.get(channelId);
        if (last === undefined) continue;
        const latest = Math.max(groups.get(groupId) ?? -Infinity, last);
        // what arrives while the night runs is for the next one
        groups.set(groupId, frame.askedUs ?? Math.min(latest, frame.latestUs));
      }
  };
  await askOf(members.filter(({ role }) => role === 'supply'));
  // as `asOfInstants`: where no supply has a reading, all members tell
  const untold = members.filter(({ groupId }) => !groups.has(groupId));
  if (untold.length > 0) await askOf(untold);
  return { fleet, asOf: { groups, devices: new Map(), latest: frame.tenantLatestUs } };
}

/**
 * The records of one area, as if it were read alone: other areas count only for the devices it shares with them, and for those
 * in `others`.
 */
export function recordsOf(
  { fleet, asOf }: AreaRecords,
  groupId: string,
  others: readonly string[] = [],
): AreaRecords {
  const asOfUs = asOf.groups.get(groupId);
  const own = new Set([
    ...fleet.members.flatMap((member) => (member.groupId === groupId ? member.deviceId : [])),
    ...others,
  ]);
  const members = fleet.members.filter(({ deviceId }) => own.has(deviceId));
  const touched = new Set([groupId, ...members.map((member) => member.groupId)]);
  return {
    fleet: { ...fleet, members },
    asOf: {
      ...asOf,
      groups: new Map(asOfUs === undefined ? [] : [...touched].map((id) => [id, asOfUs])),
    },
  };
}

/**
 * The area that answers for each device: the one where it is a consumer now, or was last; of several the first; where it is
 * a consumer nowhere, the first that has it.
 */
export function ownersOf({ groups, members }: FleetRecords): Map<string, string> {
  const areas = new Set(
    groups.flatMap(({ groupId, kind }) => (kind === 'electricity_area' ? groupId : [])),
  );
  const owners = new Map<string, { groupId: string; toUs: number }>();
  for (const { deviceId, groupId, role, toUs } of members) {
    if (!areas.has(groupId)) continue;
    const rank = role === 'consumer' ? toUs : -Infinity;
    const before = owners.get(deviceId);
    if (before === undefined || rank > before.toUs) owners.set(deviceId, { groupId, toUs: rank });
  }
  return new Map([...owners].map(([deviceId, { groupId }]) => [deviceId, groupId]));
}

/** What an analysis of the area takes from the registry: any change of it asks for a full one. */
export function registeredFacts(
  { fleet }: AreaRecords,
  groupId: string,
  joined: readonly string[],
  lastUs: number,
): RegisteredFacts {
  const members = fleet.members.filter((member) => member.groupId === groupId);
  const ids = new Set([...members.map(({ deviceId }) => deviceId), ...joined]);
  const devices = fleet.devices.filter(({ deviceId }) => ids.has(deviceId));
  const eventsOf = (deviceId: string): StoredRegisterEvent[] =>
    (fleet.registerEvents.get(deviceId) ?? []).filter(({ tsUs }) => tsUs <= lastUs);
  const quantities = (deviceId: string): string[] =>
    BALANCE_QUANTITIES.filter((quantity) => fleet.channels.get(deviceId)?.has(quantity) === true);
  return {
    members: checksum(members.map((member) => Object.values(member).map(String))),
    devices: checksum([
      fleet.groups.find((group) => group.groupId === groupId)?.technicalLoss ?? null,
      devices.map((device) => [
        device.deviceId,
        device.kind,
        lotOf(device),
        device.accuracyClass,
        validFrom(
          device,
          fleet.verifications.get(device.deviceId) ?? [],
          lastUs,
          fleet.registerEvents.get(device.deviceId),
        ) ?? null,
        quantities(device.deviceId),
        ...eventsOf(device.deviceId),
      ]),
    ]),
  };
}

const checksum = (value: unknown): number => crc32(JSON.stringify(value));

const seriesOf = (meter: MeterSeries): Float64Array[] => [
  meter.importRegister,
  ...(meter.exportRegister === undefined ? [] : [meter.exportRegister]),
  ...meter.voltages,
];

/** Of the readings of an area's meters at the points of the grid between two instants, both included. */
export function readingsChecksum(
  { grid, meters }: Pick<FleetInput, 'grid' | 'meters'>,
  ids: ReadonlySet<string>,
  fromUs: number,
  untilUs: number,
): number {
  const first = Math.max(0, Math.ceil((fromUs - grid.startUs) / grid.stepUs));
  const last = Math.min(grid.count - 1, Math.floor((untilUs - grid.startUs) / grid.stepUs));
  let sum = 0;
  for (const meter of meters) {
    if (!ids.has(meter.deviceId)) continue;
    sum = crc32(meter.deviceId, sum);
    for (const series of seriesOf(meter)) {
      const part = series.subarray(first, last + 1);
      sum = crc32(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), sum);
    }
  }
  return sum;
}
