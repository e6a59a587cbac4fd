import { exceptionText, type ExceptionItem } from '@verimeter/api-schema';
import { timestamptzOrNull } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { languageOf } from '../evidence.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';

type ExceptionRow = Pick<
  ExceptionItem,
  | 'device_id'
  | 'quantity'
  | 'unit'
  | 'rule'
  | 'severity'
  | 'code'
  | 'value'
  | 'expected'
  | 'rules_version'
> & { channel_id: number; ts: number; until_ts: number; found_at: number };

const afterException = z.tuple([z.number(), z.int(), z.string(), z.int()]);

export function registerExceptionRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listExceptions', async (client, call) => {
    const { principal, query, request, reply } = call;
    const language = languageOf(request, reply);
    const page = pageOf({ list: 'exceptions', tenant: principal.tenant }, query, afterException);
    const [afterUs, afterChannel, afterRule, afterVersion] = page.after ?? [];
    const { rows } = await client.query<ExceptionRow>(
      `SELECT c.device_id, c.quantity, c.unit, e.channel_id, e.ts, e.until_ts, e.rule, e.severity, e.code, e.value, e.expected,
              e.rules_version, e.found_at
         FROM validation_exceptions e JOIN channels c USING (channel_id)
        WHERE e.tenant = $1
          AND ($2::text IS NULL OR c.device_id = $2) AND ($3::text IS NULL OR c.quantity = $3)
          AND ($4::text[] IS NULL OR e.rule = ANY ($4)) AND ($5::text[] IS NULL OR e.severity = ANY ($5))
          AND ($6::timestamptz IS NULL OR e.until_ts >= $6) AND ($7::timestamptz IS NULL OR e.ts < $7)
          AND ($8::timestamptz IS NULL OR e.ts < $8
               OR (e.ts = $8 AND (e.channel_id, e.rule, e.rules_version) > ($9, $10, $11)))
        ORDER BY e.ts DESC, e.channel_id, e.rule, e.rules_version LIMIT $12`,
      [
        principal.tenant,
        query.device_id ?? null,
        query.quantity ?? null,
        query.rule ?? null,
        query.severity ?? null,
        timestamptzOrNull(query.from),
        timestamptzOrNull(query.to),
        timestamptzOrNull(afterUs),
        afterChannel ?? null,
        afterRule ?? null,
        afterVersion ?? null,
        page.limit + 1,
      ],
    );
    return page.of(
      rows,
      ({ channel_id: _channel, ts, until_ts, found_at, ...row }) => ({
        ...row,
        from: formatTimestamp(ts),
        to: formatTimestamp(until_ts),
        found_at: formatTimestamp(found_at),
        text: exceptionText(row, language),
      }),
      (row) => [row.ts, row.channel_id, row.rule, row.rules_version],
    );
  });
}
