import { type EvidencePack, HEALTH_COLUMNS } from '@verimeter/api-schema';
import type { PoolClient } from '@verimeter/registry';
import { canonicalJson, sha256 } from '../canonical-json.ts';
import type { StoredEvidence } from '../evidence.ts';
import { instantOrNull } from '../instants.ts';
import { dayIn } from './register-record.ts';

type Estimate = EvidencePack['estimates'][number];
type Row = Omit<Estimate, 'as_of' | 'evidence' | 'run' | 'data_from'> & {
  readonly as_of: number | null;
  readonly evidence: readonly StoredEvidence[];
  readonly run_id: number;
  readonly asked_for: number | null;
  readonly finished_at: number | null;
  readonly configuration: unknown;
};

const COLUMNS = HEALTH_COLUMNS.map((column) => `h."${column}"`).join(', ');
const DAY_US = 86_400e6;

/** What the analysis says of a device, with the run it comes from. */
export async function readEstimates(
  client: PoolClient,
  deviceId: string,
  zone: string,
): Promise<Estimate[]> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS}, h.evidence, h.run_id, r.as_of AS asked_for, r.finished_at, r.configuration
       FROM health h JOIN analysis_runs r USING (run_id) WHERE h.device_id = $1 ORDER BY h.quantity`,
    [deviceId],
  );
  return rows.map((row) => {
    const { evidence, run_id: id, asked_for: asked, finished_at: finished, ...rest } = row;
    const { configuration, as_of: asOf, ...health } = rest;
    return {
      ...health,
      as_of: instantOrNull(asOf),
      evidence: evidence.map(({ code, values = {} }) => ({ code, values: { ...values } })),
      run: {
        id,
        as_of: instantOrNull(asked),
        finished_at: instantOrNull(finished),
        configuration_sha256: sha256(canonicalJson(configuration)),
      },
      data_from:
        asOf === null || health.evidence_days === null
          ? null
          : dayIn(zone, asOf - health.evidence_days * DAY_US),
    };
  });
}
