import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { notFound } from '../problem-error.ts';
import { readGroupBalance } from '../read-group-balance.ts';

export function registerGroupBalanceRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'getGroupBalance', async (client, call) => {
    const { params, principal, query } = call;
    const wish = { ...query, zone: query.zone ?? principal.zone };
    const answer = await readGroupBalance(client, params.group_id, wish);
    if (answer === undefined) throw notFound('group', params.group_id);
    return answer;
  });
}
