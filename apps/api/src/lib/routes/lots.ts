import { type Lot, LOT_COLUMNS } from '@verimeter/api-schema';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { instantOrNull } from '../instants.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';

type Row = Omit<Lot, 'as_of'> & { as_of: number | null };

const COLUMNS = LOT_COLUMNS.map((column) => `"${column}"`).join(', ');
// Risk: what is likely to have too many beyond the limit; lots of which nothing is known come last.
const RISK = '-coalesce(p_share_over_5, -1)';
const afterLot = z.tuple([z.number(), z.string(), z.string()]);

export function registerLotRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listLots', async (client, { principal, query }) => {
    const page = pageOf({ list: 'lots', tenant: principal.tenant }, query, afterLot);
    const { rows } = await client.query<Row & { risk: number }>(
      `SELECT ${COLUMNS}, plan, ${RISK} AS risk FROM lot_health
        WHERE ($1::float8 IS NULL OR (${RISK}, lot, quantity) > ($1, $2, $3))
          AND ($5::text IS NULL OR lot = $5)
        ORDER BY risk, lot, quantity LIMIT $4`,
      [...(page.after ?? [null, null, null]), page.limit + 1, query.lot ?? null],
    );
    return page.of(
      rows,
      ({ risk: _risk, ...row }) => ({ ...row, as_of: instantOrNull(row.as_of) }),
      (row) => [row.risk, row.lot, row.quantity],
    );
  });
}
