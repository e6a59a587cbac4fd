import {
  type DismissReason,
  type FindingChange,
  type FindingStatus,
  isLiveStatus,
  refusedTransition,
} from '@verimeter/api-schema';
import {
  type FindingEventInput,
  type Person,
  type PoolClient,
  addFindingEvents,
} from '@verimeter/registry';

interface HeldFinding {
  readonly id: number;
  readonly subject: string;
  readonly status: FindingStatus;
  readonly comment: string | null;
  readonly reason: DismissReason | null;
  readonly assignee: string | null;
  readonly verification_id: number | null;
}

interface RefusedChange {
  readonly id: number;
  readonly code: 'not_found' | 'conflict';
  readonly message: string;
}

export interface ChangedFindings {
  readonly changed: readonly number[];
  readonly unchanged: readonly number[];
  readonly refused: readonly RefusedChange[];
}

const SUBJECT = `coalesce(device_id, '') || E'\\n' || coalesce(group_id, '') || E'\\n' || quantity`;
const HOLD = `
  SELECT id, ${SUBJECT} AS subject, status, comment, reason, assignee, verification_id
    FROM findings WHERE id = ANY ($1) ORDER BY id FOR UPDATE`;

// As the index findings_live has them.
const LIVE = `
  SELECT ${SUBJECT} AS subject
    FROM unnest($2::text[]) AS w (subject)
    JOIN findings f ON f.tenant = $1 AND coalesce(f.device_id, '') = split_part(w.subject, E'\\n', 1)
                   AND coalesce(f.group_id, '') = split_part(w.subject, E'\\n', 2) AND f.quantity = split_part(w.subject, E'\\n', 3)
   WHERE f.status IN ('open', 'acknowledged', 'ordered')`;

/** Of the findings that are over, the subjects that have another, live one. */
async function liveSubjects(
  client: PoolClient,
  tenant: string,
  held: readonly HeldFinding[],
): Promise<Set<string>> {
  const over = held.filter(({ status }) => !isLiveStatus(status));
  if (over.length === 0) return new Set();
  const { rows } = await client.query<{ subject: string }>(LIVE, [
    tenant,
    over.map(({ subject }) => subject),
  ]);
  return new Set(rows.map(({ subject }) => subject));
}

const UPDATE = `
  UPDATE findings f
     SET status = c.status, comment = c.comment, reason = c.reason, assignee = c.assignee, verification_id = c.verification_id, updated_at = now()
    FROM jsonb_to_recordset($1::jsonb) AS c (id bigint, status text, comment text, reason text, assignee text, verification_id bigint)
   WHERE f.id = c.id`;

/** What the finding is after the change; undefined: the same. */
function changedFinding(held: HeldFinding, change: FindingChange): HeldFinding | undefined {
  const status = change.status ?? held.status;
  const comment = change.comment === undefined ? held.comment : change.comment || null;
  const assignee = change.assignee === undefined ? held.assignee : change.assignee;
  const given = change.reason === 'reopened' ? undefined : change.reason;
  const next: HeldFinding = {
    ...held,
    status,
    comment,
    assignee,
    reason: status === 'dismissed' ? (given ?? held.reason) : null,
    verification_id: status === 'verified' ? held.verification_id : null,
  };
  const isSame =
    status === held.status &&
    comment === held.comment &&
    assignee === held.assignee &&
    next.reason === held.reason;
  return isSame ? undefined : next;
}

function eventsOf(
  held: HeldFinding,
  next: HeldFinding,
  change: FindingChange,
): FindingEventInput[] {
  const events: FindingEventInput[] = [];
  const findingId = held.id;
  if (next.status !== held.status || next.reason !== held.reason)
    events.push({
      findingId,
      kind: 'status',
      from: held.status,
      to: next.status,
      text: change.reason ?? null,
    });
  if (next.assignee !== held.assignee)
    events.push({
      findingId,
      kind: 'assignment',
      from: held.assignee,
      to: next.assignee,
      text: null,
    });
  if (next.comment !== held.comment)
    events.push({ findingId, kind: 'comment', from: null, to: null, text: next.comment });
  return events;
}

/** A change of one finding may leave out that what is over is looked at again: any status may follow any other (CONTRACTS 6). */
function withReason(from: FindingStatus, to: FindingStatus, change: FindingChange): FindingChange {
  return !isLiveStatus(from) && isLiveStatus(to) ? { ...change, reason: 'reopened' } : change;
}

/**
 * Changes findings alike, each as a whole or not at all, and writes down what was done. Announces nothing: that is the last statement of the caller's
 * transaction. `isStrict`: what is over takes the reason `reopened` to be made live, and nothing else may be made of it.
 */
export async function changeFindings(
  client: PoolClient,
  tenant: string,
  ids: readonly number[],
  wanted: FindingChange,
  { by, isStrict }: { readonly by: Person; readonly isStrict: boolean },
): Promise<ChangedFindings> {
  const { rows: held } = await client.query<HeldFinding>(HOLD, [ids]);
  const live = await liveSubjects(client, tenant, held);
  const known = new Set(held.map(({ id }) => id));
  const refused: RefusedChange[] = [...new Set(ids)]
    .filter((id) => !known.has(id))
    .map((id) => ({
      id,
      code: 'not_found',
      message: `There is no finding "${id}" in your tenant.`,
    }));
  const changed: HeldFinding[] = [];
  const unchanged: number[] = [];
  const events: FindingEventInput[] = [];
  for (const finding of held) {
    const { id, status, subject } = finding;
    const to = wanted.status ?? status;
    const change = isStrict ? wanted : withReason(status, to, wanted);
    const refusal = isStrict ? refusedTransition(status, to, change.reason) : undefined;
    const next = changedFinding(finding, change);
    if (refusal !== undefined)
      refused.push({
        id,
        code: 'conflict',
        message: `Finding ${id} cannot become ${to}: ${refusal}.`,
      });
    else if (!isLiveStatus(status) && isLiveStatus(to) && live.has(subject))
      refused.push({
        id,
        code: 'conflict',
        message: `Finding ${id} cannot become ${to}: there is a newer finding for the same device or group; change that one.`,
      });
    else if (next === undefined) unchanged.push(id);
    else {
      if (isLiveStatus(to)) live.add(subject);
      changed.push(next);
      events.push(...eventsOf(finding, next, change));
    }
  }
  if (changed.length > 0) {
    await client.query(UPDATE, [JSON.stringify(changed)]);
    await addFindingEvents(client, tenant, events, by);
  }
  return { changed: changed.map(({ id }) => id), unchanged, refused };
}
