import type { Transaction } from './reading-store.ts';

/*
 * What PostgreSQL has to say of readings that retention removes, whichever engine holds them (docs/decisions/0131). Policies bind the owner
 * of the tables as well: one tenant at a time.
 */

/** The login of the service may not act as the owner of the tables. */
export class RetentionRightsError extends Error {
  readonly code = 'RETENTION_RIGHTS';
}

/** Something is under way that retention would break; what waits for it is made up for later. */
export class RetentionWaitsError extends Error {
  readonly code = 'RETENTION_WAITS';
}

/** What is removed of a device and receive hour is added to what was removed before. */
export const RETIRED = `
  INSERT INTO retired_readings AS t (tenant, device_id, hour, stored, conflicting)`;
export const ADDED = `
  ON CONFLICT (tenant, device_id, hour)
  DO UPDATE SET stored = t.stored + excluded.stored, conflicting = t.conflicting + excluded.conflicting`;

/** In the order in which writers lock them. A day that begins before the first instant that is kept is summed up from what is left of it. */
const FORGET_DAYS = `
  WITH locked AS MATERIALIZED (
    SELECT channel_id, start_at FROM reading_days WHERE start_at < $1 ORDER BY channel_id, start_at FOR UPDATE)
  DELETE FROM reading_days d USING locked l WHERE d.channel_id = l.channel_id AND d.start_at = l.start_at`;

const RETIRE_CONFLICTS = `
  WITH kept AS (SELECT kept_from, date_trunc('hour', kept_from, 'UTC') AS hour FROM reading_retention), gone AS (
    DELETE FROM reading_conflicts x USING kept WHERE x.ts < kept.kept_from RETURNING x.channel_id, x.received_at)
  ${RETIRED}
  SELECT c.tenant, c.device_id, date_bin('1 hour', g.received_at, '2000-01-01Z'), 0, count(*)
    FROM gone g JOIN channels c USING (channel_id), kept
   WHERE g.received_at >= kept.hour GROUP BY 1, 2, 3 ${ADDED}`;

/** Of receive hours that are compared no more. */
const FORGET_RETIRED = `
  DELETE FROM retired_readings t USING reading_retention r WHERE t.hour < date_trunc('hour', r.kept_from, 'UTC')`;

/** @throws RetentionRightsError */
export async function becomeOwner(client: Transaction): Promise<void> {
  try {
    await client.query('SET ROLE verimeter_owner');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === '42501')
      throw new RetentionRightsError(
        'retention drops readings as verimeter_owner, which this login may not act as; ' +
          'as a superuser, run: GRANT verimeter_owner TO the user of DATABASE_URL',
        { cause },
      );
    throw cause;
  }
}

/** What belongs to readings before an instant goes before they do. */
export async function keepFrom(
  client: Transaction,
  tenants: readonly string[],
  keptFrom: string,
): Promise<void> {
  await client.query(
    `INSERT INTO reading_retention AS r (kept_from) VALUES ($1)
     ON CONFLICT (only_row) DO UPDATE SET kept_from = greatest(r.kept_from, excluded.kept_from)`,
    [keptFrom],
  );
  for (const tenant of tenants)
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await inTransaction(client, async () => {
      await client.query(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
      await client.query(RETIRE_CONFLICTS);
      await client.query(FORGET_RETIRED);
    });
  await client.query(FORGET_DAYS, [keptFrom]);
}

/** `work` once for each tenant, and what comes `after` in the same transaction. */
export async function forEachTenant<T>(
  client: Transaction,
  tenants: readonly string[],
  work: (tenant: string) => Promise<void>,
  after: () => Promise<T>,
): Promise<T> {
  return inTransaction(client, async () => {
    for (const tenant of tenants) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      await client.query(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
      // oxlint-disable-next-line no-await-in-loop
      await work(tenant);
    }
    return after();
  });
}

async function inTransaction<T>(client: Transaction, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
