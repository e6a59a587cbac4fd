import { type Pool, ensureChannels, ensureTenant } from '@verimeter/registry';
import type { BenchDevice } from './engine.ts';
import { QUANTITY, TENANT } from './read-latencies.ts';

/** Digits of a device id: as many as there can be devices. */
const DIGITS = 7;
const AT_ONCE = 5000;

/** Devices of the data set with their channels, registered where they are not. */
export async function registerDevices(pool: Pool, count: number): Promise<BenchDevice[]> {
  await ensureTenant(pool, TENANT);
  const ids = Array.from({ length: count }, (_, n) => `M${String(n).padStart(DIGITS, '0')}`);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind, accuracy_class)
     SELECT $1, id, 'electricity_meter', '1' FROM unnest($2::text[]) AS id ON CONFLICT DO NOTHING`,
    [TENANT, ids],
  );
  const channelOf = new Map<string, number>();
  for (let first = 0; first < count; first += AT_ONCE) {
    const wanted = ids
      .slice(first, first + AT_ONCE)
      .map((deviceId) => ({ tenant: TENANT, deviceId, quantity: QUANTITY, unit: 'kW.h' }));
    // oxlint-disable-next-line no-await-in-loop
    for (const channel of await ensureChannels(pool, wanted))
      channelOf.set(channel.deviceId, channel.channelId);
  }
  return ids.map((deviceId) => {
    const channelId = channelOf.get(deviceId);
    if (channelId === undefined) throw new Error(`no channel of ${deviceId}`);
    return { deviceId, channelId };
  });
}
