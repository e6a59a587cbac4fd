import type { ReadingStore } from '@verimeter/reading-store';
import {
  type Channel,
  conflictInstants,
  type Pool,
  readChannels,
  readDevices,
  readRegisterEvents,
} from '@verimeter/registry';
import {
  type ChannelFacts,
  findQuantity,
  maximumRateOf,
  type SeriesColumns,
} from '@verimeter/telemetry';
import { addReading, createGrowingSeries, type GrowingSeries } from './growing-series.ts';

/** Rate of the same flow that a device may measure beside its register, its unit, and how many of them are one unit of the register per hour. */
const PROFILES: Readonly<Record<string, { quantity: string; unit: string; perUnit: number }>> = {
  active_energy_import: { quantity: 'active_power', unit: 'W', perUnit: 1000 },
  water_volume: { quantity: 'water_flow', unit: 'm3/h', perUnit: 1 },
};

interface Source {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
}

/** What is known of some channels besides their readings, from one instant to another. */
export async function readChannelFacts(
  { pool, store, tenant }: Source,
  channels: readonly Channel[],
  span: { readonly fromUs: number; readonly toUs: number },
  withProfiles: boolean,
): Promise<Map<number, ChannelFacts>> {
  const deviceIds = [...new Set(channels.map(({ deviceId }) => deviceId))];
  const ids = channels.map(({ channelId }) => channelId);
  const [devices, events, conflicts, siblings] = await Promise.all([
    readDevices(pool, tenant, deviceIds),
    readRegisterEvents(pool, tenant, deviceIds),
    conflictInstants(pool, ids, span.fromUs, span.toUs),
    withProfiles ? readChannels(pool, tenant, deviceIds) : [],
  ]);
  const deviceOf = new Map(devices.map((device) => [device.deviceId, device]));
  const eventsOf = Map.groupBy(events, keyOf);
  const profileIds = profilesOf(channels, siblings);
  const profiles = await readProfiles(store, channels, profileIds, span);
  return new Map(
    channels.map((channel) => {
      const { channelId, quantity, unit } = channel;
      const device = deviceOf.get(channel.deviceId);
      const kind = findQuantity(quantity)?.kind ?? 'instant';
      return [
        channelId,
        {
          quantity,
          kind,
          unit,
          maximumRate:
            kind === 'register' && device !== undefined ? maximumRateOf(device) : undefined,
          events: eventsOf.get(keyOf(channel)),
          conflictsUs: conflicts.get(channelId),
          profile: profiles.get(channelId),
        },
      ];
    }),
  );
}

const keyOf = ({ deviceId, quantity }: Pick<Channel, 'deviceId' | 'quantity'>): string =>
  `${quantity} ${deviceId}`;

/** Channel of the profile by that of the register. What a meter with export measures is the difference: no profile of either register. */
function profilesOf(
  channels: readonly Channel[],
  siblings: readonly Channel[],
): Map<number, Channel> {
  const byKey = new Map(siblings.map((channel) => [keyOf(channel), channel]));
  return new Map(
    channels.flatMap((channel) => {
      const profile = PROFILES[channel.quantity];
      if (profile === undefined) return [];
      const { deviceId } = channel;
      if (byKey.has(keyOf({ deviceId, quantity: 'active_energy_export' }))) return [];
      const found = byKey.get(keyOf({ deviceId, quantity: profile.quantity }));
      return found?.unit === profile.unit ? [[channel.channelId, found]] : [];
    }),
  );
}

async function readProfiles(
  store: ReadingStore,
  channels: readonly Channel[],
  profileIds: ReadonlyMap<number, Channel>,
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
): Promise<Map<number, SeriesColumns>> {
  const read = new Map<number, GrowingSeries>();
  if (profileIds.size === 0) return new Map();
  const perUnit = new Map<number, number>();
  for (const { channelId, quantity } of channels) {
    const found = profileIds.get(channelId);
    if (found !== undefined) perUnit.set(found.channelId, PROFILES[quantity]?.perUnit ?? 1);
  }
  await store.series([...perUnit.keys()], fromUs, toUs, (channelId, tsUs, value) => {
    const series = read.get(channelId) ?? createGrowingSeries();
    read.set(channelId, series);
    addReading(series, tsUs, value / (perUnit.get(channelId) ?? 1));
  });
  return new Map(
    [...profileIds].flatMap(([channelId, profile]) => {
      const series = read.get(profile.channelId);
      return series === undefined ? [] : [[channelId, series]];
    }),
  );
}
