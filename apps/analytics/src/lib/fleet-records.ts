import type { CycleRule } from '@verimeter/metrology';
import {
  type Channel,
  type Device,
  type Group,
  type LegalEventFact,
  type Member,
  type Pool,
  type StoredRegisterEvent,
  type Verification,
  readChannels,
  readCycleRules,
  readDevices,
  readGroups,
  readLegalEventFacts,
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
  /** What touches verifications, by device, in the order of days. */
  readonly legalEvents: ReadonlyMap<string, readonly LegalEventFact[]>;
  /** Cycles of verification that the tenant is under. */
  readonly cycleRules: readonly CycleRule[];
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
  const [
    devices,
    groups,
    members,
    verifications,
    channels,
    registerEvents,
    legalEvents,
    cycleRules,
  ] = await Promise.all([
    readDevices(pool, tenant),
    readGroups(pool, tenant),
    readMembers(pool, tenant),
    readVerifications(pool, tenant),
    readChannels(pool, tenant),
    readRegisterEvents(pool, tenant),
    readLegalEventFacts(pool, tenant),
    readCycleRules(pool, tenant),
  ]);
  return {
    devices,
    groups,
    members,
    cycleRules,
    ...ofDevices({ verifications, channels, registerEvents, legalEvents }),
  };
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
  const [groups, devices, verifications, channels, registerEvents, legalEvents, cycleRules] =
    await Promise.all([
      readGroups(pool, tenant, [
        ...new Set([...groupIds, ...members.map(({ groupId }) => groupId)]),
      ]),
      readDevices(pool, tenant, deviceIds),
      readVerifications(pool, tenant, deviceIds),
      readChannels(pool, tenant, deviceIds),
      readRegisterEvents(pool, tenant, deviceIds),
      readLegalEventFacts(pool, tenant, deviceIds),
      readCycleRules(pool, tenant),
    ]);
  return {
    devices,
    groups,
    members,
    cycleRules,
    ...ofDevices({ verifications, channels, registerEvents, legalEvents }),
  };
}

function ofDevices({
  verifications,
  channels,
  registerEvents,
  legalEvents,
}: {
  readonly verifications: readonly Verification[];
  readonly channels: readonly Channel[];
  readonly registerEvents: readonly StoredRegisterEvent[];
  readonly legalEvents: readonly LegalEventFact[];
}): Pick<FleetRecords, 'verifications' | 'channels' | 'registerEvents' | 'legalEvents'> {
  return {
    verifications: grouped(verifications, (item) => item.deviceId),
    registerEvents: grouped(registerEvents, (item) => item.deviceId),
    legalEvents: grouped(legalEvents, (item) => item.deviceId),
    channels: new Map(
      [...grouped(channels, (item) => item.deviceId)].map(([deviceId, list]) => [
        deviceId,
        new Map(list.map((channel) => [channel.quantity, channel])),
      ]),
    ),
  };
}
