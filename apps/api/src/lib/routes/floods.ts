import type { Flood } from '@verimeter/api-schema';
import { timestamptzOrNull } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';

type Row = Omit<Flood, 'since' | 'until'> & { readonly since: number; readonly until: number };

// Written once a minute while it lasts.
const STATE = `CASE WHEN f.until > now() - interval '150 seconds' THEN 'active' ELSE 'ended' END`;
const afterFlood = z.tuple([z.number(), z.string(), z.number()]);

function toFlood({ since, until, ...rest }: Row): Flood {
  const { rate_per_second: rate, top_rate_per_second: top } = rest;
  return {
    ...rest,
    since: formatTimestamp(since),
    until: formatTimestamp(until),
    rate_per_second: Math.round(rate * 10) / 10,
    top_rate_per_second: Math.round(top * 10) / 10,
  };
}

export function registerFloodRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listFloods', async (client, { principal, query }) => {
    const page = pageOf({ list: 'floods', tenant: principal.tenant }, query, afterFlood);
    const { rows } = await client.query<Row>(
      `SELECT f.sender, d.device_id, ${STATE} AS state, f.since, f.until, f.rate_per_s AS rate_per_second,
              f.top_rate_per_s AS top_rate_per_second, f.beyond AS messages_beyond
         FROM message_floods f LEFT JOIN devices d ON d.tenant = f.tenant AND d.device_id = f.sender
        WHERE ($1::text[] IS NULL OR ${STATE} = ANY ($1))
          AND ($2::timestamptz IS NULL OR (f.until, f.sender, f.since) < ($2, $3, $4::timestamptz))
        ORDER BY f.until DESC, f.sender DESC, f.since DESC LIMIT $5`,
      [
        query.state ?? null,
        timestamptzOrNull(page.after?.[0]),
        page.after?.[1] ?? null,
        timestamptzOrNull(page.after?.[2]),
        page.limit + 1,
      ],
    );
    const counted = await client.query<{ active: number }>(
      `SELECT count(*) AS active FROM message_floods f WHERE ${STATE} = 'active'`,
    );
    return {
      ...page.of(rows, toFlood, ({ until, sender, since }) => [until, sender, since]),
      active: counted.rows[0]?.active ?? 0,
    };
  });
}
