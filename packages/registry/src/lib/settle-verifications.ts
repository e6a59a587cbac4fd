import { type FindingEventInput, addFindingEvents, announceFindings } from './finding-events.ts';
import { answersFinding } from './found-state.ts';
import type { Person } from './legal-rules.ts';
import type { Queryable } from './pools.ts';
import {
  type StoredVerification,
  type VerificationRow,
  VERIFICATION_COLUMNS,
  toVerifications,
} from './verification-records.ts';
import { type FindingsBefore, scoreVerifications } from './verification-scores.ts';

/** Records per round. */
const AT_A_TIME = 1000;

interface ConcernedFinding {
  readonly id: number;
  readonly device_id: string;
  readonly quantity: string;
  readonly status: string;
  readonly verification_id: number | null;
  /** The day up to which the data opened it, where the tenant is. */
  readonly opened_on: string;
  /** Records that closed it, so that one which a person reopened stays open. */
  readonly closed_by: readonly number[];
  /** Its status before the record that closes it now. */
  readonly before: string | null;
}

const CONCERNED = `
  SELECT f.id, f.device_id, f.quantity, f.status, f.verification_id,
         (coalesce(f.opened_as_of, f.created_at) AT TIME ZONE t.zone)::date AS opened_on,
         ARRAY(SELECT e.verification_id FROM finding_events e
                WHERE e.tenant = f.tenant AND e.finding_id = f.id AND e.kind = 'verified' AND e.to_value = 'verified'
                  AND NOT EXISTS (SELECT FROM finding_events u
                                   WHERE u.tenant = e.tenant AND u.finding_id = e.finding_id AND u.kind = 'verified'
                                     AND u.verification_id = e.verification_id AND u.id > e.id AND u.to_value <> 'verified'))::float8[] AS closed_by,
         (SELECT e.from_value FROM finding_events e
           WHERE e.tenant = f.tenant AND e.finding_id = f.id AND e.kind = 'verified' AND e.verification_id = f.verification_id
           ORDER BY e.id DESC LIMIT 1) AS before
    FROM findings f JOIN tenants t USING (tenant)
   WHERE f.tenant = $1 AND f.device_id IS NOT NULL
     AND (f.device_id = ANY ($2) OR f.verification_id = ANY ($3))
   ORDER BY f.id FOR UPDATE OF f`;

const LIVE = new Set(['open', 'acknowledged', 'ordered']);

interface Settlement {
  readonly id: number;
  readonly status: string;
  readonly verificationId: number | null;
  readonly reason: string | null;
  readonly event: FindingEventInput;
}

const subjectOf = (finding: ConcernedFinding): string =>
  `${finding.device_id}\n${finding.quantity}`;

const stillAnswers = (record: StoredVerification, finding: ConcernedFinding): boolean =>
  answersFinding(record) &&
  record.deviceId === finding.device_id &&
  record.verifiedOn >= finding.opened_on;

/** A finding whose record no longer answers it is live again, unless a newer one has taken its place. */
function reopening(
  finding: ConcernedFinding,
  verificationId: number,
  hasOther: boolean,
): Settlement {
  const status = hasOther ? 'dismissed' : (finding.before ?? 'open');
  return {
    id: finding.id,
    status,
    verificationId: null,
    reason: hasOther ? 'duplicate' : null,
    event: {
      findingId: finding.id,
      kind: 'verified',
      from: finding.status,
      to: status,
      text: null,
      verificationId,
    },
  };
}

const closing = (finding: ConcernedFinding, record: StoredVerification): Settlement => ({
  id: finding.id,
  status: 'verified',
  verificationId: record.id,
  reason: null,
  event: {
    findingId: finding.id,
    kind: 'verified',
    from: finding.status,
    to: 'verified',
    text: record.result,
    verificationId: record.id,
  },
});

