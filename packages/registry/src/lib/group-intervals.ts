import type { MemberRole } from '@verimeter/telemetry';
import { type IntervalColumns, intervalsOfDay, type KeptInterval } from './interval-columns.ts';
import { dayOfDate, INTERVAL_COLUMNS, utcDate } from './interval-days.ts';
import type { Queryable } from './pools.ts';

/** Intervals of a register of a member that end within a day (UTC), and the spell in which it is a member. */
export interface MemberDay {
  readonly deviceId: string;
  readonly role: MemberRole;
  readonly quantity: string;
  /** Microseconds since 1970; infinite: open. */
  readonly memberFromUs: number;
  readonly memberToUs: number;
  readonly intervals: readonly KeptInterval[];
}

type Row = IntervalColumns & {
  readonly device_id: string;
  readonly role: MemberRole;
  readonly quantity: string;
  readonly valid_from: number;
  readonly valid_to: number;
  readonly day: string;
};

/**
 * The formed intervals of a group's members in the days (UTC) from one instant to another, both days included; under the policies of
 * the client.
 */
export async function readGroupIntervals(
  client: Queryable,
  groupId: string,
  quantities: readonly string[],
  fromUs: number,
  untilUs: number,
): Promise<MemberDay[]> {
  const { rows } = await client.query<Row>(
    `SELECT m.device_id, m.role, c.quantity, m.valid_from, m.valid_to, d.day,
            ${INTERVAL_COLUMNS.replaceAll(/(\w+)/g, 'd.$1')}
       FROM members m
       JOIN channels c USING (tenant, device_id)
       JOIN interval_days d ON d.channel_id = c.channel_id AND d.superseded_at IS NULL
      WHERE m.group_id = $1 AND m.role IN ('supply', 'supply_out', 'consumer') AND c.quantity = ANY ($2)
        AND d.day BETWEEN $3 AND $4`,
    [groupId, quantities, utcDate(fromUs), utcDate(untilUs)],
  );
  return rows.map((row) => ({
    deviceId: row.device_id,
    role: row.role,
    quantity: row.quantity,
    memberFromUs: row.valid_from,
    memberToUs: row.valid_to,
    intervals: intervalsOfDay(dayOfDate(row.day), row),
  }));
}

/** The first and the last day (UTC) of which intervals of a group's members are formed; undefined: none. */
export async function groupIntervalSpan(
  client: Queryable,
  groupId: string,
  quantities: readonly string[],
): Promise<{ readonly firstDayUs: number; readonly lastDayUs: number } | undefined> {
  const { rows } = await client.query<{ first: string | null; last: string | null }>(
    `SELECT min(first) AS first, max(last) AS last
       FROM members m JOIN channels c USING (tenant, device_id)
       CROSS JOIN LATERAL (
         SELECT (SELECT day FROM interval_days d WHERE d.channel_id = c.channel_id AND d.superseded_at IS NULL ORDER BY day LIMIT 1) AS first,
                (SELECT day FROM interval_days d WHERE d.channel_id = c.channel_id AND d.superseded_at IS NULL ORDER BY day DESC LIMIT 1) AS last) s
      WHERE m.group_id = $1 AND c.quantity = ANY ($2)`,
    [groupId, quantities],
  );
  const [row] = rows;
  return row?.first === null || row?.first === undefined || row.last === null
    ? undefined
    : { firstDayUs: dayOfDate(row.first), lastDayUs: dayOfDate(row.last) };
}
