import { versionItem } from '@verimeter/api-schema';
import { editValue, type PoolClient, readChannels, readValueHistory } from '@verimeter/registry';
import { editRefusalText } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { notFound, ProblemError } from '../problem-error.ts';
import { readingAt, versionsAt } from '../value-history.ts';
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
  mountTenantOperation(app, context, 'listValueVersions', async (client, { principal, query }) => {
    const { tenant } = principal;
    const channel = { tenant, deviceId: query.device_id, quantity: query.quantity };
    const channelId = await requireChannel(client, channel);
    const page = pageOf({ list: 'value-versions', tenant }, query, afterVersion);
    const [tsUs, version] = page.after ?? [];
    if (query.ts !== undefined) {
      const at = query.ts;
      const items = await versionsAt(
        { client, readings: await context.tenantReadings() },
        { ...channel, channelId, tsUs: at },
        { limit: page.limit + 1, afterVersion: version },
      );
      return page.of(
        items,
        (item) => item,
        (item) => [at, item.version],
      );
    }
    const rows = await readValueHistory(
      client,
      { tenant, channelId },
      {
        fromUs: query.from ?? -Infinity,
        untilUs: query.to === undefined ? Infinity : query.to - 1,
        after: tsUs === undefined || version === undefined ? undefined : { tsUs, version },
      },
      page.limit + 1,
    );
    return page.of(
      rows,
      (row) => versionItem(channel, row),
      (row) => [row.tsUs, row.version],
    );
  });

  mountTenantOperation(app, context, 'editValue', async (client, { principal, body }) => {
    const { tenant } = principal;
    const channel = { tenant, deviceId: body.device_id, quantity: body.quantity };
    const place = { ...channel, channelId: await requireChannel(client, channel), tsUs: body.ts };
    const reading = await readingAt({ client, readings: await context.tenantReadings() }, place);
    const outcome = await editValue(
      client,
      { ...place, reading: reading?.value, nowUs: context.nowUs() },
      {
        action: body.action,
        value: body.value,
        version: body.version,
        editedBy: principal.keyId,
        reason: body.reason,
      },
    );
    if (outcome.state !== 'refused') return versionItem(channel, outcome.item);
    const text = editRefusalText(outcome.why);
    if (outcome.why === 'in_future')
      throw new ProblemError('invalid_request', 'The value lies in the future.', {
        errors: [{ field: 'ts', message: text }],
      });
    throw new ProblemError('conflict', text);
  });
}
