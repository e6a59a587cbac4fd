import type { Indication } from '@verimeter/telemetry';
import { timestamptzOrNull } from './instants.ts';
import type { Queryable } from './pools.ts';
import { insertOfRun } from './typed-rows.ts';

/** A published grade of a lot, in the columns of `lot_health`. Ratios; null: may not be claimed. Dates `YYYY-MM-DD`. */
export interface LotHealthRow extends RelativeDrift {
  readonly lot: string;
  readonly quantity: string;
  readonly asOfUs: number | null;
  readonly limit: number;
  readonly members: number;
  readonly estimated: number;
  readonly verified: number;
  readonly mean: number | null;
  readonly meanSe: number | null;
  readonly spread: number | null;
  readonly spreadLow: number | null;
  readonly spreadHigh: number | null;
  readonly share: number | null;
  readonly shareLow: number | null;
  readonly shareHigh: number | null;
  readonly shareLow95: number | null;
  readonly shareHigh95: number | null;
  readonly probabilityShareOver5: number | null;
  readonly probabilityMeanOverLimit: number | null;
  readonly effectiveMembers: number | null;
  readonly driftPerYear: number | null;
  readonly driftPerYearSe: number | null;
  readonly exitDate: string | null;
  readonly exitDateEarliest: string | null;
  /** When the mean error leaves the limit if the lot goes on against the others as it does, and these stay as they are. */
  readonly relativeExitDate: string | null;
  readonly relativeExitDateEarliest: string | null;
  /** Whether nothing was known of the mean error today, so that it was taken as none. */
  readonly relativeExitLevelAssumed: boolean | null;
  readonly plan: object;
}

/** A lot against the other lots in the same districts or areas; null: may not be claimed. No share follows from it. */
export interface RelativeDrift {
  readonly relativeDriftPerYear: number | null;
  readonly relativeDriftPerYearSe: number | null;
  readonly relativeDriftPerThousandCubicMetres: number | null;
  readonly relativeDriftPerThousandCubicMetresSe: number | null;
  readonly relativeHomes: number | null;
  readonly relativeMinimumDetectable: number | null;
  /** With what lots of its type and age do: of water meters. */
  readonly relativePosteriorPerYear: number | null;
  readonly relativePosteriorPerYearSe: number | null;
  readonly relativePosteriorPerThousandCubicMetres: number | null;
  readonly relativePosteriorPerThousandCubicMetresSe: number | null;
}

const TYPES = {
  lot: 'text',
  quantity: 'text',
  as_of: 'timestamptz',
  limit: 'float8',
  members: 'integer',
  estimated: 'integer',
  verified: 'integer',
  mean: 'float8',
  mean_se: 'float8',
  spread: 'float8',
  spread_low: 'float8',
  spread_high: 'float8',
  share: 'float8',
  share_low: 'float8',
  share_high: 'float8',
  share_low_95: 'float8',
  share_high_95: 'float8',
  p_share_over_5: 'float8',
  p_mean_over_limit: 'float8',
  effective_members: 'float8',
  drift_per_year: 'float8',
  drift_per_year_se: 'float8',
  exit_date: 'date',
  exit_date_earliest: 'date',
  relative_drift_per_year: 'float8',
  relative_drift_per_year_se: 'float8',
  relative_drift_per_1000_m3: 'float8',
  relative_drift_per_1000_m3_se: 'float8',
  relative_homes: 'integer',
  relative_minimum_detectable: 'float8',
  relative_posterior_per_year: 'float8',
  relative_posterior_per_year_se: 'float8',
  relative_posterior_per_1000_m3: 'float8',
  relative_posterior_per_1000_m3_se: 'float8',
  relative_exit_date: 'date',
  relative_exit_date_earliest: 'date',
  relative_exit_level_assumed: 'boolean',
  plan: 'jsonb',
} as const;

