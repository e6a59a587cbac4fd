import type { Summary } from '@verimeter/api-schema';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { RISK_RANK } from './health.ts';

type Counts = Record<'reverify' | 'inspect' | 'watch' | 'none', number>;

export function registerSummaryRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'getSummary', async (client): Promise<Summary> => {
    const devices = await client.query<Counts>(
      `SELECT count(*) FILTER (WHERE rank = 0)::integer AS reverify, count(*) FILTER (WHERE rank = 1)::integer AS inspect,
              count(*) FILTER (WHERE rank = 2)::integer AS watch, count(*) FILTER (WHERE rank = 3)::integer AS none
         FROM (SELECT min(${RISK_RANK}) AS rank FROM health h GROUP BY device_id) AS device`,
    );
    const groups = await client.query<{ groups: number; attention: number }>(
      `SELECT count(*)::integer AS groups,
              count(*) FILTER (WHERE h.status IS NOT NULL AND h.status <> 'ok')::integer AS attention
         FROM groups LEFT JOIN group_health h USING (tenant, group_id)`,
    );
    const { reverify, inspect, watch, none } = devices.rows[0] ?? NOTHING;
    return {
      devices: reverify + inspect + watch + none,
      recommendations: { none, watch, inspect, reverify },
      groups: groups.rows[0]?.groups ?? 0,
      groups_attention: groups.rows[0]?.attention ?? 0,
    };
  });
}

const NOTHING: Counts = { reverify: 0, inspect: 0, watch: 0, none: 0 };
