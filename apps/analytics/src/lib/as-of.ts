import type { FleetRecords } from './fleet-records.ts';

/** Until when data is looked at: of each group, of each device, and the latest of all. Microseconds since 1970. */
export interface AsOf {
  readonly groups: ReadonlyMap<string, number>;
  readonly devices: ReadonlyMap<string, number>;
  /** Undefined: the tenant has no reading. */
  readonly latest: number | undefined;
}

/**
 * The instants as asked for, else the last readings: of a group that of its supply (of all its members where it has no
 * supply: sensor networks), of a device its own. Never the clock.
 *
 * @param lastInstants last instant not flagged `future` per channel, at or before the instant asked for
 */
export function asOfInstants(
  fleet: FleetRecords,
  lastInstants: ReadonlyMap<number, number>,
  askedUs: number | undefined,
): AsOf {
  const own = new Map<string, number>();
  for (const [deviceId, channels] of fleet.channels)
    for (const { channelId } of channels.values()) {
      const last = lastInstants.get(channelId);
      if (last !== undefined) own.set(deviceId, Math.max(own.get(deviceId) ?? -Infinity, last));
    }
  const groups = new Map<string, number>();
  const membersOf = Map.groupBy(fleet.members, (member) => member.groupId);
  for (const { groupId } of fleet.groups) {
    const members = membersOf.get(groupId) ?? [];
    const instants = (wanted: (role: string) => boolean): number[] =>
      members.flatMap(({ role, deviceId }) => {
        const last = own.get(deviceId);
        return wanted(role) && last !== undefined ? [last] : [];
      });
    const ofSupply = instants((role) => role === 'supply');
    const last = Math.max(...(ofSupply.length > 0 ? ofSupply : instants(() => true)));
    if (last !== -Infinity) groups.set(groupId, askedUs ?? last);
  }
  const latest = [...own.values()].reduce((a, b) => Math.max(a, b), -Infinity);
  return {
    groups,
    devices: askedUs === undefined ? own : new Map([...own.keys()].map((id) => [id, askedUs])),
    latest: askedUs ?? (latest === -Infinity ? undefined : latest),
  };
}
