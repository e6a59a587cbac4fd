import {
  type Channel,
  type Device,
  type Group,
  type Member,
  type Pool,
  type StoredRegisterEvent,
  type Verification,
  readChannels,
  readDevices,
  readGroups,
  readMembers,
  readMembershipsOf,
  readRegisterEvents,
  readVerifications,
} from '@verimeter/registry';

/** What the registry knows of a tenant; lists in the order of their keys. */
export interface FleetRecords {
  readonly devices: readonly Device[];
  readonly groups: readonly Group[];
  readonly members: readonly Member[];
  readonly verifications: ReadonlyMap<string, readonly Verification[]>;
  /** By device, ascending in time within a quantity. */
  readonly registerEvents: ReadonlyMap<string, readonly StoredRegisterEvent[]>;
  /** Channel by device and quantity. */
  readonly channels: ReadonlyMap<string, ReadonlyMap<string, Channel>>;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const list = groups.get(keyOf(item));
    if (list === undefined) groups.set(keyOf(item), [item]);
    else list.push(item);
  }
  return groups;
}

export async function readFleet(pool: Pool, tenant: string): Promise<FleetRecords> {
  const [devices, groups, members, verifications, channels, events] = await Promise.all([
    readDevices(pool, tenant),
    readGroups(pool, tenant),
    readMembers(pool, tenant),
    readVerifications(pool, tenant),
    readChannels(pool, tenant),
    readRegisterEvents(pool, tenant),
  ]);
  return { devices, groups, members, ...ofDevices(verifications, channels, events) };
}

/** Some groups and the devices that are or were their members, and those in `others`; of other groups what has these as members. */
export async function readFleetOf(
  pool: Pool,
  tenant: string,
  groupIds: readonly string[],
  others: readonly string[],
): Promise<FleetRecords> {
  const own = groupIds.length === 0 ? [] : await readMembers(pool, tenant, groupIds);
  const deviceIds = [...new Set([...own.map(({ deviceId }) => deviceId), ...others])];
  const members = await readMembershipsOf(pool, tenant, deviceIds);
  const [groups, devices, verifications, channels, events] = await Promise.all([
    readGroups(pool, tenant, [...new Set([...groupIds, ...members.map(({ groupId }) => groupId)])]),
    readDevices(pool, tenant, deviceIds),
    readVerifications(pool, tenant, deviceIds),
    readChannels(pool, tenant, deviceIds),
    readRegisterEvents(pool, tenant, deviceIds),
  ]);
  return { devices, groups, members, ...ofDevices(verifications, channels, events) };
}

function ofDevices(
  verifications: readonly Verification[],
  channels: readonly Channel[],
  events: readonly StoredRegisterEvent[],
): Pick<FleetRecords, 'verifications' | 'channels' | 'registerEvents'> {
  return {
    verifications: grouped(verifications, (item) => item.deviceId),
    registerEvents: grouped(events, (item) => item.deviceId),
    channels: new Map(
      [...grouped(channels, (item) => item.deviceId)].map(([deviceId, list]) => [
        deviceId,
        new Map(list.map((channel) => [channel.quantity, channel])),
      ]),
    ),
  };
}
