import {
  ADDED,
  RETIRED,
  RetentionWaitsError,
  becomeOwner,
  forEachTenant,
  keepFrom,
} from '@verimeter/reading-store';
import type pg from 'pg';
import type { Pool } from 'pg';
import { formatTimestamp } from '../binary-format.ts';
import { endOfOldChunks } from '../hypertable/upkeep.ts';
import { keepMoveAway } from '../hypertable/move/move-lock.ts';
import { isMoving } from '../hypertable/move/move-tables.ts';
import { readLayout } from '../layout.ts';
import { openOwnConnection } from '../own-connection.ts';
import { monthOf, partitionsOf } from './partition-list.ts';
import { DAYS_LOCK } from './reading-days.ts';

/** `verimeter store move` is copying what retention would drop, and would bring it back. */
const MOVING =
  'retention drops nothing while readings are moved into a hypertable: finish or abandon it with verimeter store move';

/** A partition that is detached and not dropped yet. */
const DETACHED = /^retired_(readings_y\d{4}m\d{2})$/;

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
    if (!(await keepMoveAway(client)) || (await isMoving(client)))
      throw new RetentionWaitsError(MOVING);
    const names = tenants.rows.map(({ tenant }) => tenant);
    return (await readLayout(client)) === 'hypertable'
      ? await dropChunks(client, names, beforeUs)
      : await drop(client, names, beforeUs);
  } finally {
    await client.end();
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
  if (until !== undefined) await keepFrom(client, tenants, formatTimestamp(until));
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

/** The same for the chunks of a hypertable, which are dropped together in one transaction. */
async function dropChunks(
  client: pg.Client,
  tenants: readonly string[],
  beforeUs: number,
): Promise<number> {
  const untilUs = await endOfOldChunks(client, beforeUs);
  if (untilUs === undefined) return 0;
  const until = formatTimestamp(untilUs);
  await keepFrom(client, tenants, until);
  return forEachTenant(
    client,
    tenants,
    async () => {
      await client.query(
        `${RETIRED}
         SELECT c.tenant, c.device_id, date_bin('1 hour', r.received_at, '2000-01-01Z'), count(*), 0
           FROM reading_retention k
          CROSS JOIN readings_received(date_trunc('hour', k.kept_from, 'UTC'), 'infinity') r
           JOIN channels c USING (channel_id)
          WHERE r.ts < $1::timestamptz GROUP BY 1, 2, 3 ${ADDED}`,
        [until],
      );
    },
    async () => {
      const { rows } = await client.query<{ dropped: number }>(
        'SELECT drop_reading_chunks($1::timestamptz) AS dropped',
        [until],
      );
      return rows[0]?.dropped ?? 0;
    },
  );
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

async function dropRetired(
  client: pg.Client,
  table: string,
  tenants: readonly string[],
): Promise<void> {
  await forEachTenant(
    client,
    tenants,
    async () => {
      await client.query(
        `${RETIRED}
         SELECT c.tenant, c.device_id, date_bin('1 hour', r.received_at, '2000-01-01Z'), count(*), 0
           FROM ${table} r JOIN channels c USING (channel_id), reading_retention k
          WHERE r.received_at >= date_trunc('hour', k.kept_from, 'UTC') GROUP BY 1, 2, 3 ${ADDED}`,
      );
    },
    async () => {
      await client.query(`DROP TABLE ${table}`);
    },
  );
}
