import { timestamptz } from './instants.ts';
import { type Pool, type Queryable, withTransaction } from './pools.ts';

/** A sender that went beyond the rate since the last report. Instants in microseconds since 1970. */
export interface ObservedFlood {
  /** As the topic says; undefined: it names none. */
  readonly tenant: string | undefined;
  /** Device or gateway of the topic, or the topic where it names none. */
  readonly sender: string;
  readonly sinceUs: number;
  readonly untilUs: number;
  /** Messages beyond the rate. */
  readonly beyond: number;
  readonly ratePerS: number;
}

/** Reports follow each other every minute: what goes on after a longer pause is another flood. */
const SAME_WITHIN = '150 seconds';
const DAYS_KEPT = 30;
const KEPT_PER_TENANT = 1000;
/** A topic may be 64 KiB long, a key of an index not. */
const MAX_SENDER = 256;

/**
 * A tenant that does not exist is told to the default one, with its name before the sender. Of several workers each says what it saw: counts
 * add up, the rate is the largest that one of them saw.
 */
const ADD = `
  WITH input AS (
    SELECT coalesce(t.tenant, $7) AS tenant,
           left(CASE WHEN t.tenant IS NULL AND i.tenant IS NOT NULL THEN i.tenant || '/' || i.sender ELSE i.sender END, ${MAX_SENDER}) AS sender,
           min(i.since) AS since, max(i.until) AS until, sum(i.beyond)::int8 AS beyond, max(i.rate) AS rate
      FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::int8[], $6::float8[])
           AS i (tenant, sender, since, until, beyond, rate)
      LEFT JOIN tenants t ON t.tenant = i.tenant
     GROUP BY 1, 2
  )
  INSERT INTO message_floods AS f (tenant, sender, since, until, beyond, rate_per_s, top_rate_per_s)
  SELECT i.tenant, i.sender, coalesce(o.since, i.since), i.until, i.beyond, i.rate, i.rate
    FROM input i
    JOIN tenants t ON t.tenant = i.tenant
    LEFT JOIN LATERAL (
      SELECT e.since FROM message_floods e
       WHERE e.tenant = i.tenant AND e.sender = i.sender AND e.until >= i.since - interval '${SAME_WITHIN}'
       ORDER BY e.since DESC LIMIT 1) o ON true
   ORDER BY 1, 2
  ON CONFLICT (tenant, sender, since) DO UPDATE
    SET until = greatest(f.until, excluded.until), beyond = f.beyond + excluded.beyond, rate_per_s = excluded.rate_per_s,
        top_rate_per_s = greatest(f.top_rate_per_s, excluded.top_rate_per_s)`;

/** Notes who sends beyond the rate; what goes on is one row. `defaultTenant`: who is told of senders of no tenant; null: nobody. */
export async function addMessageFloods(
  pool: Pool,
  floods: readonly ObservedFlood[],
  defaultTenant: string | null,
): Promise<void> {
  if (floods.length === 0) return;
  await withTransaction(pool, async (client) => {
    // Two workers would begin a row each.
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('verimeter.message_floods'))`);
    await client.query(ADD, [
      floods.map(({ tenant }) => tenant ?? null),
      floods.map(({ sender }) => sender.replaceAll('\u0000', '\uFFFD')),
      floods.map(({ sinceUs }) => timestamptz(sinceUs)),
      floods.map(({ untilUs }) => timestamptz(untilUs)),
      floods.map(({ beyond }) => beyond),
      floods.map(({ ratePerS }) => ratePerS),
      defaultTenant,
    ]);
  });
}

/** Keeps 30 days, and the last 1,000 of each tenant. */
export async function trimMessageFloods(client: Queryable): Promise<void> {
  await client.query(
    `DELETE FROM message_floods f
      WHERE f.until < now() - make_interval(days => ${DAYS_KEPT})
         OR (f.tenant, f.sender, f.since) IN (
              SELECT tenant, sender, since
                FROM (SELECT tenant, sender, since, row_number() OVER (PARTITION BY tenant ORDER BY until DESC) AS place
                        FROM message_floods) newest
               WHERE place > ${KEPT_PER_TENANT})`,
  );
}
