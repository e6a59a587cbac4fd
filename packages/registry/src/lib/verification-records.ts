import type { ValidityPrecision, VerificationKind } from '@verimeter/metrology';
import type { Person } from './legal-rules.ts';
import type { Queryable } from './pools.ts';

/** One test point; errors are ratios. */
export interface VerificationPoint {
  readonly testPoint: string;
  readonly error: number | null;
  readonly expandedUncertainty: number | null;
  readonly coverageFactor: number | null;
  readonly limit: number | null;
  readonly pass: boolean | null;
  /** Ratio of the base or rated current. */
  readonly load: number | null;
  readonly powerFactor: number | null;
  /** m3/h. */
  readonly flow: number | null;
  readonly asFound: boolean | null;
}

/** What a record tells beside its result, as it was entered (packages/api-schema, verification details). */
export type VerificationDetails = Readonly<Record<string, unknown>>;

type VerificationMark = 'certificate' | 'sticker' | 'mark_type_1' | 'mark_type_2';

/** A verification as a whole, as somebody enters it. */
export interface VerificationInput {
  readonly deviceId: string;
  readonly verifiedOn: string;
  readonly certificateNo: string;
  readonly kind: VerificationKind | null;
  readonly result: 'pass' | 'fail';
  readonly body: string | null;
  readonly validUntil: string | null;
  readonly validUntilPrecision: ValidityPrecision;
  readonly mark: VerificationMark | null;
  readonly sealNo: string | null;
  readonly procedure: string | null;
  readonly details: VerificationDetails;
  readonly points: readonly VerificationPoint[];
}

interface VerificationWithdrawal {
  readonly by: string;
  readonly byName: string | null;
  readonly atUs: number;
  readonly reason: string | null;
}

/** As it is kept. */
export interface StoredVerification extends VerificationInput {
  readonly id: number;
  readonly version: number;
  readonly enteredBy: string;
  readonly enteredByName: string | null;
  readonly enteredUs: number;
  readonly changeReason: string | null;
  readonly withdrawn: VerificationWithdrawal | undefined;
}

/** A row of `verifications`, or one of its past ones as JSON keeps it. */
export interface VerificationRow {
  readonly record_id: number;
  readonly version: number;
  readonly device_id: string;
  readonly verified_on: string;
  readonly certificate_no: string;
  readonly kind: VerificationKind | null;
  readonly result: 'pass' | 'fail';
  readonly body: string | null;
  readonly valid_until: string | null;
  readonly valid_until_precision: ValidityPrecision;
  readonly mark: VerificationMark | null;
  readonly seal_no: string | null;
  readonly procedure: string | null;
  readonly details: VerificationDetails;
  readonly test_point: string;
  readonly point_no: number;
  readonly error: number | null;
  readonly expanded_uncertainty: number | null;
  readonly coverage_factor: number | null;
  readonly point_limit: number | null;
  readonly point_pass: boolean | null;
  readonly load: number | null;
  readonly power_factor: number | null;
  readonly flow: number | null;
  readonly as_found: boolean | null;
  readonly entered_by: string;
  readonly entered_by_name: string | null;
  readonly entered_us: number;
  readonly change_reason: string | null;
  readonly withdrawn_by: string | null;
  readonly withdrawn_by_name: string | null;
  readonly withdrawn_us: number | null;
  readonly withdrawn_reason: string | null;
}

