import {
  DUE_SOON_DAYS,
  type LegalReason,
  type LegalStanding,
  type ValidityPrecision,
  addDays,
} from '@verimeter/metrology';
import type { DeviceKind, LegalStatus } from '@verimeter/telemetry';
import type { Queryable } from './pools.ts';

/** How a device stands, with what is shown of it. */
export interface LegalStateRow {
  readonly device_id: string;
  readonly kind: DeviceKind;
  readonly serial: string | null;
  readonly address: string | null;
  readonly status: LegalStatus;
  readonly state: LegalStanding['state'];
  readonly verified_on: string | null;
  readonly due_on: string | null;
  readonly due_precision: ValidityPrecision | null;
  readonly due_earliest: string | null;
  readonly due_latest: string | null;
  readonly provisional_due_on: string | null;
  readonly provisional_latest_on: string | null;
  readonly since: string | null;
  readonly reasons: LegalReason[];
  readonly rules: string[];
}

/** Which devices; a field that is undefined leaves none out. */
export interface LegalStateFilter {
  readonly statuses?: readonly LegalStatus[] | undefined;
  readonly kinds?: readonly DeviceKind[] | undefined;
  /** Members of it now. */
  readonly groupId?: string | undefined;
  readonly dueFrom?: string | undefined;
  readonly dueBefore?: string | undefined;
  /** Whether days that unverified rules give are due days as well. */
  readonly provisional: boolean;
}

/** Status on the day $2; $3 is the first day that is not due soon any more. As `statusOn` of the package metrology. */
const STATUS = `
  CASE WHEN s.state <> 'dated' THEN s.state
       WHEN s.due_latest < $2 THEN 'expired'
       WHEN s.due_earliest >= $2 AND s.due_latest < $3 THEN 'due_soon'
       WHEN s.due_earliest >= $3 THEN 'valid'
       ELSE 'unknown' END`;

/** Of all rows that are `unknown` on some day, as the index legal_states_unknown has it. */
const MAY_BE_UNKNOWN = `(s.state = 'unknown' OR s.due_earliest <> s.due_latest)`;

const IN_GROUP = `
  ($4::text IS NULL OR EXISTS (
     SELECT FROM members m WHERE m.tenant = s.tenant AND m.device_id = s.device_id AND m.group_id = $4
                             AND m.valid_from <= now() AND now() < m.valid_to))`;

const daysOf = (today: string): [string, string] => [today, addDays(today, DUE_SOON_DAYS + 1)];

const NO_DAY = 'infinity';

/** Days that devices of a status can have in the list, so that only that part of it is looked through. */
function daysOfStatus(
  status: LegalStatus,
  [today, later]: readonly [string, string],
): readonly [string, string] {
  switch (status) {
    case 'expired':
      return ['-infinity', addDays(today, -1)];
    case 'due_soon':
      return [today, addDays(later, -1)];
    case 'valid':
      return [later, NO_DAY];
    case 'void':
    case 'not_regulated':
      return [NO_DAY, NO_DAY];
    case 'unknown':
      return ['-infinity', NO_DAY];
    default:
      return status satisfies never;
  }
}

/** `-infinity` and `infinity` are before and behind all days. */
const order = (day: string): string => (day === '-infinity' ? '' : day === NO_DAY ? '~' : day);
const earlier = (left: string, right: string): string =>
  order(left) <= order(right) ? left : right;
const later = (left: string, right: string): string => (order(left) >= order(right) ? left : right);

function boundsOf(
  statuses: readonly LegalStatus[],
  days: readonly [string, string],
): readonly [string, string] {
  const spans = statuses.map((status) => daysOfStatus(status, days));
  return [
    spans.map(([from]) => from).reduce(earlier, NO_DAY),
    spans.map(([, to]) => to).reduce(later, '-infinity'),
  ];
}

