import { type FleetRow, FLEET_COLUMNS } from '@verimeter/api-schema';
import type { Queryable } from '@verimeter/registry';
import { instantOrNull } from '../instants.ts';
import { DUE_ON, GROUP_ID, LAST_SEEN, LEGAL_STATUS, fleetFrom } from './fleet-rows.ts';

type StoredRow = Omit<FleetRow, 'as_of' | 'last_seen'> & {
  row_quantity: string;
  as_of: number | null;
  last_seen: number | null;
};

/** Columns that are not those of the answer. */
const OTHERS: Readonly<Record<string, string>> = {
  device_id: 'd.device_id',
  kind: 'd.kind',
  serial: 'd.serial',
  manufacturer: 'd.manufacturer',
  model: 'd.model',
  accuracy_class: 'd.accuracy_class',
  nominal: 'd.nominal',
  built_year: 'd.built_year',
  installed_on: 'd.installed_on',
  verified_on: 'd.verified_on',
  address: 'd.address',
  lat: 'd.lat',
  lon: 'd.lon',
  online: 'd.online',
  last_seen: LAST_SEEN,
  group_id: GROUP_ID,
  group_name: 'NULL::text', // read by itself: the names of a page are few
  legal_status: LEGAL_STATUS,
  due_on: DUE_ON,
  finding_id: 'f.id',
  finding_status: 'f.status',
};
const COLUMNS = FLEET_COLUMNS.map(
  (column) => `${OTHERS[column] ?? `h."${column}"`} AS "${column}"`,
).join(', ');
const ROWS = `SELECT coalesce(h.quantity, '') AS row_quantity, ${COLUMNS} ${fleetFrom('device_id = ANY ($1)')}`;

/** These rows as they are in the database now, in this order. One that has gone meanwhile is left out. */
export async function readPageRows(
  client: Queryable,
  wanted: readonly { readonly deviceId: string; readonly quantity: string }[],
): Promise<FleetRow[]> {
  if (wanted.length === 0) return [];
  const ids = [...new Set(wanted.map(({ deviceId }) => deviceId))];
  const { rows } = await client.query<StoredRow>({
    // Planned once for each connection: five joins take as long to plan as to run.
    name: 'fleet_page',
    text: ROWS,
    values: [ids],
  });
  const names = await readGroupNames(
    client,
    rows.map((row) => row.group_id),
  );
  const found = new Map(rows.map((row) => [`${row.device_id} ${row.row_quantity}`, row]));
  return wanted.flatMap(({ deviceId, quantity }) => {
    const row = found.get(`${deviceId} ${quantity}`);
    if (row === undefined) return [];
    const { row_quantity: _quantity, ...shown } = row;
    return [
      {
        ...shown,
        as_of: instantOrNull(row.as_of),
        last_seen: instantOrNull(row.last_seen),
        group_name: names.get(row.group_id) ?? null,
      },
    ];
  });
}

/** Names of groups; those without a name, or that are none, are missing. */
export async function readGroupNames(
  client: Queryable,
  groupIds: readonly (string | null)[],
): Promise<ReadonlyMap<string | null, string>> {
  const { rows } = await client.query<{ group_id: string; name: string }>(
    'SELECT group_id, name FROM groups WHERE group_id = ANY ($1) AND name IS NOT NULL',
    [[...new Set(groupIds)].filter((id) => id !== null)],
  );
  return new Map(rows.map(({ group_id, name }) => [group_id, name]));
}
