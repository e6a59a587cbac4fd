import type { AreaResult, DeviceResult } from '@verimeter/drift';
import {
  type ChangedFinding,
  type FindingRow,
  type GroupHealthRow,
  type HealthHistoryRow,
  type HealthRow,
  type Pool,
  type PoolClient,
  type ReadMark,
  type RelativeDrift,
  addLiveEvents,
  finishRun,
  publishHealth,
  startRun,
  timestamptzOrNull,
  upsertFindings,
  withTransaction,
} from '@verimeter/registry';
import type { AsOf } from './as-of.ts';
import { firstAnswers } from './first-answers.ts';
import type { FleetRecords } from './fleet-records.ts';
import { gradeLots } from './lots/grade-lots.ts';

/** What an analysis says, ready to be published. */
export interface Answers {
  readonly health: readonly HealthRow[];
  readonly history: readonly HealthHistoryRow[];
  readonly groups: readonly GroupHealthRow[];
}

const IMPORT = 'active_energy_import';

/** A device that two groups list is answered for in the first of them. */
export function historyRows(devices: readonly DeviceResult[]): HealthHistoryRow[] {
  return firstAnswers(devices).flatMap(({ deviceId, quantity = IMPORT, history }) =>
    history.map((point) => ({ deviceId, quantity, ...point })),
  );
}

/** A row per group; a group that nothing is known of has no status. */
export function groupRows(
  fleet: FleetRecords,
  asOf: AsOf,
  areas: ReadonlyMap<string, AreaResult>,
): GroupHealthRow[] {
  return fleet.groups.map(({ groupId }) => {
    const area = areas.get(groupId);
    return {
      groupId,
      asOfUs: area?.asOfUs ?? asOf.groups.get(groupId) ?? asOf.latest ?? null,
      status: area?.status ?? null,
      candidates: area?.candidates ?? [],
      evidence: area?.evidence ?? [],
    };
  });
}

const subjectOf = (finding: {
  readonly deviceId: string | null;
  readonly groupId: string | null;
  readonly quantity: string;
}): string => `${finding.deviceId ?? ''}\n${finding.groupId ?? ''}\n${finding.quantity}`;

/**
 * What is worth a person's attention: each recommendation, and each group that failed a gate. A finding that is still
 * live is told what the analysis says now, also where that is nothing to worry about any more.
 */
function findingRows(tenant: string, answers: Answers, live: ReadonlySet<string>): FindingRow[] {
  const ofDevices = answers.health.map((row): FindingRow => ({
    tenant,
    deviceId: row.deviceId,
    groupId: null,
    quantity: row.quantity,
    indication: row.indication,
    recommendation: row.recommendation,
    groupStatus: row.groupStatus,
    asOfUs: row.asOfUs,
    evidence: row.evidence,
  }));
  const ofGroups = answers.groups.map((row): FindingRow => ({
    tenant,
    deviceId: null,
    groupId: row.groupId,
    quantity: '',
    indication: null,
    recommendation: null,
    groupStatus: row.status,
    asOfUs: row.asOfUs,
    evidence: row.evidence,
  }));
  return [
    ...ofDevices.filter((row) => row.recommendation !== 'none' || live.has(subjectOf(row))),
    ...ofGroups.filter(
      (row) => (row.groupStatus !== null && row.groupStatus !== 'ok') || live.has(subjectOf(row)),
    ),
  ];
}

/** Of the devices and groups that something is said of: a night publishes a few of very many. */
async function liveSubjects(
  client: PoolClient,
  tenant: string,
  { health, groups }: Answers,
): Promise<Set<string>> {
  const result = await client.query<{
    device_id: string | null;
    group_id: string | null;
    quantity: string;
  }>(
    `SELECT device_id, group_id, quantity FROM findings
      WHERE tenant = $1 AND status IN ('open', 'acknowledged', 'ordered')
        AND (device_id = ANY ($2) OR group_id = ANY ($3))`,
    [tenant, health.map(({ deviceId }) => deviceId), groups.map(({ groupId }) => groupId)],
  );
  return new Set(
    result.rows.map((row) =>
      subjectOf({ deviceId: row.device_id, groupId: row.group_id, quantity: row.quantity }),
    ),
  );
}

function announcement(finding: ChangedFinding, asOf: ReadonlyMap<string, number | null>): object {
  return {
    id: finding.id,
    device_id: finding.deviceId,
    group_id: finding.groupId,
    quantity: finding.quantity,
    indication: finding.indication,
    recommendation: finding.recommendation,
    group_status: finding.groupStatus,
    as_of: timestamptzOrNull(asOf.get(subjectOf(finding))),
  };
}

/** Publishes in one transaction: readers see the whole old answer or the whole new one. Returns the run's id. */
export function publish(
  pool: Pool,
  options: {
    readonly tenant: string;
    readonly askedUs: number | undefined;
    readonly modelVersion: string;
    readonly configuration: object;
    readonly answers: Answers;
    readonly replace: 'all' | 'listed';
    readonly read?: ReadMark | undefined;
    /** By lot. */
    readonly relativeDrifts?: ReadonlyMap<string, RelativeDrift>;
  },
): Promise<{ readonly runId: number; readonly changedFindings: number }> {
  const { tenant, answers, replace, relativeDrifts = new Map() } = options;
  return withTransaction(pool, async (client) => {
    // Two analyses of a tenant at once: the later one to publish waits for the other and replaces it.
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [lockOf(tenant)]);
    const runId = await startRun(client, {
      tenant,
      asOfUs: options.askedUs ?? null,
      modelVersion: options.modelVersion,
      configuration: options.configuration,
      read: options.read,
    });
    const changedFindings = await publishAnswers(client, { tenant, runId, answers, replace });
    await gradeLots(client, tenant, { runId, relativeDrifts });
    await finishRun(client, runId);
    return { runId, changedFindings };
  });
}

/** A part of a run whose parts have no device and no group in common: they do not wait for each other, but for whole analyses. */
export interface PartOfRun {
  readonly tenant: string;
  readonly runId: number;
  readonly answers: Answers;
  /** Devices whose published history stands up to an instant. */
  readonly historyUntil?: ReadonlyMap<string, number> | undefined;
}

/** Publishes the devices and groups of a part in one transaction. */
export function publishPart(pool: Pool, part: PartOfRun): Promise<void> {
  return withTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock_shared(hashtext($1))', [lockOf(part.tenant)]);
    await publishAnswers(client, { ...part, replace: 'listed' });
  });
}

const lockOf = (tenant: string): string => `verimeter.analysis.${tenant}`;

/** Resolves with the number of findings that changed. */
async function publishAnswers(
  client: PoolClient,
  { tenant, runId, answers, ...rest }: PartOfRun & { readonly replace: 'all' | 'listed' },
): Promise<number> {
  await publishHealth(client, { tenant, runId, ...answers, ...rest });
  const findings = findingRows(tenant, answers, await liveSubjects(client, tenant, answers));
  const changed = await upsertFindings(client, findings);
  const asOf = new Map(findings.map((finding) => [subjectOf(finding), finding.asOfUs]));
  await addLiveEvents(
    client,
    changed.map((finding) => ({ tenant, kind: 'finding', body: announcement(finding, asOf) })),
  );
  return changed.length;
}