/** Position in the list: day (`infinity` for none) and device. */
export type LegalStatePosition = readonly [day: string, deviceId: string];
export const legalStatePosition = (row: LegalStateRow): LegalStatePosition => [
  row.due_earliest ?? row.provisional_due_on ?? NO_DAY,
  row.device_id,
];

/** Those due first, by day and device. */
export async function readLegalStates(
  client: Queryable,
  tenant: string,
  filter: LegalStateFilter,
  page: {
    readonly today: string;
    readonly limit: number;
    readonly after?: LegalStatePosition | undefined;
  },
): Promise<LegalStateRow[]> {
  const day = filter.provisional ? 's.earliest_on' : 's.due_earliest';
  const days = daysOf(page.today);
  const { statuses } = filter;
  const [from, to] = statuses === undefined ? ['-infinity', NO_DAY] : boundsOf(statuses, days);
  const narrowed =
    statuses?.length === 1 && statuses[0] === 'unknown' ? ` AND ${MAY_BE_UNKNOWN}` : '';
  const { rows } = await client.query<LegalStateRow>(
    `SELECT s.device_id, d.kind, d.serial, d.address, ${STATUS} AS status, s.state, s.verified_on, s.due_on, s.due_precision, s.due_earliest,
            s.due_latest, s.provisional_due_on, s.provisional_latest_on, s.since, s.reasons, s.rules
       FROM legal_states s JOIN devices d USING (tenant, device_id)
      WHERE s.tenant = $1${narrowed} AND ${IN_GROUP}
        AND ($5::text[] IS NULL OR s.kind = ANY ($5))
        AND ($6::text[] IS NULL OR ${STATUS} = ANY ($6)) AND s.sort_on BETWEEN $12 AND $13
        AND ($7::date IS NULL OR ${day} >= $7) AND ($8::date IS NULL OR ${day} < $8)
        AND ($9::date IS NULL OR (s.sort_on, s.device_id) > ($9, $10))
      ORDER BY s.sort_on, s.device_id LIMIT $11`,
    [
      tenant,
      ...days,
      filter.groupId ?? null,
      filter.kinds ?? null,
      statuses ?? null,
      filter.dueFrom ?? null,
      filter.dueBefore ?? null,
      page.after?.[0] ?? null,
      page.after?.[1] ?? null,
      page.limit,
      filter.dueFrom === undefined ? from : later(from, filter.dueFrom),
      filter.dueBefore === undefined ? to : earlier(to, filter.dueBefore),
    ],
  );
  return rows;
}

export interface LegalCount {
  readonly status: LegalStatus;
  /** `YYYY-MM` of the day on which it is due, or would be by unverified rules. */
  readonly month: string | null;
  readonly provisional: boolean;
  /** Its legal date, or the earliest of several, is past. */
  readonly overdue: boolean;
  readonly devices: number;
}

/** Devices by status, month, and whether that is a legal date. */
export async function countLegalStates(
  client: Queryable,
  tenant: string,
  filter: Pick<LegalStateFilter, 'kinds' | 'groupId'>,
  today: string,
): Promise<LegalCount[]> {
  const { rows } = await client.query<LegalCount>(
    `SELECT ${STATUS} AS status, CASE WHEN isfinite(s.sort_on) THEN to_char(s.sort_on, 'YYYY-MM') END AS month, s.due_earliest IS NULL AS provisional,
            coalesce(s.due_earliest < $2, false) AS overdue, sum(s.devices)::bigint AS devices
       FROM (SELECT s.state, s.due_earliest, s.due_latest, s.sort_on, count(*) AS devices FROM legal_states s
              WHERE s.tenant = $1 AND ${IN_GROUP} AND ($5::text[] IS NULL OR s.kind = ANY ($5))
              GROUP BY 1, 2, 3, 4) s
      GROUP BY 1, 2, 3, 4`,
    [tenant, ...daysOf(today), filter.groupId ?? null, filter.kinds ?? null],
  );
  return rows;
}