function record(row: LotHealthRow): Record<keyof typeof TYPES, unknown> {
  return {
    lot: row.lot,
    quantity: row.quantity,
    as_of: timestamptzOrNull(row.asOfUs),
    limit: row.limit,
    members: row.members,
    estimated: row.estimated,
    verified: row.verified,
    mean: row.mean,
    mean_se: row.meanSe,
    spread: row.spread,
    spread_low: row.spreadLow,
    spread_high: row.spreadHigh,
    share: row.share,
    share_low: row.shareLow,
    share_high: row.shareHigh,
    share_low_95: row.shareLow95,
    share_high_95: row.shareHigh95,
    p_share_over_5: row.probabilityShareOver5,
    p_mean_over_limit: row.probabilityMeanOverLimit,
    effective_members: row.effectiveMembers,
    drift_per_year: row.driftPerYear,
    drift_per_year_se: row.driftPerYearSe,
    exit_date: row.exitDate,
    exit_date_earliest: row.exitDateEarliest,
    relative_drift_per_year: row.relativeDriftPerYear,
    relative_drift_per_year_se: row.relativeDriftPerYearSe,
    relative_drift_per_1000_m3: row.relativeDriftPerThousandCubicMetres,
    relative_drift_per_1000_m3_se: row.relativeDriftPerThousandCubicMetresSe,
    relative_homes: row.relativeHomes,
    relative_minimum_detectable: row.relativeMinimumDetectable,
    relative_posterior_per_year: row.relativePosteriorPerYear,
    relative_posterior_per_year_se: row.relativePosteriorPerYearSe,
    relative_posterior_per_1000_m3: row.relativePosteriorPerThousandCubicMetres,
    relative_posterior_per_1000_m3_se: row.relativePosteriorPerThousandCubicMetresSe,
    relative_exit_date: row.relativeExitDate,
    relative_exit_date_earliest: row.relativeExitDateEarliest,
    relative_exit_level_assumed: row.relativeExitLevelAssumed,
    plan: row.plan,
  };
}

const INSERT = insertOfRun('lot_health', TYPES);

/** Replaces the grades of a tenant's lots. Inside a transaction: readers see the old or the new ones. */
export async function publishLots(
  client: Queryable,
  tenant: string,
  publication: { readonly runId: number; readonly lots: readonly LotHealthRow[] },
): Promise<void> {
  await client.query('DELETE FROM lot_health WHERE tenant = $1', [tenant]);
  await client.query(INSERT, [
    tenant,
    publication.runId,
    JSON.stringify(publication.lots.map(record)),
  ]);
}

/** What a lot is graded from, of one of its members, as published. */
export interface LotMemberRow {
  readonly deviceId: string;
  readonly asOfUs: number | null;
  readonly indication: Indication;
  readonly limit: number | null;
  readonly groupId: string | null;
  readonly dataEstimate: number | null;
  readonly dataStandardError: number | null;
  readonly dataDriftPerYear: number | null;
  readonly dataDriftPerYearSe: number | null;
  readonly commonErrorSd: number | null;
  readonly meanLoad: number | null;
  readonly evidenceDays: number | null;
}

/** Of some devices for a quantity, by device. */
export async function readLotMembers(
  client: Queryable,
  tenant: string,
  of: { readonly quantity: string; readonly deviceIds: readonly string[] },
): Promise<LotMemberRow[]> {
  const result = await client.query<LotMemberRow>(
    `SELECT device_id AS "deviceId", as_of AS "asOfUs", indication, "limit", group_id AS "groupId",
            data_estimate AS "dataEstimate", data_standard_error AS "dataStandardError",
            data_drift_per_year AS "dataDriftPerYear", data_drift_per_year_se AS "dataDriftPerYearSe",
            common_error_sd AS "commonErrorSd", mean_load AS "meanLoad", evidence_days AS "evidenceDays"
       FROM health WHERE tenant = $1 AND quantity = $2 AND device_id = ANY ($3) ORDER BY device_id`,
    [tenant, of.quantity, of.deviceIds],
  );
  return result.rows;
}
