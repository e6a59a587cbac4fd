import type { Finding, FindingEstimate, FindingListQuery, Language } from '@verimeter/api-schema';
import { type LegalStanding, statusOn } from '@verimeter/metrology';
import { formatTimestamp } from '@verimeter/telemetry';
import { type StoredEvidence, renderEvidence } from './evidence.ts';
import { instantOrNull } from './instants.ts';
import { RISK_RANK } from './routes/health.ts';

type Estimate = Omit<FindingEstimate, 'as_of'>;

export type FindingRow = Omit<
  Finding,
  'as_of' | 'evidence' | 'created_at' | 'updated_at' | 'estimate' | 'legal_status'
> &
  Estimate & {
    readonly as_of: number | null;
    readonly created_at: number;
    readonly updated_at: number;
    readonly evidence: StoredEvidence[];
    readonly has_estimate: boolean;
    readonly estimate_as_of: number | null;
    /** Null: how the device stands is not worked out, or there is none. */
    readonly legal_state: LegalStanding['state'] | null;
    readonly due_earliest: string | null;
    readonly due_latest: string | null;
    /** The day it is where the tenant is. */
    readonly today: string;
  };

const ESTIMATE =
  `error_estimate interval_low interval_high limit probability_over_limit probability_drifted minimum_detectable evidence_days`
    .split(' ')
    .map((name) => `h."${name}"`)
    .join(', ');

export const FINDING_COLUMNS = `f.id, f.device_id, f.group_id, f.quantity, f.indication, f.recommendation, f.group_status, f.as_of, f.status,
  f.comment, f.evidence, f.created_at, f.updated_at, f.reason, f.assignee, f.verification_id, d.kind, d.address,
  coalesce(f.group_id, h.group_id) AS area_id, h.device_id IS NOT NULL AS has_estimate, h.as_of AS estimate_as_of, ${ESTIMATE},
  l.state AS legal_state, l.due_earliest, l.due_latest, l.due_on, (now() AT TIME ZONE t.zone)::date AS today`;

export const FINDING_TABLES = `findings f
  JOIN tenants t USING (tenant)
  LEFT JOIN devices d ON d.tenant = f.tenant AND d.device_id = f.device_id
  LEFT JOIN health h ON h.tenant = f.tenant AND h.device_id = f.device_id AND h.quantity = f.quantity
  LEFT JOIN legal_states l ON l.tenant = f.tenant AND l.device_id = f.device_id`;

/** The filters of lists, summaries and bulk changes. */
export type FindingFilter = Omit<FindingListQuery, 'sort' | 'limit' | 'cursor'>;

/** Condition on `FINDING_TABLES`; takes the parameters $1 to $10 of `filterValues`. */
export const FINDING_FILTER = `
      ($1::text[] IS NULL OR f.status = ANY ($1))
  AND ($2::text[] IS NULL OR f.indication = ANY ($2))
  AND ($3::text[] IS NULL OR f.recommendation = ANY ($3))
  AND ($4::text[] IS NULL OR d.kind = ANY ($4))
  AND ($5::text IS NULL OR f.assignee = $5)
  AND ($6::text IS NULL OR f.device_id = $6)
  AND ($7::text IS NULL OR starts_with(lower(f.device_id), lower($7)))
  AND ($8::text IS NULL OR f.group_id = $8 OR h.group_id = $8)
  AND ($9::timestamptz IS NULL OR f.created_at >= $9)
  AND ($10::boolean IS NULL OR (f.assignee IS NULL) = $10)`;

export function filterValues(filter: FindingFilter): readonly unknown[] {
  return [
    filter.status ?? null,
    filter.indication ?? null,
    filter.recommendation ?? null,
    filter.kind ?? null,
    filter.assignee ?? null,
    filter.device_id ?? null,
    filter.device ?? null,
    filter.group ?? null,
    filter.since === undefined ? null : formatTimestamp(filter.since),
    filter.unassigned === undefined ? null : filter.unassigned === 'true',
  ];
}

/** Keys of the orders, ascending, before the falling id. Of risk the finding's own recommendation, since its device may say something else by now. */
export const FINDING_ORDERS = {
  newest: ['0', '0::float8'],
  risk: [RISK_RANK.replaceAll('h.', 'f.'), '-coalesce(h.probability_drifted, -1)'],
  due: ['(l.due_on IS NULL)::int', `coalesce(l.due_on - date '2000-01-01', 0)::float8`],
} as const;

function legalStatusOf(row: FindingRow): Finding['legal_status'] {
  if (row.legal_state === null) return null;
  return statusOn(
    {
      state: row.legal_state,
      ...(row.due_earliest === null ? {} : { dueEarliest: row.due_earliest }),
      ...(row.due_latest === null ? {} : { dueLatest: row.due_latest }),
    },
    row.today,
  );
}

export function toFinding(row: FindingRow, language: Language, zone: string): Finding {
  return {
    id: row.id,
    device_id: row.device_id,
    group_id: row.group_id,
    quantity: row.quantity,
    indication: row.indication,
    recommendation: row.recommendation,
    group_status: row.group_status,
    as_of: instantOrNull(row.as_of),
    status: row.status,
    comment: row.comment,
    evidence: renderEvidence(row.evidence, language, zone),
    created_at: formatTimestamp(row.created_at),
    updated_at: formatTimestamp(row.updated_at),
    reason: row.reason,
    assignee: row.assignee,
    verification_id: row.verification_id,
    kind: row.kind,
    address: row.address,
    area_id: row.area_id,
    estimate: row.has_estimate
      ? {
          as_of: instantOrNull(row.estimate_as_of),
          error_estimate: row.error_estimate,
          interval_low: row.interval_low,
          interval_high: row.interval_high,
          limit: row.limit,
          probability_over_limit: row.probability_over_limit,
          probability_drifted: row.probability_drifted,
          minimum_detectable: row.minimum_detectable,
          evidence_days: row.evidence_days,
        }
      : null,
    legal_status: legalStatusOf(row),
    due_on: row.due_on,
  };
}
