import { formatTimestamp } from '@verimeter/telemetry';
import type { Person } from './legal-rules.ts';
import { addLiveEvents } from './live-events.ts';
import type { Queryable } from './pools.ts';

type FindingEventKind = 'status' | 'comment' | 'assignment' | 'indication_changed' | 'verified';

/** One thing that happened to a finding. */
export interface FindingEventInput {
  readonly findingId: number;
  readonly kind: FindingEventKind;
  readonly from: string | null;
  readonly to: string | null;
  readonly text: string | null;
  readonly verificationId?: number | null;
}

export interface FindingEventRow {
  readonly id: number;
  readonly at: number;
  /** Null: the analysis. */
  readonly by_id: string | null;
  readonly by_name: string | null;
  readonly kind: FindingEventKind;
  readonly from_value: string | null;
  readonly to_value: string | null;
  readonly text: string | null;
  readonly verification_id: number | null;
  readonly as_of: number | null;
}

/** Writes down what a person did, in this order. */
export async function addFindingEvents(
  client: Queryable,
  tenant: string,
  events: readonly FindingEventInput[],
  by: Person,
): Promise<void> {
  if (events.length === 0) return;
  await client.query(
    `INSERT INTO finding_events (tenant, finding_id, by_id, by_name, kind, from_value, to_value, text, verification_id)
     SELECT $1, e.finding_id, $2, $3, e.kind, e.from_value, e.to_value, e.text, e.verification_id
       FROM unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[])
              WITH ORDINALITY AS e (finding_id, kind, from_value, to_value, text, verification_id, n)
      ORDER BY e.n`,
    [
      tenant,
      by.id,
      by.name,
      events.map((event) => event.findingId),
      events.map((event) => event.kind),
      events.map((event) => event.from),
      events.map((event) => event.to),
      events.map((event) => event.text),
      events.map((event) => event.verificationId ?? null),
    ],
  );
}

/** All that happened to a finding, first thing first. */
export async function readFindingEvents(
  client: Queryable,
  tenant: string,
  findingId: number,
): Promise<FindingEventRow[]> {
  const { rows } = await client.query<FindingEventRow>(
    `SELECT id, at, by_id, by_name, kind, from_value, to_value, text, verification_id, as_of
       FROM finding_events WHERE tenant = $1 AND finding_id = $2 ORDER BY id`,
    [tenant, findingId],
  );
  return rows;
}

interface AnnouncedRow {
  readonly as_of: number | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** Tells the live stream how some findings stand. Last statement of a transaction: ids of live events are given out under a lock. */
export async function announceFindings(
  client: Queryable,
  tenant: string,
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await client.query<AnnouncedRow>(
    `SELECT id, device_id, group_id, quantity, indication, recommendation, group_status, as_of, status, comment, reason, assignee,
            verification_id, created_at, updated_at
       FROM findings WHERE tenant = $1 AND id = ANY ($2) ORDER BY id`,
    [tenant, ids],
  );
  await addLiveEvents(
    client,
    rows.map((row) => ({
      tenant,
      kind: 'finding',
      body: {
        ...row,
        as_of: row.as_of === null ? null : formatTimestamp(row.as_of),
        created_at: formatTimestamp(row.created_at),
        updated_at: formatTimestamp(row.updated_at),
      },
    })),
  );
}
