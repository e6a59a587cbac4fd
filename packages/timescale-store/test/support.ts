import { createReadingBatch, type ReadingBatch } from '@verimeter/reading-store';
import type { TestDatabase } from '@verimeter/test-support';

/** Registers that many channels of one tenant, each of its own device; device ids begin with `prefix`. */
export async function registerChannels(
  { servicePool }: TestDatabase,
  tenant: string,
  prefix: string,
  count: number,
): Promise<number[]> {
  const ids = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  await servicePool.query('INSERT INTO tenants (tenant) VALUES ($1) ON CONFLICT DO NOTHING', [
    tenant,
  ]);
  await servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind) SELECT $1, id, 'electricity_meter' FROM unnest($2::text[]) AS id`,
    [tenant, ids],
  );
  const { rows } = await servicePool.query<{ channel_id: number }>(
    `INSERT INTO channels (tenant, device_id, quantity, unit)
     SELECT $1, id, 'active_energy_import', 'kW.h' FROM unnest($2::text[]) WITH ORDINALITY AS t (id, n) ORDER BY n
     RETURNING channel_id`,
    [tenant, ids],
  );
  return rows.map((row) => row.channel_id);
}

/** Readings of a register per channel and quarter hour, in kW.h to the watt-hour; some with a noisy double in between. */
export function registerBatch(
  channelIds: readonly number[],
  startUs: number,
  count: number,
  receivedAtUs: number,
): ReadingBatch {
  const batch = createReadingBatch(channelIds.length * count);
  for (const [index, channelId] of channelIds.entries()) {
    let wattHours = 1_000_000 + index * 777;
    for (let k = 0; k < count; k += 1) {
      wattHours += (k * 37 + index * 11) % 400;
      const row = batch.length;
      batch.channelId[row] = channelId;
      batch.tsUs[row] = startUs + k * 900e6;
      batch.value[row] = k % 97 === 96 ? wattHours / 1000 + 1e-9 / 3 : wattHours / 1000;
      batch.flags[row] = k % 50 === 0 ? 4 : 0;
      batch.receivedAtUs[row] = receivedAtUs + k * 1_234_567;
      batch.length += 1;
    }
  }
  return batch;
}
