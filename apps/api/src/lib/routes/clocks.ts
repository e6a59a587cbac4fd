import type { ClockEntry } from '@verimeter/api-schema';
import { CLOCK_FAULTS, CLOCK_STATES, type ClockState } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { CLOCK_COLUMNS, type ClockRow, toClock } from '../clock.ts';
import type { ApiContext } from '../context.ts';
import { languageOf } from '../evidence.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';

type Row = ClockRow & Pick<ClockEntry, 'device_id' | 'kind'> & { readonly rank: number };

// What somebody has to mend comes first.
const RANK = `CASE WHEN c.state = ANY ($1) THEN 0 ELSE 1 END`;
const afterClock = z.tuple([z.number(), z.string()]);

export function registerClockRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(
    app,
    context,
    'listClocks',
    async (client, { principal, query, request, reply }) => {
      const page = pageOf({ list: 'clocks', tenant: principal.tenant }, query, afterClock);
      const { rows } = await client.query<Row>(
        `SELECT c.device_id, d.kind, ${CLOCK_COLUMNS}, ${RANK} AS rank
         FROM device_clocks c JOIN devices d USING (tenant, device_id)
        WHERE ($2::text[] IS NULL OR c.state = ANY ($2))
          AND ($3::integer IS NULL OR (${RANK}, c.device_id COLLATE "C") > ($3::integer, $4::text))
        ORDER BY rank, c.device_id COLLATE "C" LIMIT $5`,
        [CLOCK_FAULTS, query.state ?? null, ...(page.after ?? [null, null]), page.limit + 1],
      );
      const counted = await client.query<{ state: ClockState; count: number }>(
        'SELECT state, count(*)::integer AS count FROM device_clocks GROUP BY state',
      );
      const found = new Map(counted.rows.map(({ state, count }) => [state, count]));
      const language = languageOf(request, reply);
      return {
        ...page.of(
          rows,
          (row) => ({ device_id: row.device_id, kind: row.kind, ...toClock(row, language) }),
          (row) => [row.rank, row.device_id],
        ),
        counts: Object.fromEntries(CLOCK_STATES.map((state) => [state, found.get(state) ?? 0])),
      };
    },
  );
}
