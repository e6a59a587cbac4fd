import { readingVersionItem, versionItem } from '@verimeter/api-schema';
import type { StoredReading } from '@verimeter/reading-store';
import { editValue, type PoolClient, readChannels, readValueHistory } from '@verimeter/registry';
import { editRefusalText, FUTURE_QUARANTINE_US } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { notFound, ProblemError } from '../problem-error.ts';
import { requireDevice } from './fleet.ts';

interface Channel {
  readonly tenant: string;
  readonly deviceId: string;
  readonly quantity: string;
}

const afterVersion = z.tuple([z.number(), z.int()]);

/** @throws {ProblemError} not_found */
async function requireChannel(
  client: PoolClient,
  { tenant, deviceId, quantity }: Channel,
): Promise<number> {
  await requireDevice(client, deviceId);
  const channels = await readChannels(client, tenant, [deviceId]);
  const channel = channels.find((one) => one.quantity === quantity);
  if (channel === undefined) throw notFound('channel', `${deviceId} ${quantity}`);
  return channel.channelId;
}

export function registerValueVersionRoutes(app: FastifyInstance, context: ApiContext): void {
  const readingAt = async (
    client: PoolClient,
    channel: Channel,
    tsUs: number,
  ): Promise<StoredReading | undefined> => {
    const readings = await context.tenantReadings();
    const range = { ...channel, fromUs: tsUs, toUs: tsUs + 1 };
    const [first] = await readings.page(client, range, {
      limit: 1,
      conflicts: false,
      after: undefined,
    });
    return first;
  };

  mountTenantOperation(app, context, 'listValueVersions', async (client, { principal, query }) => {
    const { tenant } = principal;
    const channel = { tenant, deviceId: query.device_id, quantity: query.quantity };
    const channelId = await requireChannel(client, channel);
    const page = pageOf({ list: 'value-versions', tenant }, query, afterVersion);
    const [tsUs, version] = page.after ?? [];
    const fromUs = query.ts ?? query.from ?? -Infinity;
    const untilUs = query.ts ?? (query.to === undefined ? Infinity : query.to - 1);
    const rows = await readValueHistory(
      client,
      { tenant, channelId },
      {
        fromUs,
        untilUs,
        after: tsUs === undefined || version === undefined ? undefined : { tsUs, version },
      },
      page.limit + 1,
    );
    const first =
      query.ts === undefined || page.after !== undefined
        ? undefined
        : await readingAt(client, channel, query.ts);
    const items = rows.map((row) => ({ row, item: versionItem(channel, row) }));
    return page.of(
      first === undefined
        ? items
        : [
            {
              row: { tsUs: first.tsUs, version: 0 },
              item: readingVersionItem(channel, first, !rows.some(({ inForce }) => inForce)),
            },
            ...items,
          ],
      ({ item }) => item,
      ({ row }) => [row.tsUs, row.version],
    );
  });

  mountTenantOperation(app, context, 'editValue', async (client, { principal, body }) => {
    const { tenant } = principal;
    const channel = { tenant, deviceId: body.device_id, quantity: body.quantity };
    const channelId = await requireChannel(client, channel);
    if (body.ts > context.nowUs() + FUTURE_QUARANTINE_US)
      throw new ProblemError('invalid_request', 'The value lies in the future.', {
        errors: [{ field: 'ts', message: 'is more than a day ahead; give the time of a value' }],
      });
    const reading = await readingAt(client, channel, body.ts);
    const outcome = await editValue(
      client,
      { tenant, channelId, tsUs: body.ts, reading: reading?.value },
      {
        action: body.action,
        value: body.value,
        version: body.version,
        editedBy: principal.keyId,
        reason: body.reason,
      },
    );
    if (outcome.state === 'refused')
      throw new ProblemError('conflict', editRefusalText(outcome.why));
    return versionItem(channel, outcome.item);
  });
}
