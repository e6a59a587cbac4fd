import type {
  ValidationException,
  ValidationRuleName,
  ValidationSeverity,
} from '@verimeter/telemetry';
import { timestamptz } from './instants.ts';
import type { Queryable } from './pools.ts';

/** What a rule found in a channel, and the rule set that it belongs to. */
export interface StoredException extends ValidationException {
  readonly channelId: number;
  readonly rulesVersion: number;
}

interface ExceptionRow {
  readonly channel_id: number;
  readonly ts: number;
  readonly until_ts: number;
  readonly rules_version: number;
  readonly rule: ValidationRuleName;
  readonly severity: ValidationSeverity;
  readonly code: string;
  readonly marks: boolean;
  readonly value: number | null;
  readonly expected: number | null;
}

const COLUMNS =
  'channel_id, ts, until_ts, rules_version, rule, severity, code, marks, value, expected';

const toException = (row: ExceptionRow): StoredException => ({
  channelId: row.channel_id,
  fromUs: row.ts,
  toUs: row.until_ts,
  rulesVersion: row.rules_version,
  rule: row.rule,
  severity: row.severity,
  code: row.code,
  marks: row.marks,
  value: row.value ?? Number.NaN,
  expected: row.expected ?? Number.NaN,
});

/** Without the digits that differences of floating-point numbers have by themselves. */
const finiteOrNull = (value: number): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(9)) : null;

/**
 * $2: channels, $3 to $4: the time (the former exclusive) of which nothing else is there afterwards, $5: what was found. What is the same
 * stays as it is.
 */
const REPLACE = `
  WITH input AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($5::jsonb) AS r (
      channel_id integer, ts timestamptz, until_ts timestamptz, rules_version integer, rule text, severity text, code text,
      marks boolean, value float8, expected float8)
  ), gone AS (
    DELETE FROM validation_exceptions e USING unnest($2::integer[]) AS c (channel_id)
     WHERE e.channel_id = c.channel_id AND e.ts <= $4 AND e.until_ts >= $3 AND (e.until_ts > $3 OR NOT e.marks)
       AND NOT EXISTS (SELECT FROM input i WHERE i.channel_id = e.channel_id AND i.ts = e.ts
                                             AND i.rules_version = e.rules_version AND i.rule = e.rule)
    RETURNING 1
  ), renamed AS (
    DELETE FROM validation_exceptions e USING input i
     WHERE e.channel_id = i.channel_id AND e.ts = i.ts AND e.rule = i.rule AND e.rules_version <> i.rules_version
  ), written AS (
    INSERT INTO validation_exceptions AS e (tenant, ${COLUMNS})
    SELECT $1, ${COLUMNS} FROM input ORDER BY channel_id, ts, rules_version, rule
    ON CONFLICT (channel_id, ts, rules_version, rule) DO UPDATE SET
      (until_ts, severity, code, marks, value, expected) =
      (excluded.until_ts, excluded.severity, excluded.code, excluded.marks, excluded.value, excluded.expected)
      WHERE (e.until_ts, e.severity, e.code, e.marks, e.value, e.expected) IS DISTINCT FROM
            (excluded.until_ts, excluded.severity, excluded.code, excluded.marks, excluded.value, excluded.expected)
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM gone)::int AS gone, (SELECT count(*) FROM written)::int AS written`;

/** Makes the exceptions of some channels in a time those that were found; returns how many rows that changed. */
export async function replaceExceptions(
  client: Queryable,
  tenant: string,
  where: { readonly channelIds: readonly number[]; readonly fromUs: number; readonly toUs: number },
  found: readonly StoredException[],
): Promise<number> {
  const { channelIds, fromUs, toUs } = where;
  const keys = new Set<string>();
  const rows = found.flatMap((exception) => {
    const { channelId, rule, rulesVersion } = exception;
    const key = `${channelId} ${exception.fromUs} ${rule}`;
    // a conflict and a repetition of one reading are one row
    if (keys.has(key)) return [];
    keys.add(key);
    return [
      {
        channel_id: channelId,
        ts: timestamptz(exception.fromUs),
        until_ts: timestamptz(exception.toUs),
        rules_version: rulesVersion,
        rule,
        severity: exception.severity,
        code: exception.code,
        marks: exception.marks,
        value: finiteOrNull(exception.value),
        expected: finiteOrNull(exception.expected),
      },
    ];
  });
  const result = await client.query<{ gone: number; written: number }>(REPLACE, [
    tenant,
    channelIds,
    timestamptz(fromUs),
    timestamptz(toUs),
    JSON.stringify(rows),
  ]);
  const [counts] = result.rows;
  return (counts?.gone ?? 0) + (counts?.written ?? 0);
}