const US = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::float8`;

export const VERIFICATION_COLUMNS = `record_id, version, device_id, verified_on, certificate_no, kind, result, body, valid_until,
  valid_until_precision, mark, seal_no, procedure, details, test_point, point_no, error, expanded_uncertainty, coverage_factor, point_limit,
  point_pass, load, power_factor, flow, as_found, entered_by, entered_by_name, ${US('entered_at')} AS entered_us, change_reason,
  withdrawn_by, withdrawn_by_name, ${US('withdrawn_at')} AS withdrawn_us, withdrawn_reason`;

const toPoint = (row: VerificationRow): VerificationPoint => ({
  testPoint: row.test_point,
  error: row.error,
  expandedUncertainty: row.expanded_uncertainty,
  coverageFactor: row.coverage_factor,
  limit: row.point_limit,
  pass: row.point_pass,
  load: row.load,
  powerFactor: row.power_factor,
  flow: row.flow,
  asFound: row.as_found,
});

/** A row that stands for the record alone tells no test point. */
const isPoint = (row: VerificationRow): boolean =>
  row.test_point !== '' || row.error !== null || row.expanded_uncertainty !== null;

/** One verification of its rows, which are not none. A test point that failed means that it failed; the earliest end counts. */
function toVerification(rows: readonly VerificationRow[]): StoredVerification {
  const ordered = rows.toSorted(
    (left, right) =>
      left.point_no - right.point_no || (left.test_point < right.test_point ? -1 : 1),
  );
  const latest = rows.reduce((found, row) => (row.version > found.version ? row : found));
  const ending = rows.filter(({ valid_until: end }) => end !== null);
  const [first = latest] = ending.toSorted((left, right) =>
    (left.valid_until ?? '') < (right.valid_until ?? '') ? -1 : 1,
  );
  return {
    id: latest.record_id,
    version: latest.version,
    deviceId: latest.device_id,
    verifiedOn: latest.verified_on,
    certificateNo: latest.certificate_no,
    kind: latest.kind,
    result: rows.some(({ result }) => result === 'fail') ? 'fail' : 'pass',
    body: latest.body,
    validUntil: first.valid_until,
    validUntilPrecision: first.valid_until_precision,
    mark: latest.mark,
    sealNo: latest.seal_no,
    procedure: latest.procedure,
    details: latest.details,
    points: ordered.filter(isPoint).map(toPoint),
    enteredBy: latest.entered_by,
    enteredByName: latest.entered_by_name,
    enteredUs: latest.entered_us,
    changeReason: latest.change_reason,
    withdrawn:
      latest.withdrawn_us === null
        ? undefined
        : {
            by: latest.withdrawn_by ?? '',
            byName: latest.withdrawn_by_name,
            atUs: latest.withdrawn_us,
            reason: latest.withdrawn_reason,
          },
  };
}

/** Rows of records, by record in the order of the first row of each. */
export function toVerifications(rows: readonly VerificationRow[]): StoredVerification[] {
  const records = new Map<number, VerificationRow[]>();
  for (const row of rows) {
    const list = records.get(row.record_id);
    if (list === undefined) records.set(row.record_id, [row]);
    else list.push(row);
  }
  return [...records.values()].map(toVerification);
}

/** Undefined: the tenant has no such record. With `lock` nobody else changes it until the transaction ends. */
export async function readVerification(
  client: Queryable,
  tenant: string,
  id: number,
  lock = false,
): Promise<StoredVerification | undefined> {
  const { rows } = await client.query<VerificationRow>(
    `SELECT ${VERIFICATION_COLUMNS} FROM verifications WHERE tenant = $1 AND record_id = $2${lock ? ' FOR UPDATE' : ''}`,
    [tenant, id],
  );
  return rows.length === 0 ? undefined : toVerification(rows);
}

/** The record of a device, day and certificate. */
export async function findVerification(
  client: Queryable,
  tenant: string,
  key: Pick<VerificationInput, 'deviceId' | 'verifiedOn' | 'certificateNo'>,
): Promise<StoredVerification | undefined> {
  const { rows } = await client.query<VerificationRow>(
    `SELECT ${VERIFICATION_COLUMNS} FROM verifications
      WHERE tenant = $1 AND device_id = $2 AND verified_on = $3 AND certificate_no = $4`,
    [tenant, key.deviceId, key.verifiedOn, key.certificateNo],
  );
  return rows.length === 0 ? undefined : toVerification(rows);
}

const INSERT = `
  INSERT INTO verifications (tenant, record_id, version, device_id, verified_on, certificate_no, kind, result, body, valid_until,
    valid_until_precision, mark, seal_no, procedure, details, test_point, point_no, error, expanded_uncertainty, coverage_factor, point_limit,
    point_pass, load, power_factor, flow, as_found, entered_by, entered_by_name, change_reason)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, p.test_point, p.point_no, p.error, p.expanded_uncertainty,
         p.coverage_factor, p.point_limit, p.point_pass, p.load, p.power_factor, p.flow, p.as_found, $16, $17, $18
    FROM jsonb_to_recordset($19::jsonb) AS p (
      test_point text, point_no smallint, error float8, expanded_uncertainty float8, coverage_factor float8, point_limit float8,
      point_pass boolean, load float8, power_factor float8, flow float8, as_found boolean)`;

const NO_POINT: VerificationPoint = {
  testPoint: '',
  error: null,
  expandedUncertainty: null,
  coverageFactor: null,
  limit: null,
  pass: null,
  load: null,
  powerFactor: null,
  flow: null,
  asFound: null,
};

async function insertRows(
  client: Queryable,
  tenant: string,
  record: { readonly id: number; readonly version: number; readonly reason: string | null },
  input: VerificationInput,
  by: Person,
): Promise<void> {
  const points = input.points.length === 0 ? [NO_POINT] : input.points;
  await client.query(INSERT, [
    tenant,
    record.id,
    record.version,
    input.deviceId,
    input.verifiedOn,
    input.certificateNo,
    input.kind,
    input.result,
    input.body,
    input.validUntil,
    input.validUntilPrecision,
    input.mark,
    input.sealNo,
    input.procedure,
    JSON.stringify(input.details),
    by.id,
    by.name,
    record.reason,
    JSON.stringify(
      points.map((point, index) => ({
        test_point: point.testPoint,
        point_no: index,
        error: point.error,
        expanded_uncertainty: point.expandedUncertainty,
        coverage_factor: point.coverageFactor,
        point_limit: point.limit,
        point_pass: point.pass,
        load: point.load,
        power_factor: point.powerFactor,
        flow: point.flow,
        as_found: point.asFound,
      })),
    ),
  ]);
}

/** Keeps a new verification; returns its id. The caller has looked that none of its device, day and certificate is there. */
export async function enterVerification(
  client: Queryable,
  tenant: string,
  input: VerificationInput,
  by: Person,
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT nextval('verification_records') AS id`,
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('the sequence of verification records gave no number');
  await insertRows(client, tenant, { id, version: 1, reason: null }, input, by);
  return id;
}

