import pg, { type Pool } from 'pg';
import { formatTimestamp } from '../binary-format.ts';
import { endOfOldChunks } from '../hypertable/upkeep.ts';
import { keepMoveAway } from '../hypertable/move/move-lock.ts';
import { isMoving } from '../hypertable/move/move-tables.ts';
import { readLayout } from '../layout.ts';
import { openOwnConnection } from '../own-connection.ts';
import { monthOf, partitionsOf } from './partition-list.ts';
import { DAYS_LOCK } from './reading-days.ts';

/** The login of the service may not act as the owner of the tables. */
export class RetentionRightsError extends Error {
  readonly code = 'RETENTION_RIGHTS';
}

/** `verimeter store move` is copying what retention would drop, and would bring it back. */
class RetentionWaitsError extends Error {
  readonly code = 'RETENTION_WAITS';
  constructor() {
    super(
      'retention drops nothing while readings are moved into a hypertable: finish or abandon it with verimeter store move',
    );
  }
}

/** A partition that is detached and not dropped yet. */
const DETACHED = /^retired_(readings_y\d{4}m\d{2})$/;

const RETIRED = `
  INSERT INTO retired_readings AS t (tenant, device_id, hour, stored, conflicting)`;
const ADDED = `
  ON CONFLICT (tenant, device_id, hour)
  DO UPDATE SET stored = t.stored + excluded.stored, conflicting = t.conflicting + excluded.conflicting`;

/** In the order in which writers lock them. A day that begins before the first instant that is kept is summed up from what is left of it. */
const FORGET_DAYS = `
  WITH locked AS MATERIALIZED (
    SELECT channel_id, start_at FROM reading_days WHERE start_at < $1 ORDER BY channel_id, start_at FOR UPDATE)
  DELETE FROM reading_days d USING locked l WHERE d.channel_id = l.channel_id AND d.start_at = l.start_at`;

/**
 * Drops the partitions that ended at or before an instant, and what belongs to them: conflicts and days that are summed up. Writers and
 * readers do not wait: a partition is detached concurrently. What a drop takes away of receive hours that the ledger check still compares
 * is written down in the same transaction. Whatever it broke off at, the next call goes on.
 *
 * @throws RetentionRightsError, RetentionWaitsError
 */
export async function retain(pool: Pool, beforeUs: number, signal?: AbortSignal): Promise<number> {
  const tenants = await pool.query<{ tenant: string }>('SELECT tenant FROM tenants');
  const client = await openOwnConnection(pool, signal);
  try {
    await becomeOwner(client);
    await client.query(`SELECT pg_advisory_lock(${DAYS_LOCK})`);
    if (!(await keepMoveAway(client)) || (await isMoving(client))) throw new RetentionWaitsError();
    const names = tenants.rows.map(({ tenant }) => tenant);
    return (await readLayout(client)) === 'hypertable'
      ? await dropChunks(client, names, beforeUs)
      : await drop(client, names, beforeUs);
  } finally {
    await client.end();
  }
}

async function becomeOwner(client: pg.Client): Promise<void> {
  try {
    await client.query('SET ROLE verimeter_owner');
  } catch (cause) {
    if (cause instanceof pg.DatabaseError && cause.code === '42501')
      throw new RetentionRightsError(
        'retention drops partitions as verimeter_owner, which this login may not act as; ' +
          'as a superuser, run: GRANT verimeter_owner TO the user of DATABASE_URL',
        { cause },
      );
    throw cause;
  }
}

async function drop(
  client: pg.Client,
  tenants: readonly string[],
  beforeUs: number,
): Promise<number> {
  const all = await partitionsOf(client);
  const partitions = all.filter(({ toUs }) => toUs <= beforeUs);
  const left = await detachedTables(client);
  const until = partitions.at(-1)?.toUs;
  if (until !== undefined) await keepFrom(client, tenants, until);
  for (const { name, isPending } of partitions) {
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await client.query(
      `ALTER TABLE readings DETACH PARTITION ${name} ${isPending ? 'FINALIZE' : 'CONCURRENTLY'}`,
    );
    // A month that gets late readings meanwhile is made anew.
    // oxlint-disable-next-line no-await-in-loop
    await client.query(`ALTER TABLE ${name} RENAME TO retired_${name}`);
    left.push(`retired_${name}`);
  }
  for (const table of left)
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await dropRetired(client, table, tenants);
  return left.length;
}

