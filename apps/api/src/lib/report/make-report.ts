import { type Report, REPORT_VERIFICATION_KINDS } from '@verimeter/api-schema';
import { legalStanding, lotKey, statusOn, type VerificationKind } from '@verimeter/metrology';
import { type PoolClient, readCycleRules, readLegalFacts, readToday } from '@verimeter/registry';
import { type DeviceKind, formatTimestamp, type LegalStatus } from '@verimeter/telemetry';
import { failuresOf, type FailedPoint } from './failures.ts';
import { type ReportPeriod, reportPeriod } from './period.ts';
import { type ScoredVerification, summariseScores } from '../track-record.ts';
import { addCounts, grouped, noCounts, type ReportedVerification, tally } from './tally.ts';

/** Devices per statement. */
const PAGE = 5000;

interface DeviceRow {
  readonly device_id: string;
  readonly kind: DeviceKind;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly built_year: number | null;
  readonly group_id: string | null;
  readonly known_on: string;
}

/** Devices that were there on a day, gateways left out, with the area they were in; $2 is that day's end. */
const DEVICES = `
  SELECT d.device_id, d.kind, d.manufacturer, d.model, d.built_year, m.group_id,
         least(d.installed_on, d.verified_on, (d.created_at AT TIME ZONE t.zone)::date, v.first_on) AS known_on
    FROM devices d JOIN tenants t USING (tenant)
    LEFT JOIN LATERAL (SELECT min(verified_on) AS first_on FROM verifications v
                        WHERE v.tenant = d.tenant AND v.device_id = d.device_id AND v.withdrawn_at IS NULL) v ON true
    LEFT JOIN LATERAL (SELECT group_id FROM members m
                        WHERE m.tenant = d.tenant AND m.device_id = d.device_id
                          AND m.valid_from < (($2::date + 1)::timestamp AT TIME ZONE t.zone)
                          AND (($2::date + 1)::timestamp AT TIME ZONE t.zone) <= m.valid_to
                        ORDER BY m.role = 'consumer' DESC, m.group_id LIMIT 1) m ON true
   WHERE d.tenant = $1 AND d.kind <> 'gateway' AND d.device_id > $3 COLLATE "C"
   ORDER BY d.device_id COLLATE "C" LIMIT ${PAGE}`;

interface RecordRow {
  readonly device_id: string;
  readonly kind: VerificationKind | null;
  readonly failed: boolean;
  readonly errors: (number | null)[];
  readonly limits: (number | null)[];
}

const RECORDS = `
  SELECT device_id, min(kind) AS kind, bool_or(result = 'fail') AS failed,
         array_agg(error ORDER BY point_no, test_point) AS errors, array_agg(point_limit ORDER BY point_no, test_point) AS limits
    FROM verifications
   WHERE tenant = $1 AND verified_on BETWEEN $2 AND $3 AND withdrawn_at IS NULL
   GROUP BY record_id, device_id ORDER BY device_id COLLATE "C", record_id`;

async function readRecords(client: PoolClient, tenant: string, period: ReportPeriod) {
  const { rows } = await client.query<RecordRow>(RECORDS, [tenant, period.from, period.asOf]);
  const byDevice = new Map<string, ReportedVerification[]>();
  const failed: FailedPoint[][] = [];
  for (const row of rows) {
    const list = byDevice.get(row.device_id) ?? [];
    list.push({ kind: row.kind ?? 'unknown', isPass: !row.failed });
    byDevice.set(row.device_id, list);
    if (row.failed)
      failed.push(row.errors.map((error, k) => ({ error, limit: row.limits[k] ?? null })));
  }
  return { byDevice, failures: failuresOf(failed) };
}

