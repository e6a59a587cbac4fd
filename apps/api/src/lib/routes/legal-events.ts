import type { LegalEventInput } from '@verimeter/api-schema';
import {
  type PoolClient,
  addLegalEvent,
  readLegalEvents,
  readToday,
  refreshLegalStates,
  withdrawLegalEvent,
} from '@verimeter/registry';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { toLegalEvent } from '../legal-items.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { personOf } from '../person.ts';
import { ProblemError, notFound } from '../problem-error.ts';
import { requireDevice } from './fleet.ts';

/** @throws {ProblemError} for a day that has not come */
async function requirePast(
  client: PoolClient,
  tenant: string,
  { on }: LegalEventInput,
): Promise<void> {
  const today = await readToday(client, tenant);
  if (on > today)
    throw new ProblemError('invalid_request', 'The report cannot be kept as it is.', {
      errors: [{ field: 'on', message: `is in the future (it is ${today} where the tenant is)` }],
    });
}

export function registerLegalEventRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listLegalEvents', async (client, { principal, params }) => {
    await requireDevice(client, params.device_id);
    const rows = await readLegalEvents(client, principal.tenant, params.device_id);
    return { items: rows.map(toLegalEvent), next_cursor: null };
  });

  mountTenantOperation(app, context, 'addLegalEvent', async (client, call) => {
    const { principal, params, body } = call;
    const { tenant } = principal;
    await requireDevice(client, params.device_id);
    await requirePast(client, tenant, body);
    const added = await addLegalEvent(
      client,
      tenant,
      { deviceId: params.device_id, kind: body.kind, on: body.on, note: body.note },
      personOf(principal),
    );
    if (added === undefined)
      throw new ProblemError(
        'conflict',
        `${body.kind} of ${params.device_id} on ${body.on} is reported already; withdraw that report to enter another.`,
      );
    await refreshLegalStates(client, tenant, [params.device_id]);
    return toLegalEvent(added);
  });

  mountTenantOperation(app, context, 'withdrawLegalEvent', async (client, call) => {
    const { principal, params, body } = call;
    const { tenant } = principal;
    const event = { deviceId: params.device_id, id: params.id, reason: body.reason };
    const withdrawn = await withdrawLegalEvent(client, tenant, event, personOf(principal));
    if (withdrawn === undefined) throw notFound('report', params.id);
    await refreshLegalStates(client, tenant, [params.device_id]);
    return toLegalEvent(withdrawn);
  });
}
