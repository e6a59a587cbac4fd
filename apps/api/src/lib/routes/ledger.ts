import type { LedgerEntry, LedgerTotals } from '@verimeter/api-schema';
import { timestamptzOrNull } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';

type LedgerRow = Omit<LedgerEntry, 'hour'> & { hour: number };

const LEDGER_FILTER = `($1::timestamptz IS NULL OR hour >= $1) AND ($2::timestamptz IS NULL OR hour < $2)
  AND ($3::text IS NULL OR device_id = $3)`;

const COUNTS = ['received', 'stored', 'duplicate', 'conflicting', 'rejected', 'pending'] as const;

const SUMS = COUNTS.map((name) => `coalesce(sum(${name}), 0)::bigint AS ${name}`).join(', ');

const afterLedger = z.tuple([z.number(), z.string(), z.string(), z.string()]);

export function registerLedgerRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listLedger', async (client, { principal, query }) => {
    const page = pageOf({ list: 'ledger', tenant: principal.tenant }, query, afterLedger);
    const filter = [
      timestamptzOrNull(query.from),
      timestamptzOrNull(query.to),
      query.device_id ?? null,
    ];
    const { rows } = await client.query<LedgerRow>(
      `SELECT device_id, topic, hour, source, ${SUMS} FROM ledger
        WHERE ${LEDGER_FILTER}
          AND ($4::timestamptz IS NULL
               OR (hour, coalesce(device_id, '') COLLATE "C", coalesce(topic, '') COLLATE "C", source COLLATE "C")
                  > ($4, $5::text, $6::text, $7::text))
        GROUP BY hour, device_id, topic, source
        ORDER BY hour, coalesce(device_id, '') COLLATE "C", coalesce(topic, '') COLLATE "C", source COLLATE "C"
        LIMIT $8`,
      [
        ...filter,
        timestamptzOrNull(page.after?.[0]),
        page.after?.[1] ?? null,
        page.after?.[2] ?? null,
        page.after?.[3] ?? null,
        page.limit + 1,
      ],
    );
    const totals = await client.query<LedgerTotals>(
      `SELECT ${SUMS}
         FROM ledger WHERE ${LEDGER_FILTER}`,
      filter,
    );
    const [sums] = totals.rows;
    if (sums === undefined) throw new Error('an aggregate gives one row');
    return {
      ...page.of(
        rows,
        (row) => ({ ...row, hour: formatTimestamp(row.hour) }),
        (row) => [row.hour, row.device_id ?? '', row.topic ?? '', row.source],
      ),
      totals: sums,
    };
  });
}