async function readQuality(
  client: PoolClient,
  tenant: string,
  period: ReportPeriod,
): Promise<Report['data_quality']> {
  const { rows } = await client.query<Report['data_quality']>(
    `SELECT ${['received', 'stored', 'duplicate', 'conflicting', 'rejected', 'pending']
      .map((name) => `coalesce(sum(l.${name}), 0)::bigint AS ${name}`)
      .join(', ')}
       FROM ledger l JOIN tenants t ON t.tenant = $1
      WHERE l.tenant = $1 AND l.hour >= ($2::date)::timestamp AT TIME ZONE t.zone
        AND l.hour < ($3::date + 1)::timestamp AT TIME ZONE t.zone`,
    [tenant, period.from, period.to],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate gives one row');
  return row;
}

async function readTrackRecord(
  client: PoolClient,
  tenant: string,
  period: ReportPeriod,
): Promise<Report['track_record']> {
  const { rows } = await client.query<ScoredVerification>(
    `SELECT verified_on, selection, outcome, found_beyond, covered, probability_over_limit FROM verification_scores
      WHERE tenant = $1 AND counts AND verified_on BETWEEN $2 AND $3`,
    [tenant, period.from, period.asOf],
  );
  const { scored, outcomes, precision, recall, coverage } = summariseScores(rows);
  return { scored, outcomes, precision, recall, coverage };
}

async function readRequests(
  client: PoolClient,
  tenant: string,
  period: ReportPeriod,
): Promise<Report['requests']> {
  const answered = `answered_on BETWEEN $2 AND $3`;
  const open = `received_on <= $3 AND (answered_on IS NULL OR answered_on > $3)`;
  const { rows } = await client.query<Report['requests']>(
    `SELECT count(*) FILTER (WHERE received_on BETWEEN $2 AND $3) AS received,
            count(*) FILTER (WHERE ${answered}) AS answered,
            count(*) FILTER (WHERE ${answered} AND answered_on <= due_on) AS in_time,
            count(*) FILTER (WHERE ${answered} AND answered_on > due_on) AS late,
            count(*) FILTER (WHERE ${answered} AND due_on IS NULL) AS without_clock,
            count(*) FILTER (WHERE ${open}) AS open,
            count(*) FILTER (WHERE ${open} AND due_on < $3) AS overdue
       FROM customer_requests WHERE tenant = $1`,
    [tenant, period.from, period.asOf],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate gives one row');
  return row;
}

const told = (part: string | undefined): string | null =>
  part === undefined || part === '?' ? null : part;

/** Manufacturer, model and year as the lot of a device has them. */
function lotOf(row: DeviceRow, verifiedOn: string | undefined) {
  const [, manufacturer, model, , , year] = lotKey({
    kind: row.kind,
    ...(row.manufacturer === null ? {} : { manufacturer: row.manufacturer }),
    ...(row.model === null ? {} : { model: row.model }),
    ...(row.built_year === null ? {} : { builtYear: row.built_year }),
    ...(verifiedOn === undefined ? {} : { verifiedOn }),
  }).split('|');
  return { manufacturer: told(manufacturer), model: told(model), year: told(year) };
}

export interface ReportOptions {
  readonly tenant: string;
  /** `2026-11` or `2026`. */
  readonly period: string;
  /** Microseconds since 1970. */
  readonly nowUs: number;
  /** Rows at most. */
  readonly rows: number;
}

/** The report of a month or year: standings as of its end by what is recorded now. */
export async function makeReport(client: PoolClient, options: ReportOptions): Promise<Report> {
  const { tenant } = options;
  const period = reportPeriod(options.period, await readToday(client, tenant));
  const rules = await readCycleRules(client, tenant);
  const { byDevice, failures } = await readRecords(client, tenant, period);
  const counted = tally();
  let after = '';
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- some devices in memory at a time
    const { rows } = await client.query<DeviceRow>(DEVICES, [tenant, period.asOf, after]);
    const ids = rows.map((row) => row.device_id);
    // oxlint-disable-next-line no-await-in-loop
    const facts = await readLegalFacts(client, tenant, ids);
    for (const row of rows) {
      const of = facts.get(row.device_id);
      if (of === undefined || row.known_on > period.asOf) continue;
      const standing = legalStanding(of, period.asOf, rules);
      const status: LegalStatus = statusOn(standing, period.asOf);
      // Where rules differ there is no one day that may be stated.
      const ends = standing.state === 'dated' ? standing.dueOn : undefined;
      counted.add({
        kind: row.kind,
        groupId: row.group_id,
        ...lotOf(row, standing.verifiedOn),
        status,
        isDueNext: ends !== undefined && ends >= period.nextFrom && ends <= period.nextTo,
        verifications: byDevice.get(row.device_id) ?? [],
      });
    }
    const last = ids.at(-1);
    if (last === undefined || ids.length < PAGE) break;
    after = last;
  }
  const rows = counted.rows();
  const totals = noCounts();
  for (const row of rows) addCounts(totals, row);
  const names = await client.query<{ group_id: string; name: string | null }>(
    'SELECT group_id, name FROM groups WHERE tenant = $1',
    [tenant],
  );
  const nameOf = new Map(names.rows.map((group) => [group.group_id, group.name]));
  const ordered = rows.toSorted(
    (left, right) =>
      right.registered - left.registered || (sortKey(left) < sortKey(right) ? -1 : 1),
  );
  return {
    period: options.period,
    from: period.from,
    to: period.to,
    as_of: period.asOf,
    complete: period.isComplete,
    tenant,
    made_at: formatTimestamp(options.nowUs),
    totals,
    by_kind: grouped(rows, ({ kind }) => ({ kind })),
    by_area: grouped(rows, ({ group_id: id }) => ({
      group_id: id,
      name: id === null ? null : (nameOf.get(id) ?? null),
    })),
    by_lot: grouped(rows, ({ kind, manufacturer, model, year }) => ({
      kind,
      manufacturer,
      model,
      year,
    })),
    by_verification_kind: verificationKinds(byDevice.values()),
    rows: ordered.slice(0, options.rows),
    rows_left_out: Math.max(0, ordered.length - options.rows),
    failures,
    data_quality: await readQuality(client, tenant, period),
    track_record: await readTrackRecord(client, tenant, period),
    requests: await readRequests(client, tenant, period),
  };
}

const sortKey = (row: Report['rows'][number]): string =>
  JSON.stringify([row.kind, row.group_id, row.manufacturer, row.model, row.year]);

function verificationKinds(
  lists: Iterable<readonly ReportedVerification[]>,
): Report['by_verification_kind'] {
  const rows = REPORT_VERIFICATION_KINDS.map((kind) => ({
    kind,
    verified: 0,
    passed: 0,
    failed: 0,
  }));
  for (const list of lists)
    for (const { kind, isPass } of list) {
      const row = rows.find((one) => one.kind === kind);
      if (row === undefined) continue;
      row.verified += 1;
      row[isPass ? 'passed' : 'failed'] += 1;
    }
  return rows;
}
