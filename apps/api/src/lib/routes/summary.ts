import type { Summary } from '@verimeter/api-schema';
import { withTenant } from '@verimeter/registry';
import { RECOMMENDATIONS } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { mountOperation } from '../mount-operation.ts';

export function registerSummaryRoutes(app: FastifyInstance, context: ApiContext): void {
  mountOperation(
    app,
    context,
    'getSummary',
    async ({ principal: { tenant } }): Promise<Summary> => {
      const index = await context.fleets.of(tenant);
      const counts = index.devicesByRecommendation();
      const [none = 0, watch = 0, inspect = 0, reverify = 0] = RECOMMENDATIONS.map((one) =>
        counts.get(one),
      );
      const { rows } = await withTenant(context.appPool, tenant, (client) =>
        client.query<{ groups: number; attention: number }>(
          `SELECT count(*)::integer AS groups,
                count(*) FILTER (WHERE h.status IS NOT NULL AND h.status <> 'ok')::integer AS attention
           FROM groups LEFT JOIN group_health h USING (tenant, group_id)`,
        ),
      );
      return {
        devices: reverify + inspect + watch + none,
        recommendations: { none, watch, inspect, reverify },
        groups: rows[0]?.groups ?? 0,
        groups_attention: rows[0]?.attention ?? 0,
      };
    },
  );
}
