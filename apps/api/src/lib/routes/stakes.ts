import type { Stakes } from '@verimeter/api-schema';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { KWH_PER_WATT, M3_PER_LITRE } from '../plans/plan-candidate.ts';

interface Row {
  readonly kind: 'electricity_meter' | 'water_meter';
  readonly under_devices: number;
  readonly under_amount: number;
  readonly under_variance: number;
  readonly over_devices: number;
  readonly over_amount: number;
  readonly over_variance: number;
  readonly registered: number;
}

/**
 * What is registered is (1 + e) times what passed, so -e / (1 + e) of it is missing. An error near -1 would have no end: those are stopped or
 * bypassed meters, which have no estimate.
 */
const STAKES = `
  WITH answer AS (
    SELECT d.kind, h.mean_load AS load, h.error_estimate AS e, h.standard_error AS se,
           h.recommendation IN ('reverify', 'watch') AND h.error_estimate IS NOT NULL AND h.error_estimate > -0.9 AS counts
      FROM health h JOIN devices d USING (tenant, device_id)
     WHERE d.kind IN ('electricity_meter', 'water_meter') AND h.mean_load > 0
       AND h.indication NOT IN ('no_reference', 'not_in_group')
  ), missing AS (
    SELECT kind, load, counts, -e / (1 + e) * load AS amount, (se / (1 + e) ^ 2 * load) ^ 2 AS variance FROM answer
  )
  SELECT kind,
         count(*) FILTER (WHERE counts AND amount > 0)::integer AS under_devices,
         coalesce(sum(amount) FILTER (WHERE counts AND amount > 0), 0) AS under_amount,
         coalesce(sum(variance) FILTER (WHERE counts AND amount > 0), 0) AS under_variance,
         count(*) FILTER (WHERE counts AND amount < 0)::integer AS over_devices,
         coalesce(-sum(amount) FILTER (WHERE counts AND amount < 0), 0) AS over_amount,
         coalesce(sum(variance) FILTER (WHERE counts AND amount < 0), 0) AS over_variance,
         coalesce(sum(load), 0) AS registered
    FROM missing GROUP BY kind ORDER BY kind`;

export function registerStakeRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'getStakes', async (client): Promise<Stakes> => {
    const { rows } = await client.query<Row>(STAKES);
    return {
      items: rows.map((row) => {
        const electricity = row.kind === 'electricity_meter';
        const perYear = electricity ? KWH_PER_WATT : M3_PER_LITRE;
        return {
          kind: row.kind,
          unit: electricity ? 'kW.h' : 'm3',
          under: {
            devices: row.under_devices,
            amount: row.under_amount * perYear,
            standard_error: Math.sqrt(row.under_variance) * perYear,
          },
          over: {
            devices: row.over_devices,
            amount: row.over_amount * perYear,
            standard_error: Math.sqrt(row.over_variance) * perYear,
          },
          registered: row.registered * perYear,
        };
      }),
    };
  });
}
