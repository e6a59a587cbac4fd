import {
  type InstrumentCategory,
  type Selection,
  type WeightedError,
  balancedQuantity,
  categoryOfKind,
  errorLimit,
  isInstrumentCategory,
  scoreVerification,
  selectionOf,
} from '@verimeter/metrology';
import type { DeviceKind } from '@verimeter/telemetry';
import { measuredAsFound, tellsFoundState } from './found-state.ts';
import { timestamptz } from './instants.ts';
import type { Queryable } from './pools.ts';
import { type AnswerBefore, readAnswersBefore } from './published-answers.ts';
import type { StoredVerification } from './verification-records.ts';

interface DeviceRow {
  readonly device_id: string;
  readonly kind: DeviceKind;
  readonly category: string | null;
  readonly accuracy_class: string | null;
  /** Quantities that something is published of. */
  readonly quantities: readonly string[];
}

/** What a verification is held against, as far as the registry tells it. */
interface ScoredDevice {
  readonly category: InstrumentCategory | undefined;
  readonly quantity: string;
  readonly limit: number;
}

/** Undefined: a device without a relative error, or a sensor with several quantities, of which a record does not tell the one. */
function toScoredDevice(row: DeviceRow): ScoredDevice | undefined {
  const [only] = row.quantities;
  const quantity = balancedQuantity(row.kind) ?? (row.quantities.length === 1 ? only : undefined);
  if (quantity === undefined) return undefined;
  const limits = errorLimit(row.kind, row.accuracy_class ?? undefined, quantity);
  if (limits?.of !== 'relative_error') return undefined;
  return {
    category:
      row.category !== null && isInstrumentCategory(row.category)
        ? row.category
        : categoryOfKind(row.kind),
    quantity,
    limit: limits.limit,
  };
}