/** Exceptions of some channels that began before one instant and reach to another one or beyond. */
export async function exceptionsAcross(
  client: Queryable,
  channelIds: readonly number[],
  rules: readonly ValidationRuleName[],
  { sinceUs, beforeUs }: { readonly sinceUs: number; readonly beforeUs: number },
): Promise<StoredException[]> {
  const { rows } = await client.query<ExceptionRow>(
    `SELECT ${COLUMNS} FROM validation_exceptions
      WHERE channel_id = ANY ($1) AND rule = ANY ($2) AND until_ts >= $3 AND ts < $4`,
    [channelIds, rules, timestamptz(sinceUs), timestamptz(beforeUs)],
  );
  return rows.map(toException);
}

/** Exceptions of one channel that reach into a time, both included, by time and rule; under the policies of the client. */
export async function readExceptionsOf(
  client: Queryable,
  channel: { readonly tenant: string; readonly deviceId: string; readonly quantity: string },
  fromUs: number,
  toUs: number,
): Promise<StoredException[]> {
  const { rows } = await client.query<ExceptionRow>(
    `SELECT ${COLUMNS.replaceAll(/(\w+)/g, 'e.$1')}
       FROM channels c JOIN validation_exceptions e USING (channel_id)
      WHERE c.tenant = $1 AND c.device_id = $2 AND c.quantity = $3 AND e.ts <= $5 AND e.until_ts >= $4
      ORDER BY e.ts, e.rule, e.rules_version`,
    [channel.tenant, channel.deviceId, channel.quantity, timestamptz(fromUs), timestamptz(toUs)],
  );
  return rows.map(toException);
}

/** Instants of some channels, both ends included, for which several values were sent. */
export async function conflictInstants(
  client: Queryable,
  channelIds: readonly number[],
  fromUs: number,
  toUs: number,
): Promise<Map<number, number[]>> {
  const { rows } = await client.query<{ channel_id: number; instants: number[] }>(
    `SELECT channel_id, array_agg(ts ORDER BY ts) AS instants
       FROM (SELECT DISTINCT channel_id, extract(epoch FROM ts) * 1e6 AS ts FROM reading_conflicts
              WHERE channel_id = ANY ($1) AND ts BETWEEN $2 AND $3) x
      GROUP BY channel_id`,
    [channelIds, timestamptz(fromUs), timestamptz(toUs)],
  );
  return new Map(rows.map((row) => [row.channel_id, row.instants.map(Number)]));
}

/** Removes what was found of a tenant before a day; returns how many rows. */
export async function trimExceptions(
  client: Queryable,
  tenant: string,
  beforeUs: number,
): Promise<number> {
  const { rowCount } = await client.query(
    'DELETE FROM validation_exceptions WHERE tenant = $1 AND until_ts < $2',
    [tenant, timestamptz(beforeUs)],
  );
  return rowCount ?? 0;
}

/** How many exceptions of a rule and severity there are. */
export interface ExceptionCount {
  readonly rule: ValidationRuleName;
  readonly severity: ValidationSeverity;
  readonly exceptions: number;
  readonly channels: number;
}

export async function exceptionCounts(
  client: Queryable,
  tenant: string,
  of: { readonly deviceId: string | undefined; readonly fromUs: number; readonly toUs: number },
): Promise<ExceptionCount[]> {
  const { rows } = await client.query<ExceptionCount>(
    `SELECT e.rule, e.severity, count(*)::int AS exceptions, count(DISTINCT e.channel_id)::int AS channels
       FROM validation_exceptions e JOIN channels c USING (channel_id)
      WHERE e.tenant = $1 AND ($2::text IS NULL OR c.device_id = $2) AND e.until_ts >= $3 AND e.ts <= $4
      GROUP BY e.rule, e.severity
      ORDER BY array_position(ARRAY['severe', 'warning', 'info'], e.severity), count(*) DESC, e.rule`,
    [tenant, of.deviceId ?? null, timestamptz(of.fromUs), timestamptz(of.toUs)],
  );
  return rows;
}
