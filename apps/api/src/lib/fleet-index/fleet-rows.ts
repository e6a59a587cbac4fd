import { DUE_SOON_DAYS } from '@verimeter/metrology';
import type { Queryable } from '@verimeter/registry';

/** What the index knows of one device and judged quantity, as the database writes it in text. */
export interface FleetRow {
  readonly deviceId: string;
  /** '' where the device has no balanced quantity, or no answer yet. */
  readonly quantity: string;
  readonly kind: string;
  readonly serial: string | null;
  readonly address: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly accuracyClass: string | null;
  readonly online: boolean | null;
  /** Microseconds since 1970. */
  readonly lastSeenUs: number | null;
  readonly groupId: string | null;
  /** null: nothing is published of the device. */
  readonly indication: string | null;
  readonly recommendation: string | null;
  readonly legalStatus: string;
  /** Days since 1970. */
  readonly dueDay: number | null;
  readonly error: number | null;
  /** Error, or offset, as a multiple of its limit, without its sign. */
  readonly ofLimit: number | null;
  readonly overLimit: number | null;
  readonly drifted: number | null;
  readonly exitDay: number | null;
  readonly minimumDetectable: number | null;
  readonly findingStatus: string | null;
}

/** Instants of the index, in SQL. Status messages, or else any message whose clock was looked at. */
export const LAST_SEEN = 'greatest(d.online_at, c.last_received_at)';

/**
 * Devices with what is published of them; one row for each quantity. `ids` is a condition on a column `device_id`, or TRUE.
 * What a person has done last about an answer is its finding; the group of a device without an answer is the one it was put in last.
 */
export const fleetFrom = (ids: string): string => `
  FROM (SELECT * FROM devices WHERE ${ids}) d
  LEFT JOIN (SELECT * FROM health WHERE ${ids}) h ON h.tenant = d.tenant AND h.device_id = d.device_id
  LEFT JOIN (SELECT DISTINCT ON (device_id, quantity) device_id, quantity, id, status FROM findings
              WHERE device_id IS NOT NULL AND ${ids} ORDER BY device_id, quantity, id DESC) f
         ON f.device_id = d.device_id AND f.quantity = coalesce(h.quantity, '')
  LEFT JOIN (SELECT DISTINCT ON (device_id) device_id, group_id FROM members
              WHERE valid_to = 'infinity' AND ${ids} ORDER BY device_id, valid_from DESC, group_id) m
         ON m.device_id = d.device_id
  LEFT JOIN (SELECT device_id, last_received_at FROM device_clocks WHERE ${ids}) c ON c.device_id = d.device_id
  LEFT JOIN (SELECT device_id, state, due_on, due_earliest, due_latest FROM legal_states WHERE ${ids}) s ON s.device_id = d.device_id
  JOIN (SELECT tenant, (now() AT TIME ZONE zone)::date AS today FROM tenants) t ON t.tenant = d.tenant`;

export const GROUP_ID = 'coalesce(h.group_id, m.group_id)';
// Where the registry has the standing of a device, it counts; else what was published with the answer. As `statusOn` of the package metrology.
export const LEGAL_STATUS = `CASE
  WHEN s.device_id IS NULL THEN coalesce(h.legal_status, 'unknown')
  WHEN s.state <> 'dated' THEN s.state
  WHEN s.due_latest < t.today THEN 'expired'
  WHEN s.due_earliest >= t.today AND s.due_latest <= t.today + ${DUE_SOON_DAYS} THEN 'due_soon'
  WHEN s.due_earliest > t.today + ${DUE_SOON_DAYS} THEN 'valid'
  ELSE 'unknown' END`;
export const DUE_ON = `CASE
  WHEN s.device_id IS NULL THEN coalesce(h.valid_until, d.valid_until)
  WHEN s.state = 'dated' THEN coalesce(s.due_on, s.due_earliest) END`;
const OF_LIMIT = `abs(coalesce(h.error_estimate, h.offset_estimate)) / nullif(h."limit", 0)`;

const COLUMNS = `
  d.device_id, coalesce(h.quantity, ''), d.kind, d.serial, d.address, d.manufacturer, d.model, d.accuracy_class, d.online,
  (extract(epoch FROM ${LAST_SEEN}) * 1000000)::int8, ${GROUP_ID}, h.indication, h.recommendation, ${LEGAL_STATUS},
  (${DUE_ON}) - date '1970-01-01', h.error_estimate, ${OF_LIMIT}, h.probability_over_limit, h.probability_drifted,
  h.exit_date_median - date '1970-01-01', h.minimum_detectable, f.status`;

/** All rows, for COPY TO STDOUT. */
export const ALL_ROWS = `SELECT ${COLUMNS} ${fleetFrom('TRUE')} ORDER BY d.device_id`;

const numberOrNull = (text: string | undefined): number | null =>
  text === undefined || text === '\\N' ? null : Number(text);

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
};

function textOrNull(text: string | undefined): string | null {
  if (text === undefined || text === '\\N') return null;
  return text.includes('\\')
    ? text.replaceAll(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter)
    : text;
}

/** A line of PostgreSQL's text format. */
export function parseFleetRow(line: string): FleetRow {
  const fields = line.split('\t');
  const online = fields[8];
  return {
    deviceId: fields[0] ?? '',
    quantity: fields[1] ?? '',
    kind: fields[2] ?? '',
    serial: textOrNull(fields[3]),
    address: textOrNull(fields[4]),
    manufacturer: textOrNull(fields[5]),
    model: textOrNull(fields[6]),
    accuracyClass: textOrNull(fields[7]),
    online: online === 't' ? true : online === 'f' ? false : null,
    lastSeenUs: numberOrNull(fields[9]),
    groupId: textOrNull(fields[10]),
    indication: textOrNull(fields[11]),
    recommendation: textOrNull(fields[12]),
    legalStatus: fields[13] ?? 'unknown',
    dueDay: numberOrNull(fields[14]),
    error: numberOrNull(fields[15]),
    ofLimit: numberOrNull(fields[16]),
    overLimit: numberOrNull(fields[17]),
    drifted: numberOrNull(fields[18]),
    exitDay: numberOrNull(fields[19]),
    minimumDetectable: numberOrNull(fields[20]),
    findingStatus: textOrNull(fields[21]),
  };
}

const NAMED = `
  SELECT d.device_id AS "deviceId", coalesce(h.quantity, '') AS quantity, d.kind, d.serial, d.address, d.manufacturer, d.model,
         d.accuracy_class AS "accuracyClass", d.online, (extract(epoch FROM ${LAST_SEEN}) * 1000000)::int8 AS "lastSeenUs",
         ${GROUP_ID} AS "groupId", h.indication, h.recommendation, ${LEGAL_STATUS} AS "legalStatus",
         (${DUE_ON}) - date '1970-01-01' AS "dueDay", h.error_estimate AS error, ${OF_LIMIT} AS "ofLimit",
         h.probability_over_limit AS "overLimit", h.probability_drifted AS drifted,
         h.exit_date_median - date '1970-01-01' AS "exitDay", h.minimum_detectable AS "minimumDetectable", f.status AS "findingStatus"`;

/** The rows of some devices, as they are now. */
export async function readFleetRows(
  client: Queryable,
  deviceIds: readonly string[],
): Promise<FleetRow[]> {
  const { rows } = await client.query<FleetRow>(`${NAMED} ${fleetFrom('device_id = ANY ($1)')}`, [
    deviceIds,
  ]);
  return rows;
}
