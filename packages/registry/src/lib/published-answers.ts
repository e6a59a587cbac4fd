import type { Queryable } from './pools.ts';

/** What had been published of a device and quantity, as it stood before a day. Ratios; instants in microseconds since 1970. */
export interface AnswerBefore {
  readonly source: 'published' | 'history';
  readonly as_of: number;
  readonly indication: string | null;
  readonly recommendation: 'none' | 'watch' | 'inspect' | 'reverify';
  readonly error_estimate: number | null;
  readonly interval_low: number | null;
  readonly interval_high: number | null;
  readonly probability_over_limit: number | null;
  readonly probability_drifted: number | null;
  readonly model_version: string | null;
}

/** A device and quantity on the day of a verification. */
export interface AskedAnswer {
  readonly recordId: number;
  readonly deviceId: string;
  readonly quantity: string;
  readonly verifiedOn: string;
}

// The day begins at midnight where the tenant is. What was recommended at a point of the weekly history is what the finding of the device said then;
// without one nothing was recommended.
const ANSWERS = `
  WITH asked AS (
    SELECT a.record_id, a.device_id, a.quantity,
           a.verified_on::timestamp AT TIME ZONE (SELECT zone FROM tenants WHERE tenant = $1) AS midnight
      FROM unnest($2::bigint[], $3::text[], $4::text[], $5::date[]) AS a (record_id, device_id, quantity, verified_on)
  )
  SELECT a.record_id, 'published' AS source, h.as_of, h.indication, h.recommendation, h.error_estimate, h.interval_low, h.interval_high,
         h.probability_over_limit, h.probability_drifted, h.model_version
    FROM asked a JOIN health h ON h.tenant = $1 AND h.device_id = a.device_id AND h.quantity = a.quantity AND h.as_of <= a.midnight
  UNION ALL
  SELECT a.record_id, 'history', h.as_of, said.indication, coalesce(said.recommendation, 'none'), h.error_estimate, h.interval_low,
         h.interval_high, NULL, NULL, NULL
    FROM asked a
    CROSS JOIN LATERAL (
      SELECT h.as_of, h.error_estimate, h.interval_low, h.interval_high FROM health_history h
       WHERE h.tenant = $1 AND h.device_id = a.device_id AND h.quantity = a.quantity AND h.as_of <= a.midnight
       ORDER BY h.as_of DESC LIMIT 1) h
    LEFT JOIN LATERAL (
      SELECT split_part(e.to_value, '/', 1) AS indication, split_part(e.to_value, '/', 2) AS recommendation
        FROM findings f JOIN finding_events e ON e.tenant = f.tenant AND e.finding_id = f.id AND e.kind = 'indication_changed'
       WHERE f.tenant = $1 AND f.device_id = a.device_id AND f.quantity = a.quantity AND f.indication IS NOT NULL
         AND e.as_of <= a.midnight
       ORDER BY e.as_of DESC, e.id DESC LIMIT 1) said ON true`;

/**
 * The published answers before the days of verifications, by record: the present one where its data ends before that day, else the last point of the
 * weekly history. The later of the two; none where nothing had been published.
 */
export async function readAnswersBefore(
  client: Queryable,
  tenant: string,
  asked: readonly AskedAnswer[],
): Promise<Map<number, AnswerBefore>> {
  const { rows } = await client.query<AnswerBefore & { readonly record_id: number }>(ANSWERS, [
    tenant,
    asked.map((one) => one.recordId),
    asked.map((one) => one.deviceId),
    asked.map((one) => one.quantity),
    asked.map((one) => one.verifiedOn),
  ]);
  const answers = new Map<number, AnswerBefore>();
  for (const { record_id: recordId, ...answer } of rows) {
    const other = answers.get(recordId);
    const isLater =
      other === undefined ||
      answer.as_of > other.as_of ||
      (answer.as_of === other.as_of && answer.source === 'published');
    if (isLater) answers.set(recordId, answer);
  }
  return answers;
}