async function readDevices(
  client: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, ScoredDevice>> {
  const { rows } = await client.query<DeviceRow>(
    `SELECT device_id, kind, category, accuracy_class,
            ARRAY(SELECT h.quantity FROM health h WHERE h.tenant = d.tenant AND h.device_id = d.device_id ORDER BY 1) AS quantities
       FROM devices d WHERE tenant = $1 AND device_id = ANY ($2)`,
    [tenant, ids],
  );
  return new Map(
    rows.flatMap((row): [string, ScoredDevice][] => {
      const device = toScoredDevice(row);
      return device === undefined ? [] : [[row.device_id, device]];
    }),
  );
}

interface KeptScore extends AnswerBefore {
  readonly record_id: number;
  readonly device_id: string;
  readonly quantity: string;
  readonly verified_on: string;
}

const KEPT = `
  SELECT record_id, device_id, quantity, verified_on, source, as_of, indication, recommendation, error_estimate, interval_low, interval_high,
         probability_over_limit, probability_drifted, model_version
    FROM verification_scores WHERE tenant = $1 AND record_id = ANY ($2)`;

// Of two verifications after a draw only the first is the one that it led to.
const DRAWN = `
  SELECT a.record_id FROM unnest($2::bigint[], $3::text[], $4::date[]) AS a (record_id, device_id, verified_on)
   WHERE EXISTS (
     SELECT FROM plan_items i JOIN plans p ON p.tenant = i.tenant AND p.id = i.plan_id
      WHERE i.tenant = $1 AND i.device_id = a.device_id AND i.random AND i.state IN ('ordered', 'done') AND p.as_of <= a.verified_on
        AND NOT EXISTS (
          SELECT FROM verifications v
           WHERE v.tenant = $1 AND v.device_id = a.device_id AND v.withdrawn_at IS NULL
             AND v.verified_on >= p.as_of AND v.verified_on < a.verified_on))`;

/** Records of devices that a plan had drawn at random. */
async function readDrawn(
  client: Queryable,
  tenant: string,
  records: readonly StoredVerification[],
): Promise<ReadonlySet<number>> {
  const { rows } = await client.query<{ record_id: number }>(DRAWN, [
    tenant,
    records.map((record) => record.id),
    records.map((record) => record.deviceId),
    records.map((record) => record.verifiedOn),
  ]);
  return new Set(rows.map((row) => row.record_id));
}

/** A finding that was there when the device was verified, by record. */
export type FindingsBefore = ReadonlyMap<number, number>;

const UPSERT_TYPES = {
  record_id: 'bigint',
  record_version: 'integer',
  counts: 'boolean',
  device_id: 'text',
  quantity: 'text',
  verified_on: 'date',
  kind: 'text',
  selection: 'text',
  outcome: 'text',
  found_beyond: 'boolean',
  limit: 'float8',
  measured_error: 'float8',
  measured_uncertainty: 'float8',
  measured_method: 'text',
  predicted_low: 'float8',
  predicted_high: 'float8',
  covered: 'boolean',
  source: 'text',
  as_of: 'timestamptz',
  indication: 'text',
  recommendation: 'text',
  error_estimate: 'float8',
  interval_low: 'float8',
  interval_high: 'float8',
  probability_over_limit: 'float8',
  probability_drifted: 'float8',
  model_version: 'text',
  finding_id: 'bigint',
} as const;
const NAMES = Object.keys(UPSERT_TYPES).map((name) => `"${name}"`);
const UPSERT = `
  INSERT INTO verification_scores AS s (tenant, ${NAMES.join(', ')})
  SELECT $1, ${NAMES.join(', ')}
    FROM jsonb_to_recordset($2::jsonb) AS r (${Object.entries(UPSERT_TYPES)
      .map(([name, type]) => `"${name}" ${type}`)
      .join(', ')})
  ON CONFLICT (tenant, record_id) DO UPDATE SET (${NAMES.join(', ')}, scored_at) =
    ROW (${NAMES.map((name) => `excluded.${name}`).join(', ')}, now())
  WHERE (${NAMES.map((name) => `s.${name}`).join(', ')}) IS DISTINCT FROM (${NAMES.map((name) => `excluded.${name}`).join(', ')})`;

const optional = (value: number | null): number | undefined => value ?? undefined;

function toRecord(
  record: StoredVerification,
  device: ScoredDevice,
  answer: AnswerBefore,
  found: {
    readonly measured: WeightedError | undefined;
    readonly selection: Selection;
    readonly findingId: number | null;
  },
): Record<keyof typeof UPSERT_TYPES, unknown> {
  const { measured } = found;
  const score = scoreVerification(
    {
      recommendation: answer.recommendation,
      errorEstimate: optional(answer.error_estimate),
      intervalLow: optional(answer.interval_low),
      intervalHigh: optional(answer.interval_high),
    },
    { measured, result: record.result },
    device.limit,
  );
  return {
    ...answer,
    as_of: timestamptz(answer.as_of),
    record_id: record.id,
    record_version: record.version,
    counts: true,
    device_id: record.deviceId,
    quantity: device.quantity,
    verified_on: record.verifiedOn,
    kind: record.kind,
    selection: found.selection,
    outcome: score.outcome,
    found_beyond: score.foundBeyond,
    limit: device.limit,
    measured_error: measured?.error ?? null,
    measured_uncertainty: measured?.standardUncertainty ?? null,
    measured_method: measured?.method ?? null,
    predicted_low: score.predicted?.low ?? null,
    predicted_high: score.predicted?.high ?? null,
    covered: score.covered ?? null,
    finding_id: found.findingId,
  };
}

/**
 * Scores records against what had been published of their devices before they were verified. What a record was scored against is kept: an analysis that
 * knows the result says something else of the past. A record that no longer tells how the meter was found keeps its row, which counts nowhere.
 */
export async function scoreVerifications(
  client: Queryable,
  tenant: string,
  records: readonly StoredVerification[],
  findings: FindingsBefore,
): Promise<void> {
  const scored = records.filter(tellsFoundState);
  const devices = await readDevices(client, tenant, [...new Set(scored.map((r) => r.deviceId))]);
  const kept = new Map(
    (await client.query<KeptScore>(KEPT, [tenant, records.map((record) => record.id)])).rows.map(
      (row) => [row.record_id, row],
    ),
  );
  const present = await readAnswersBefore(
    client,
    tenant,
    scored.flatMap((record) => {
      const device = devices.get(record.deviceId);
      const { id: recordId, deviceId, verifiedOn } = record;
      return device === undefined
        ? []
        : [{ recordId, deviceId, quantity: device.quantity, verifiedOn }];
    }),
  );
  const drawn = await readDrawn(client, tenant, scored);
  const rows = scored.flatMap((record) => {
    const device = devices.get(record.deviceId);
    if (device === undefined) return [];
    const answer = answerOf(record, device, kept.get(record.id), present.get(record.id));
    if (answer === undefined) return [];
    const findingId = findings.get(record.id) ?? null;
    return [
      toRecord(record, device, answer, {
        measured: measuredAsFound(record, device.category),
        selection: selectionOf(record.kind ?? undefined, {
          drawn: drawn.has(record.id),
          hadFinding: findingId !== null,
        }),
        findingId,
      }),
    ];
  });
  await client.query(UPSERT, [tenant, JSON.stringify(rows)]);
  const counted = new Set(rows.map((row) => row.record_id));
  await client.query(
    `UPDATE verification_scores SET counts = false, scored_at = now() WHERE tenant = $1 AND record_id = ANY ($2) AND counts`,
    [tenant, records.map((record) => record.id).filter((id) => !counted.has(id))],
  );
}

/** The answer that a record was scored against before stands while its device and day do. */
function answerOf(
  record: StoredVerification,
  device: ScoredDevice,
  kept: KeptScore | undefined,
  present: AnswerBefore | undefined,
): AnswerBefore | undefined {
  if (
    kept === undefined ||
    kept.device_id !== record.deviceId ||
    kept.quantity !== device.quantity ||
    kept.verified_on !== record.verifiedOn
  )
    return present;
  const {
    record_id: _id,
    device_id: _device,
    quantity: _quantity,
    verified_on: _on,
    ...answer
  } = kept;
  return answer;
}
