import type { Queryable } from '@verimeter/registry';
import type { CellValue, Column } from './files.ts';

const TABLES = {
  devices: 'devices',
  groups: 'groups',
  members: 'members',
  verifications: 'verifications',
  'legal-events': 'legal_events',
} as const;
export type RegistryFileKind = keyof typeof TABLES;

/** Who entered what a file brings. */
const IMPORT = 'import';
const ENTERED: ReadonlySet<RegistryFileKind> = new Set(['verifications', 'legal-events']);
/** What is set beside the columns of a row that changes. */
const TOUCHED: Readonly<Partial<Record<RegistryFileKind, string>>> = {
  devices: ', updated_at = now()',
  verifications: `, entered_by = '${IMPORT}', entered_by_name = NULL, change_reason = NULL`,
};

export type Cells = Readonly<Record<string, CellValue>>;

/**
 * Inserts or updates rows by their key; returns how many changed anything. Columns that the file does not have keep
 * their values. No two rows may have the same key.
 */
export async function upsertRows(
  client: Queryable,
  kind: RegistryFileKind,
  tenant: string,
  columns: readonly Column[],
  rows: readonly Cells[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const table = TABLES[kind];
  // A cell may fill two columns of the table.
  const targets = columns.flatMap(({ target, sqlType, isKey, beside }) => [
    { target, sqlType, isKey },
    ...(beside === undefined
      ? []
      : [{ target: beside.target, sqlType: beside.sqlType, isKey: false }]),
  ]);
  const names = targets.map(({ target }) => target);
  const keys = targets.filter(({ isKey }) => isKey).map(({ target }) => target);
  const others = targets.filter(({ isKey }) => !isKey).map(({ target }) => target);
  const onConflict =
    others.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(', ')}${TOUCHED[kind] ?? ''}
         WHERE (${others.map((name) => `t.${name}`).join(', ')})
           IS DISTINCT FROM (${others.map((name) => `excluded.${name}`).join(', ')})`;
  const result = await client.query(
    `INSERT INTO ${table} AS t (tenant, ${[...names, ...(ENTERED.has(kind) ? ['entered_by'] : [])].join(', ')})
     SELECT $1, ${[...names.map((name) => `r.${name}`), ...(ENTERED.has(kind) ? [`'${IMPORT}'`] : [])].join(', ')}
       FROM jsonb_to_recordset($2::jsonb)
         AS r(${targets.map(({ target, sqlType }) => `${target} ${sqlType}`).join(', ')})
     ON CONFLICT (tenant, ${keys.join(', ')})${kind === 'legal-events' ? ' WHERE withdrawn_at IS NULL' : ''} ${onConflict}`,
    [tenant, JSON.stringify(rows)],
  );
  return result.rowCount ?? 0;
}

const written = (value: CellValue | undefined): string => (typeof value === 'string' ? value : '');

/** The verification that a row is a test point of. Of its parts only the last can have a line break. */
export const verificationKey = (cells: Cells): string =>
  [cells['device_id'], cells['verified_on'], cells['certificate_no']].map(written).join('\n');

/** Ids of verification records by their keys. */
export async function verificationIds(
  client: Queryable,
  tenant: string,
  keys: readonly string[],
): Promise<number[]> {
  if (keys.length === 0) return [];
  const parts = keys.map((key) => key.split('\n'));
  const result = await client.query<{ id: number }>(
    `SELECT DISTINCT v.record_id AS id
       FROM unnest($2::text[], $3::date[], $4::text[]) AS k (device_id, verified_on, certificate_no)
       JOIN verifications v ON v.tenant = $1 AND v.device_id = k.device_id AND v.verified_on = k.verified_on
                           AND v.certificate_no = k.certificate_no
      ORDER BY 1`,
    [
      tenant,
      parts.map(([id]) => id),
      parts.map(([, on]) => on),
      parts.map(([, , ...no]) => no.join('\n')),
    ],
  );
  return result.rows.map((row) => row.id);
}

/** Which of the identifiers exist. */
export async function existingIds(
  client: Queryable,
  kind: 'devices' | 'groups',
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const column = kind === 'devices' ? 'device_id' : 'group_id';
  const result = await client.query<{ id: string }>(
    `SELECT ${column} AS id FROM ${TABLES[kind]} WHERE tenant = $1 AND ${column} = ANY($2)`,
    [tenant, ids],
  );
  return new Set(result.rows.map((row) => row.id));
}

/** Of the verifications or reports that a file brings, those that somebody withdrew, by the key of `withdrawnKey`. */
export async function withdrawnKeys(
  client: Queryable,
  kind: 'verifications' | 'legal-events',
  tenant: string,
  deviceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const [day, second] =
    kind === 'verifications' ? ['verified_on', 'certificate_no'] : ['happened_on', 'kind'];
  const { rows } = await client.query<{ device_id: string; day: string; second: string }>(
    `SELECT DISTINCT device_id, ${day} AS day, ${second} AS second FROM ${TABLES[kind]}
      WHERE tenant = $1 AND device_id = ANY ($2) AND withdrawn_at IS NOT NULL`,
    [tenant, deviceIds],
  );
  return new Set(rows.map((row) => withdrawnKey(row.device_id, row.day, row.second)));
}

export const withdrawnKey = (deviceId: string, day: string, second: string): string =>
  [deviceId, day, second].join('\n');

export interface StoredMember {
  readonly groupId: string;
  readonly groupKind: string;
  readonly deviceId: string;
  readonly role: string;
  /** Microseconds since 1970, or infinite. */
  readonly fromUs: number;
  readonly toUs: number;
}

/** The memberships of the given devices. Blocks other imports of members until the transaction ends. */
export async function lockMembers(
  client: Queryable,
  tenant: string,
  deviceIds: readonly string[],
): Promise<readonly StoredMember[]> {
  await client.query('LOCK TABLE members IN SHARE ROW EXCLUSIVE MODE');
  const result = await client.query<{
    group_id: string;
    kind: string;
    device_id: string;
    role: string;
    valid_from: number;
    valid_to: number;
  }>(
    `SELECT m.group_id, g.kind, m.device_id, m.role, m.valid_from, m.valid_to
       FROM members m JOIN groups g USING (tenant, group_id)
      WHERE m.tenant = $1 AND m.device_id = ANY($2)`,
    [tenant, deviceIds],
  );
  return result.rows.map((row) => ({
    groupId: row.group_id,
    groupKind: row.kind,
    deviceId: row.device_id,
    role: row.role,
    fromUs: row.valid_from,
    toUs: row.valid_to,
  }));
}

/** Kinds of the tenant's groups. */
export async function groupKinds(
  client: Queryable,
  tenant: string,
): Promise<ReadonlyMap<string, string>> {
  const result = await client.query<{ group_id: string; kind: string }>(
    'SELECT group_id, kind FROM groups WHERE tenant = $1',
    [tenant],
  );
  return new Map(result.rows.map((row) => [row.group_id, row.kind]));
}