/** What the records mean for the findings of their devices. */
function settlements(
  findings: readonly ConcernedFinding[],
  records: readonly StoredVerification[],
): Settlement[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const byDevice = Map.groupBy(records, (record) => record.deviceId);
  const live = new Set(findings.filter(({ status }) => LIVE.has(status)).map(subjectOf));
  return findings.flatMap((finding): Settlement[] => {
    if (LIVE.has(finding.status)) {
      const record = (byDevice.get(finding.device_id) ?? []).find(
        (one) => stillAnswers(one, finding) && !finding.closed_by.includes(one.id),
      );
      return record === undefined ? [] : [closing(finding, record)];
    }
    const record = finding.verification_id === null ? undefined : byId.get(finding.verification_id);
    if (finding.status !== 'verified' || record === undefined || stillAnswers(record, finding))
      return [];
    const hasOther = live.has(subjectOf(finding));
    if (!hasOther) live.add(subjectOf(finding));
    return [reopening(finding, record.id, hasOther)];
  });
}

/** The finding that each record answers, closed by it or not: live ones first, then the newest. */
function findingsBefore(
  findings: readonly ConcernedFinding[],
  records: readonly StoredVerification[],
): FindingsBefore {
  const found = new Map<number, number>();
  for (const record of records) {
    const own = findings.filter(
      (finding) =>
        stillAnswers(record, finding) &&
        (LIVE.has(finding.status) || finding.closed_by.includes(record.id)),
    );
    const last = own.at(-1);
    if (last !== undefined) found.set(record.id, last.id);
  }
  return found;
}

async function readRecords(
  client: Queryable,
  tenant: string,
  ids: readonly number[],
): Promise<StoredVerification[]> {
  const { rows } = await client.query<VerificationRow>(
    `SELECT ${VERIFICATION_COLUMNS} FROM verifications WHERE tenant = $1 AND record_id = ANY ($2) ORDER BY verified_on, record_id`,
    [tenant, ids],
  );
  return toVerifications(rows);
}

async function settleSome(
  client: Queryable,
  tenant: string,
  ids: readonly number[],
  by: Person,
): Promise<number[]> {
  const records = await readRecords(client, tenant, ids);
  const deviceIds = [...new Set(records.map((record) => record.deviceId))];
  const { rows: findings } = await client.query<ConcernedFinding>(CONCERNED, [
    tenant,
    deviceIds,
    ids,
  ]);
  await scoreVerifications(client, tenant, records, findingsBefore(findings, records));
  const changes = settlements(findings, records);
  // What is closed first makes room for what is live again: one live finding per subject.
  for (const status of ['closed', 'live'] as const) {
    const some = changes.filter((change) => LIVE.has(change.status) === (status === 'live'));
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await client.query(
      `UPDATE findings f SET status = c.status, verification_id = c.verification_id, reason = c.reason, updated_at = now()
         FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[]) AS c (id, status, verification_id, reason)
        WHERE f.tenant = $1 AND f.id = c.id`,
      [
        tenant,
        some.map((change) => change.id),
        some.map((change) => change.status),
        some.map((change) => change.verificationId),
        some.map((change) => change.reason),
      ],
    );
  }
  await addFindingEvents(
    client,
    tenant,
    changes.map(({ event }) => event),
    by,
  );
  return changes.map(({ id }) => id);
}

/**
 * Draws the conclusions of verification records that were entered, corrected or withdrawn in this transaction: scores them, closes the findings that they
 * answer, and opens those again that they no longer do. To be called when all their test points are written. The same records again change nothing.
 * Announces the findings, so it is the last thing of the transaction. Returns their ids.
 */
export async function settleVerifications(
  client: Queryable,
  tenant: string,
  recordIds: readonly number[],
  by: Person,
): Promise<number[]> {
  const changed: number[] = [];
  for (let from = 0; from < recordIds.length; from += AT_A_TIME)
    changed.push(
      // oxlint-disable-next-line no-await-in-loop -- one connection
      ...(await settleSome(client, tenant, recordIds.slice(from, from + AT_A_TIME), by)),
    );
  await announceFindings(client, tenant, changed);
  return changed;
}
