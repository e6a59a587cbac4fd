import type { GroupStatus, Indication, LegalStatus, Recommendation } from '@verimeter/telemetry';
import { timestamptz, timestamptzOrNull } from './instants.ts';
import type { Queryable } from './pools.ts';
import { insertOfRun } from './typed-rows.ts';

/** A machine-readable reason; the text is rendered in the reader's language. */
export interface Evidence {
  readonly code: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The published answer for a device and quantity. Ratios; null: may not be claimed. Dates `YYYY-MM-DD`. */
export interface HealthRow {
  readonly deviceId: string;
  /** '' where the device has no balanced quantity. */
  readonly quantity: string;
  readonly asOfUs: number | null;
  readonly indication: Indication;
  readonly recommendation: Recommendation;
  readonly errorEstimate: number | null;
  readonly standardError: number | null;
  readonly intervalLow: number | null;
  readonly intervalHigh: number | null;
  readonly limit: number | null;
  readonly inServiceLimit: number | null;
  readonly probabilityOverLimit: number | null;
  readonly probabilityOverInServiceLimit: number | null;
  readonly probabilityDrifted: number | null;
  readonly offsetEstimate: number | null;
  readonly offsetStandardError: number | null;
  readonly offsetUnit: string | null;
  readonly driftPerYear: number | null;
  readonly driftPerYearSe: number | null;
  readonly exitDateMedian: string | null;
  readonly exitDateEarliest: string | null;
  readonly minimumDetectable: number | null;
  /** What the data alone says, no prior in it: what lots are graded from. */
  readonly dataEstimate?: number | null;
  readonly dataStandardError?: number | null;
  readonly dataDriftPerYear?: number | null;
  readonly dataDriftPerYearSe?: number | null;
  readonly commonErrorSd?: number | null;
  readonly meanLoad?: number | null;
  readonly evidenceDays: number | null;
  readonly groupId: string | null;
  readonly groupStatus: GroupStatus | null;
  readonly legalStatus: LegalStatus;
  readonly validUntil: string | null;
  readonly modelVersion: string;
  readonly evidence: readonly Evidence[];
}

export interface HealthHistoryRow {
  readonly deviceId: string;
  readonly quantity: string;
  readonly asOfUs: number;
  readonly errorEstimate: number | null;
  readonly intervalLow: number | null;
  readonly intervalHigh: number | null;
}

export interface GroupHealthRow {
  readonly groupId: string;
  readonly asOfUs: number | null;
  /** null: not analysed yet. */
  readonly status: GroupStatus | null;
  readonly candidates: readonly { readonly deviceId: string; readonly correlation: number }[];
  readonly evidence: readonly Evidence[];
}

/** Where a run began to read. */
export interface ReadMark {
  /** Microseconds since 1970. */
  readonly readUs: number;
  /** What the store showed then: see `ReadingStore.shown`. */
  readonly shown: string;
}

/** Opens a run; returns its id. `asOfUs` null: as of the last reading of each group. */
export async function startRun(
  client: Queryable,
  run: {
    readonly tenant: string;
    readonly asOfUs: number | null;
    readonly modelVersion: string;
    readonly configuration: object;
    /** What the run has read: absent where nobody asks later what came after it. */
    readonly read?: ReadMark | undefined;
  },
): Promise<number> {
  const result = await client.query<{ run_id: number }>(
    `INSERT INTO analysis_runs (tenant, as_of, model_version, configuration, read_at, shown)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING run_id`,
    [
      run.tenant,
      timestamptzOrNull(run.asOfUs),
      run.modelVersion,
      JSON.stringify(run.configuration),
      timestamptzOrNull(run.read?.readUs),
      run.read?.shown ?? null,
    ],
  );
  const [row] = result.rows;
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return row.run_id;
}

const HEALTH_TYPES = {
  device_id: 'text',
  quantity: 'text',
  as_of: 'timestamptz',
  indication: 'text',
  recommendation: 'text',
  error_estimate: 'float8',
  standard_error: 'float8',
  interval_low: 'float8',
  interval_high: 'float8',
  limit: 'float8',
  in_service_limit: 'float8',
  probability_over_limit: 'float8',
  probability_over_in_service_limit: 'float8',
  probability_drifted: 'float8',
  offset_estimate: 'float8',
  offset_standard_error: 'float8',
  offset_unit: 'text',
  drift_per_year: 'float8',
  drift_per_year_se: 'float8',
  exit_date_median: 'date',
  exit_date_earliest: 'date',
  minimum_detectable: 'float8',
  data_estimate: 'float8',
  data_standard_error: 'float8',
  data_drift_per_year: 'float8',
  data_drift_per_year_se: 'float8',
  common_error_sd: 'float8',
  mean_load: 'float8',
  evidence_days: 'integer',
  group_id: 'text',
  group_status: 'text',
  legal_status: 'text',
  valid_until: 'date',
  model_version: 'text',
  evidence: 'jsonb',
} as const;

function healthRecord(row: HealthRow): Record<keyof typeof HEALTH_TYPES, unknown> {
  return {
    device_id: row.deviceId,
    quantity: row.quantity,
    as_of: timestamptzOrNull(row.asOfUs),
    indication: row.indication,
    recommendation: row.recommendation,
    error_estimate: row.errorEstimate,
    standard_error: row.standardError,
    interval_low: row.intervalLow,
    interval_high: row.intervalHigh,
    limit: row.limit,
    in_service_limit: row.inServiceLimit,
    probability_over_limit: row.probabilityOverLimit,
    probability_over_in_service_limit: row.probabilityOverInServiceLimit,
    probability_drifted: row.probabilityDrifted,
    offset_estimate: row.offsetEstimate,
    offset_standard_error: row.offsetStandardError,
    offset_unit: row.offsetUnit,
    drift_per_year: row.driftPerYear,
    drift_per_year_se: row.driftPerYearSe,
    exit_date_median: row.exitDateMedian,
    exit_date_earliest: row.exitDateEarliest,
    minimum_detectable: row.minimumDetectable,
    data_estimate: row.dataEstimate ?? null,
    data_standard_error: row.dataStandardError ?? null,
    data_drift_per_year: row.dataDriftPerYear ?? null,
    data_drift_per_year_se: row.dataDriftPerYearSe ?? null,
    common_error_sd: row.commonErrorSd ?? null,
    mean_load: row.meanLoad ?? null,
    evidence_days: row.evidenceDays,
    group_id: row.groupId,
    group_status: row.groupStatus,
    legal_status: row.legalStatus,
    valid_until: row.validUntil,
    model_version: row.modelVersion,
    evidence: row.evidence,
  };
}

const INSERT_HEALTH = insertOfRun('health', HEALTH_TYPES);

const DELETE_HISTORY = `
  DELETE FROM health_history h USING unnest($2::text[], $3::timestamptz[]) AS d (device_id, until)
   WHERE h.tenant = $1 AND h.device_id = d.device_id AND h.as_of > coalesce(d.until, '-infinity')`;

const INSERT_HISTORY = `
  INSERT INTO health_history (tenant, device_id, quantity, as_of, error_estimate, interval_low, interval_high)
  SELECT $1, * FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::float8[], $6::float8[], $7::float8[])`;

const INSERT_GROUPS = `
  INSERT INTO group_health (tenant, run_id, group_id, as_of, status, candidates, evidence)
  SELECT $1, $2, * FROM jsonb_to_recordset($3::jsonb)
    AS r (group_id text, as_of timestamptz, status text, candidates jsonb, evidence jsonb)`;

export interface Publication {
  readonly tenant: string;
  readonly runId: number;
  readonly health: readonly HealthRow[];
  readonly history: readonly HealthHistoryRow[];
  readonly groups: readonly GroupHealthRow[];
  /** `all`: what is not in the publication disappears; `listed`: only devices and groups in it are replaced. */
  readonly replace: 'all' | 'listed';
  /** Listed devices whose published history stands up to an instant (microseconds since 1970): later points are replaced. */
  readonly historyUntil?: ReadonlyMap<string, number> | undefined;
}

/** Replaces the published answers. Inside a transaction: readers see the old or the new ones. */
export async function publishHealth(client: Queryable, publication: Publication): Promise<void> {
  const { tenant, runId, health, groups } = publication;
  const stands = ({ deviceId, asOfUs }: HealthHistoryRow): boolean =>
    asOfUs <= (publication.historyUntil?.get(deviceId) ?? -Infinity);
  const history = publication.history.filter((row) => !stands(row));
  const all = publication.replace === 'all';
  const deviceIds = all ? null : [...new Set(health.map((row) => row.deviceId))];
  const groupIds = all ? null : groups.map((row) => row.groupId);
  const ofDevices = 'WHERE tenant = $1 AND ($2::text[] IS NULL OR device_id = ANY ($2))';
  await client.query(`DELETE FROM health ${ofDevices}`, [tenant, deviceIds]);
  if (deviceIds === null)
    await client.query('DELETE FROM health_history WHERE tenant = $1', [tenant]);
  else
    await client.query(DELETE_HISTORY, [
      tenant,
      deviceIds,
      deviceIds.map((id) => timestamptzOrNull(publication.historyUntil?.get(id) ?? null)),
    ]);
  await client.query(
    'DELETE FROM group_health WHERE tenant = $1 AND ($2::text[] IS NULL OR group_id = ANY ($2))',
    [tenant, groupIds],
  );
  await client.query(INSERT_HEALTH, [tenant, runId, JSON.stringify(health.map(healthRecord))]);
  await client.query(INSERT_HISTORY, [
    tenant,
    history.map((row) => row.deviceId),
    history.map((row) => row.quantity),
    history.map((row) => timestamptz(row.asOfUs)),
    history.map((row) => row.errorEstimate),
    history.map((row) => row.intervalLow),
    history.map((row) => row.intervalHigh),
  ]);
  const groupRecords = groups.map((row) => ({
    group_id: row.groupId,
    as_of: timestamptzOrNull(row.asOfUs),
    status: row.status,
    candidates: row.candidates.map(({ deviceId, correlation }) => ({
      device_id: deviceId,
      correlation,
    })),
    evidence: row.evidence,
  }));
  await client.query(INSERT_GROUPS, [tenant, runId, JSON.stringify(groupRecords)]);
}

/** All that the run says is published. */
export async function finishRun(client: Queryable, runId: number): Promise<void> {
  await client.query('UPDATE analysis_runs SET finished_at = now() WHERE run_id = $1', [runId]);
}
