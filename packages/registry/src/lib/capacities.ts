import type { PlanAuthor } from './plans.ts';
import type { Queryable } from './pools.ts';

/** What a team can do in each month from `valid_from` to `valid_to`, first days of months. */
export interface CapacityRow {
  readonly team: string;
  readonly kinds: string[] | null;
  readonly areas: string[] | null;
  readonly visits_per_month: number | null;
  readonly minutes_per_month: number | null;
  readonly depot_lat: number | null;
  readonly depot_lon: number | null;
  readonly valid_from: string;
  readonly valid_to: string | null;
}

export interface EnteredCapacity extends CapacityRow {
  readonly entered_by: string;
  readonly entered_by_name: string | null;
  readonly entered_at: number;
}

const COLUMNS = `team, kinds, areas, visits_per_month, minutes_per_month, depot_lat, depot_lon, valid_from, valid_to`;

export async function readCapacities(db: Queryable, tenant: string): Promise<EnteredCapacity[]> {
  const { rows } = await db.query<EnteredCapacity>(
    `SELECT ${COLUMNS}, entered_by, entered_by_name, entered_at FROM capacities
      WHERE tenant = $1 AND withdrawn_at IS NULL ORDER BY team, valid_from`,
    [tenant],
  );
  return rows;
}

/** Puts these in place of all that there are; rows that stay as they are keep who entered them. */
export async function replaceCapacities(
  db: Queryable,
  tenant: string,
  wanted: readonly CapacityRow[],
  author: PlanAuthor,
): Promise<void> {
  // one after the other: two that replace at once would both find the same rows to withdraw
  await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`verimeter.capacities ${tenant}`]);
  const records = JSON.stringify(wanted);
  const recordset = `jsonb_to_recordset($2::jsonb) AS w (team text, kinds text[], areas text[], visits_per_month integer,
    minutes_per_month integer, depot_lat float8, depot_lon float8, valid_from date, valid_to date)`;
  const same = `(c.team, c.kinds, c.areas, c.visits_per_month, c.minutes_per_month, c.depot_lat, c.depot_lon, c.valid_from, c.valid_to)
    IS NOT DISTINCT FROM (w.team, w.kinds, w.areas, w.visits_per_month, w.minutes_per_month, w.depot_lat, w.depot_lon, w.valid_from, w.valid_to)`;
  await db.query(
    `UPDATE capacities c SET withdrawn_by = $3, withdrawn_by_name = $4, withdrawn_at = now()
      WHERE c.tenant = $1 AND c.withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM ${recordset} WHERE ${same})`,
    [tenant, records, author.id, author.name],
  );
  await db.query(
    `INSERT INTO capacities (tenant, ${COLUMNS}, entered_by, entered_by_name)
     SELECT $1, w.team, w.kinds, w.areas, w.visits_per_month, w.minutes_per_month, w.depot_lat, w.depot_lon, w.valid_from, w.valid_to, $3, $4
       FROM ${recordset}
      WHERE NOT EXISTS (SELECT FROM capacities c WHERE c.tenant = $1 AND c.withdrawn_at IS NULL AND ${same})
      ORDER BY w.team, w.valid_from`,
    [tenant, records, author.id, author.name],
  );
}

/** The last version; undefined: the usual ones count. */
export async function readPlanSettings(db: Queryable, tenant: string): Promise<unknown> {
  const { rows } = await db.query<{ settings: unknown }>(
    'SELECT settings FROM plan_settings WHERE tenant = $1 ORDER BY version DESC LIMIT 1',
    [tenant],
  );
  return rows[0]?.settings;
}

export async function writePlanSettings(
  db: Queryable,
  tenant: string,
  settings: object,
  author: PlanAuthor,
): Promise<void> {
  await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`verimeter.plans ${tenant}`]);
  await db.query(
    `INSERT INTO plan_settings (tenant, version, settings, entered_by, entered_by_name)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4 FROM plan_settings WHERE tenant = $1`,
    [tenant, JSON.stringify(settings), author.id, author.name],
  );
}
