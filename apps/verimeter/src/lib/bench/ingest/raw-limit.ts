import { createReadingBatch } from '@verimeter/reading-store';
import { type Pool, type PoolClient, ensureChannels } from '@verimeter/registry';
import { findQuantity } from '@verimeter/telemetry';
import { copyContent, copyReadings, orderBatch } from '@verimeter/timescale-store';
import { QUANTITIES, TENANT, type Workload, deviceId } from './workload.ts';

/** Rows per transaction, about as many as the pipeline commits at once under load. */
const ROWS = 20_000;

export type ChannelIds = ReadonlyMap<string, number>;

const keyOf = (device: string, quantity: string): string => `${device} ${quantity}`;

/** Channels of all devices, created where they do not exist. */
export async function channelsOf(pool: Pool, devices: number): Promise<ChannelIds> {
  const wanted = Array.from({ length: devices }, (_, device) =>
    QUANTITIES.map((quantity) => ({
      tenant: TENANT,
      deviceId: deviceId(device),
      quantity,
      unit: findQuantity(quantity)?.unit ?? '',
    })),
  ).flat();
  const channels = await ensureChannels(pool, wanted);
  return new Map(channels.map((one) => [keyOf(one.deviceId, one.quantity), one.channelId]));
}

/**
 * Readings per second that PostgreSQL takes when nothing else is done: COPY of the rows of these messages into the same table, in
 * transactions of the size of a batch and in the order of the key, over one connection.
 */
export async function measureRawLimit(
  pool: Pool,
  workload: Workload,
  messages: number,
  channels: ChannelIds,
): Promise<number> {
  const contents = contentsOf(workload, messages, channels);
  const client = await pool.connect();
  try {
    await ensurePartitions(client, workload, messages);
    const begin = performance.now();
    for (const content of contents) {
      // oxlint-disable-next-line no-await-in-loop -- one transaction after the other, as the pipeline does
      await client.query('BEGIN');
      // oxlint-disable-next-line no-await-in-loop
      await copyReadings(client, content);
      // oxlint-disable-next-line no-await-in-loop
      await client.query('COMMIT');
    }
    return (messages * workload.readingsPerMessage * 1000) / (performance.now() - begin);
  } finally {
    client.release();
  }
}

function contentsOf(workload: Workload, messages: number, channels: ChannelIds): Buffer[] {
  const perBatch = Math.max(1, Math.floor(ROWS / workload.readingsPerMessage));
  const contents: Buffer[] = [];
  for (let first = 0; first < messages; first += perBatch) {
    const last = Math.min(messages, first + perBatch);
    const batch = createReadingBatch((last - first) * workload.readingsPerMessage);
    const receivedAtUs = Date.now() * 1000;
    for (let index = first; index < last; index += 1) {
      workload.rows(index, (device, quantity, tsUs, value) => {
        const channelId = channels.get(keyOf(deviceId(device), quantity));
        if (channelId === undefined) throw new Error(`no channel ${quantity} of device ${device}`);
        batch.channelId[batch.length] = channelId;
        batch.tsUs[batch.length] = tsUs;
        batch.value[batch.length] = value;
        batch.flags[batch.length] = 0;
        batch.receivedAtUs[batch.length] = receivedAtUs;
        batch.length += 1;
      });
    }
    contents.push(copyContent(batch, orderBatch(batch).firsts));
  }
  return contents;
}

async function ensurePartitions(
  client: PoolClient,
  workload: Workload,
  messages: number,
): Promise<void> {
  const instants: number[] = [];
  for (const index of [0, messages - 1])
    workload.rows(index, (_device, _quantity, tsUs) => instants.push(tsUs / 1000));
  await client.query('SELECT ensure_reading_partitions($1, $2)', [
    new Date(Math.min(...instants)),
    new Date(Math.max(...instants)),
  ]);
}
