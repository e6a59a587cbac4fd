import type { DeviceKind } from '@verimeter/telemetry';
import type { Queryable } from './pools.ts';

/** Devices that publish on topics of their own, in a dialect of their own. */
export interface SourceRow {
  readonly tenant: string;
  readonly name: string;
  readonly filter: string;
  readonly dialect: string;
  /** Of sources whose filters match a topic the one with the lowest rank takes it. */
  readonly rank: number;
  readonly enabled: boolean;
  /** As it was written: whoever reads it checks it. */
  readonly settings: unknown;
  readonly provision: boolean;
  /** null: what its quantities say. */
  readonly provision_kind: DeviceKind | null;
  readonly provision_per_day: number;
  readonly changed_by: string;
  /** Microseconds since 1970. */
  readonly changed_at: number;
  /** Zone of the tenant: that of local times where the settings name none. */
  readonly tenant_zone: string;
}

const COLUMNS = `s.tenant, s.name, s.filter, s.dialect, s.rank, s.enabled, s.settings, s.provision, s.provision_kind, s.provision_per_day,
  s.changed_by, s.changed_at, t.zone AS tenant_zone`;

/** Sources by tenant and name; of all tenants where none is named and the role may. */
export async function readSources(db: Queryable, tenant?: string): Promise<SourceRow[]> {
  const { rows } = await db.query<SourceRow>(
    `SELECT ${COLUMNS} FROM sources s JOIN tenants t USING (tenant)
      WHERE $1::text IS NULL OR s.tenant = $1 ORDER BY s.tenant, s.name`,
    [tenant ?? null],
  );
  return rows;
}

/** Writers of sources go one after the other: what overlaps is checked against what there is. In a transaction. */
export async function lockSources(db: Queryable): Promise<void> {
  await db.query("SELECT pg_advisory_xact_lock(hashtext('verimeter.sources'))");
}

/** Whether a source of another tenant takes topics of this filter. */
export async function isFilterTaken(
  db: Queryable,
  tenant: string,
  filter: string,
): Promise<boolean> {
  const { rows } = await db.query<{ taken: boolean }>(
    'SELECT source_filter_is_taken($1, $2) AS taken',
    [tenant, filter],
  );
  return rows[0]?.taken === true;
}

/** Adds the source, or gives the one of this name all of it anew. */
export async function writeSource(
  db: Queryable,
  source: Omit<SourceRow, 'changed_at' | 'tenant_zone'>,
): Promise<void> {
  await db.query(
    `INSERT INTO sources (tenant, name, filter, dialect, rank, enabled, settings, provision, provision_kind, provision_per_day, changed_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (tenant, name) DO UPDATE
       SET filter = excluded.filter, dialect = excluded.dialect, rank = excluded.rank, enabled = excluded.enabled,
           settings = excluded.settings, provision = excluded.provision, provision_kind = excluded.provision_kind,
           provision_per_day = excluded.provision_per_day, changed_by = excluded.changed_by, changed_at = now()`,
    [
      source.tenant,
      source.name,
      source.filter,
      source.dialect,
      source.rank,
      source.enabled,
      JSON.stringify(source.settings),
      source.provision,
      source.provision_kind,
      source.provision_per_day,
      source.changed_by,
    ],
  );
}

/** Whether there was such a source. */
export async function removeSource(db: Queryable, tenant: string, name: string): Promise<boolean> {
  const result = await db.query('DELETE FROM sources WHERE tenant = $1 AND name = $2', [
    tenant,
    name,
  ]);
  return result.rowCount === 1;
}
