import type { FleetSort } from '@verimeter/api-schema';
import type { Queryable } from '@verimeter/registry';

/** Parameters of GET /fleet that narrow it, as text. */
export type Filters = Readonly<Record<string, string | undefined>>;

export interface OracleRow {
  readonly device_id: string;
  readonly quantity: string | null;
  readonly serial: string | null;
  readonly address: string | null;
  readonly [column: string]: string | number | boolean | null;
}

const SOURCE = `
  SELECT d.device_id, h.quantity, d.kind, d.serial, d.address, d.manufacturer, d.model, d.accuracy_class, d.online,
         greatest(d.online_at, (SELECT c.last_received_at FROM device_clocks c WHERE c.tenant = d.tenant AND c.device_id = d.device_id)) AS last_seen,
         coalesce(h.group_id, (SELECT m.group_id FROM members m WHERE m.tenant = d.tenant AND m.device_id = d.device_id
                                 AND m.valid_to = 'infinity' ORDER BY m.valid_from DESC, m.group_id LIMIT 1)) AS group_id,
         h.indication, h.recommendation, h.error_estimate, h.probability_over_limit, h.probability_drifted, h.exit_date_median,
         h.minimum_detectable, CASE WHEN h."limit" <> 0 THEN abs(coalesce(h.error_estimate, h.offset_estimate)) / h."limit" END AS of_limit,
         CASE WHEN l.state IS NULL THEN coalesce(h.legal_status, 'unknown') WHEN l.state <> 'dated' THEN l.state
              WHEN l.due_latest < n.today THEN 'expired' WHEN l.due_earliest < n.today THEN 'unknown'
              WHEN l.due_latest < n.today + 61 THEN 'due_soon' WHEN l.due_earliest < n.today + 61 THEN 'unknown' ELSE 'valid' END AS legal_status,
         CASE WHEN l.state IS NULL THEN coalesce(h.valid_until, d.valid_until) WHEN l.state = 'dated' THEN coalesce(l.due_on, l.due_earliest) END AS due_on,
         (SELECT f.status FROM findings f WHERE f.tenant = d.tenant AND f.device_id = d.device_id AND f.quantity = coalesce(h.quantity, '')
           ORDER BY f.id DESC LIMIT 1) AS finding_status,
         CASE h.recommendation WHEN 'reverify' THEN 0 WHEN 'inspect' THEN 1 WHEN 'watch' THEN 2 WHEN 'none' THEN 3 ELSE 4 END AS rank
    FROM devices d LEFT JOIN health h USING (tenant, device_id) LEFT JOIN legal_states l USING (tenant, device_id)
    JOIN (SELECT tenant, (now() AT TIME ZONE zone)::date AS today FROM tenants) n USING (tenant)
   WHERE d.tenant = $1`;

const KEYS: Readonly<Record<FleetSort, readonly string[]>> = {
  risk: ['rank', '-coalesce(probability_drifted, -1)'],
  device_id: [],
  error: ['error_estimate'],
  error_of_limit: ['of_limit'],
  probability_over_limit: ['probability_over_limit'],
  probability_drifted: ['probability_drifted'],
  minimum_detectable: ['minimum_detectable'],
  exit_date: ['exit_date_median'],
  due_on: ['due_on'],
  last_seen: ['last_seen'],
};

const stripped = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll(/[đĐ]/g, 'd').toLowerCase();

function isFound(row: OracleRow, q: string): boolean {
  const text = stripped(q);
  if (row.device_id.toLowerCase().startsWith(text)) return true;
  if (row.serial !== null && stripped(row.serial).startsWith(text)) return true;
  if (row.address === null) return false;
  const words = stripped(row.address).split(/[^a-z0-9]+/);
  return text
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
    .every((part) => words.some((word) => word.startsWith(part)));
}

/** What GET /fleet has to answer on all its pages together, by SQL that knows nothing of an index. */
export async function askOracle(
  client: Queryable,
  tenant: string,
  filters: Filters,
  sort: string,
): Promise<OracleRow[]> {
  const down = sort.startsWith('-');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test's own literal
  const keys = KEYS[sort.replace('-', '') as FleetSort];
  const order = [
    ...keys.map((key) => `${key} ${down ? 'DESC' : 'ASC'} NULLS LAST`),
    `device_id COLLATE "C" ${down ? 'DESC' : 'ASC'}`,
    `coalesce(quantity, '') COLLATE "C" ${down ? 'DESC' : 'ASC'}`,
  ].join(', ');
  const values: unknown[] = [tenant];
  const conditions = Object.entries(filters).flatMap(([name, written]) => {
    if (written === undefined || name === 'q') return [];
    if (name === 'due_before') return [`due_on <= $${values.push(written)}::date`];
    const column = name === 'group' ? 'group_id' : name;
    const list = ['manufacturer', 'model', 'accuracy_class'].includes(name)
      ? [written]
      : written.split(',');
    const nothing =
      list.includes(name === 'online' ? 'unknown' : 'none') && /online|finding/.test(name);
    return [
      `(${column}::text = ANY ($${values.push(list)}) ${nothing ? `OR ${column} IS NULL` : ''})`,
    ];
  });
  const { rows } = await client.query<OracleRow>(
    `SELECT * FROM (${SOURCE}) s WHERE ${['TRUE', ...conditions].join(' AND ')} ORDER BY ${order}`,
    values,
  );
  const { q } = filters;
  return q === undefined ? rows : rows.filter((row) => isFound(row, q));
}