/** Puts another version in the place of a record, which is kept beside it. A withdrawn record is in force again. */
export async function correctVerification(
  client: Queryable,
  tenant: string,
  stored: StoredVerification,
  input: VerificationInput,
  change: { readonly reason: string; readonly by: Person },
): Promise<void> {
  const version = stored.version + 1;
  await client.query(
    `INSERT INTO verification_history (tenant, record_id, test_point, version, until_version, body)
     SELECT v.tenant, v.record_id, v.test_point, v.version, $3, to_jsonb(v) FROM verifications v WHERE v.tenant = $1 AND v.record_id = $2`,
    [tenant, stored.id, version],
  );
  await client.query('DELETE FROM verifications WHERE tenant = $1 AND record_id = $2', [
    tenant,
    stored.id,
  ]);
  const record = { id: stored.id, version, reason: change.reason };
  await insertRows(client, tenant, record, input, change.by);
}

/** Keeps a record, which counts nowhere from now on. */
export async function withdrawVerification(
  client: Queryable,
  tenant: string,
  stored: StoredVerification,
  change: { readonly reason: string; readonly by: Person },
): Promise<void> {
  await client.query(
    `UPDATE verifications
        SET version = $3, withdrawn_by = $4, withdrawn_by_name = $5, withdrawn_at = now(), withdrawn_reason = $6
      WHERE tenant = $1 AND record_id = $2`,
    [tenant, stored.id, stored.version + 1, change.by.id, change.by.name, change.reason],
  );
}

/** The versions of a record before the present one, latest first. */
export async function readPastVersions(
  client: Queryable,
  tenant: string,
  id: number,
): Promise<StoredVerification[]> {
  const { rows } = await client.query<{ until_version: number; body: VerificationRow }>(
    `SELECT until_version, body || jsonb_build_object('entered_us', ${US("(body ->> 'entered_at')::timestamptz")},
                                                      'withdrawn_us', ${US("(body ->> 'withdrawn_at')::timestamptz")}) AS body
       FROM verification_history WHERE tenant = $1 AND record_id = $2`,
    [tenant, id],
  );
  const current = await client.query<VerificationRow>(
    `SELECT ${VERIFICATION_COLUMNS} FROM verifications WHERE tenant = $1 AND record_id = $2`,
    [tenant, id],
  );
  const all = [
    ...rows.map(({ body, until_version: until }) => ({ row: body, until })),
    ...current.rows.map((row) => ({ row, until: Infinity })),
  ];
  const last = Math.max(0, ...current.rows.map(({ version }) => version));
  const versions = [...new Set(all.map(({ row }) => row.version))].filter((one) => one < last);
  return versions
    .toSorted((left, right) => right - left)
    .map((version) =>
      toVerification(
        all
          .filter(({ row, until }) => row.version <= version && version < until)
          .map(({ row }) => row),
      ),
    );
}