/** What belongs to readings before an instant goes before they do. */
async function keepFrom(
  client: pg.Client,
  tenants: readonly string[],
  untilUs: number,
): Promise<void> {
  const keptFrom = formatTimestamp(untilUs);
  await client.query(
    `INSERT INTO reading_retention AS r (kept_from) VALUES ($1)
     ON CONFLICT (only_row) DO UPDATE SET kept_from = greatest(r.kept_from, excluded.kept_from)`,
    [keptFrom],
  );
  for (const tenant of tenants)
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await retireConflicts(client, tenant);
  await client.query(FORGET_DAYS, [keptFrom]);
}

/** The same for the chunks of a hypertable, which are dropped together in one transaction. */
async function dropChunks(
  client: pg.Client,
  tenants: readonly string[],
  beforeUs: number,
): Promise<number> {
  const untilUs = await endOfOldChunks(client, beforeUs);
  if (untilUs === undefined) return 0;
  await keepFrom(client, tenants, untilUs);
  const until = formatTimestamp(untilUs);
  await client.query('BEGIN');
  try {
    for (const tenant of tenants) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      await client.query(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
      // oxlint-disable-next-line no-await-in-loop
      await client.query(
        `${RETIRED}
         SELECT c.tenant, c.device_id, date_bin('1 hour', r.received_at, '2000-01-01Z'), count(*), 0
           FROM reading_retention k
          CROSS JOIN readings_received(date_trunc('hour', k.kept_from, 'UTC'), 'infinity') r
           JOIN channels c USING (channel_id)
          WHERE r.ts < $1::timestamptz GROUP BY 1, 2, 3 ${ADDED}`,
        [until],
      );
    }
    const { rows } = await client.query<{ dropped: number }>(
      'SELECT drop_reading_chunks($1::timestamptz) AS dropped',
      [until],
    );
    await client.query('COMMIT');
    return rows[0]?.dropped ?? 0;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** Tables that a call before this one detached and did not drop. */
async function detachedTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ relname: string }>(
    `SELECT c.relname FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
        AND (c.relname LIKE 'readings\\_y____m__' OR c.relname LIKE 'retired\\_readings\\_y____m__')`,
  );
  const left: string[] = [];
  for (const { relname } of rows) {
    if (DETACHED.test(relname)) left.push(relname);
    else if (monthOf(relname) !== undefined) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      await client.query(`ALTER TABLE ${relname} RENAME TO retired_${relname}`);
      left.push(`retired_${relname}`);
    }
  }
  return left;
}

/** Conflicts of a tenant with times that are not kept. Policies bind the owner as well: one tenant at a time. */
async function retireConflicts(client: pg.Client, tenant: string): Promise<void> {
  await inTenant(client, tenant, async () => {
    await client.query(
      `WITH kept AS (SELECT kept_from, date_trunc('hour', kept_from, 'UTC') AS hour FROM reading_retention), gone AS (
         DELETE FROM reading_conflicts x USING kept WHERE x.ts < kept.kept_from RETURNING x.channel_id, x.received_at)
       ${RETIRED}
       SELECT c.tenant, c.device_id, date_bin('1 hour', g.received_at, '2000-01-01Z'), 0, count(*)
         FROM gone g JOIN channels c USING (channel_id), kept
        WHERE g.received_at >= kept.hour GROUP BY 1, 2, 3 ${ADDED}`,
    );
    await client.query(
      `DELETE FROM retired_readings t USING reading_retention r WHERE t.hour < date_trunc('hour', r.kept_from, 'UTC')`,
    );
  });
}

async function dropRetired(
  client: pg.Client,
  table: string,
  tenants: readonly string[],
): Promise<void> {
  await client.query('BEGIN');
  try {
    for (const tenant of tenants) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      await client.query(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
      // oxlint-disable-next-line no-await-in-loop
      await client.query(
        `${RETIRED}
         SELECT c.tenant, c.device_id, date_bin('1 hour', r.received_at, '2000-01-01Z'), count(*), 0
           FROM ${table} r JOIN channels c USING (channel_id), reading_retention k
          WHERE r.received_at >= date_trunc('hour', k.kept_from, 'UTC') GROUP BY 1, 2, 3 ${ADDED}`,
      );
    }
    await client.query(`DROP TABLE ${table}`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function inTenant(
  client: pg.Client,
  tenant: string,
  work: () => Promise<void>,
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
