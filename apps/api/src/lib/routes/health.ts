import { type Health, type HealthHistoryPoint, HEALTH_COLUMNS } from '@verimeter/api-schema';
import type { Queryable } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { type StoredEvidence, languageOf, renderEvidence } from '../evidence.ts';
import { instantOrNull } from '../instants.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { type ProvisionalRow, provisionalColumns, withProvisional } from '../provisional.ts';
import { requireDevice } from './fleet.ts';

type HealthRow = Omit<Health, 'as_of'> & { as_of: number | null };
type HistoryRow = Omit<HealthHistoryPoint, 'as_of'> & { quantity: string; as_of: number };

const COLUMNS = HEALTH_COLUMNS.map((column) => `h."${column}"`).join(', ');

// Risk: what to do first, then how likely the device has drifted; devices without a probability come last of their kind.
export const RISK_RANK = `CASE h.recommendation WHEN 'reverify' THEN 0 WHEN 'inspect' THEN 1 WHEN 'watch' THEN 2 ELSE 3 END`;
const RISK = '-coalesce(h.probability_drifted, -1)';

const afterRow = z.tuple([z.number(), z.number(), z.string(), z.string()]);

const toHealth = (row: HealthRow): Health => ({ ...row, as_of: instantOrNull(row.as_of) });

const toDetail = (row: HealthRow & ProvisionalRow) => {
  const { provisional, ...health } = withProvisional(row);
  return { ...toHealth(health), provisional };
};

async function historyOf(client: Queryable, deviceId: string) {
  const { rows } = await client.query<HistoryRow>(
    `SELECT quantity, as_of, error_estimate, interval_low, interval_high FROM health_history
      WHERE device_id = $1 ORDER BY quantity, as_of`,
    [deviceId],
  );
  return Map.groupBy(rows, (row) => row.quantity);
}

export function registerHealthRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listHealth', async (client, { principal, query }) => {
    const page = pageOf({ list: 'health', tenant: principal.tenant }, query, afterRow);
    const byRisk = query.sort !== 'device_id';
    const rank = byRisk ? RISK_RANK : '0';
    const risk = byRisk ? RISK : '0::float8';
    const { rows } = await client.query<HealthRow & { rank: number; risk: number }>(
      `SELECT ${COLUMNS}, ${rank} AS rank, ${risk} AS risk
         FROM health h JOIN devices d USING (tenant, device_id)
        WHERE ($1::text[] IS NULL OR h.indication = ANY ($1))
          AND ($2::text[] IS NULL OR h.recommendation = ANY ($2))
          AND ($3::text IS NULL OR h.group_id = $3)
          AND ($4::text[] IS NULL OR d.kind = ANY ($4))
          AND ($5::integer IS NULL
               OR (${rank}, ${risk}, h.device_id COLLATE "C", h.quantity COLLATE "C")
                  > ($5::integer, $6::float8, $7::text, $8::text))
          AND ($10::text IS NULL OR starts_with(lower(h.device_id), lower($10)))
        ORDER BY rank, risk, h.device_id COLLATE "C", h.quantity COLLATE "C" LIMIT $9`,
      [
        query.indication ?? null,
        query.recommendation ?? null,
        query.group ?? null,
        query.kind ?? null,
        ...(page.after ?? [null, null, null, null]),
        page.limit + 1,
        query.device ?? null,
      ],
    );
    return page.of(
      rows,
      ({ rank: _rank, risk: _risk, ...row }) => toHealth(row),
      (row) => [row.rank, row.risk, row.device_id, row.quantity],
    );
  });

  mountTenantOperation(app, context, 'getHealth', async (client, call) => {
    const { params, principal, request, reply } = call;
    await requireDevice(client, params.device_id);
    const { rows } = await client.query<
      HealthRow & ProvisionalRow & { evidence: StoredEvidence[] }
    >(
      `SELECT ${COLUMNS}, h.evidence, ${provisionalColumns('g')}
         FROM health h LEFT JOIN group_health g USING (tenant, group_id)
        WHERE h.device_id = $1 ORDER BY h.quantity`,
      [params.device_id],
    );
    const history = await historyOf(client, params.device_id);
    const language = languageOf(request, reply);
    return {
      items: rows.map(({ evidence, ...row }) => ({
        ...toDetail(row),
        history: (history.get(row.quantity) ?? []).map((point) => ({
          as_of: formatTimestamp(point.as_of),
          error_estimate: point.error_estimate,
          interval_low: point.interval_low,
          interval_high: point.interval_high,
        })),
        evidence: renderEvidence(evidence, language, principal.zone),
      })),
    };
  });
}
