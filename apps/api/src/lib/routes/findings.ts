import type { Finding, FindingStatus } from '@verimeter/api-schema';
import { type PoolClient, announceFindings, readFindingEvents } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import { z } from 'zod';
import type { Principal } from '../authentication.ts';
import { type ChangedFindings, changeFindings } from '../change-findings.ts';
import type { ApiContext } from '../context.ts';
import { languageOf } from '../evidence.ts';
import {
  FINDING_COLUMNS,
  FINDING_FILTER,
  FINDING_ORDERS,
  FINDING_TABLES,
  type FindingRow,
  filterValues,
  toFinding,
} from '../finding-items.ts';
import { instantOrNull } from '../instants.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { personOf } from '../person.ts';
import { ProblemError, notFound } from '../problem-error.ts';
import { SCORE_COLUMNS, type ScoreRow, toScoreItem } from '../score-items.ts';

const afterFinding = z.tuple([z.number(), z.number(), z.int()]);

/** Findings that one change by a filter may touch. */
const MOST_FILTERED = 10_000;
const UNIQUE_VIOLATION = '23505';

interface Asked {
  readonly principal: Principal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** @throws {ProblemError} `not_found` */
async function requireFinding(
  client: PoolClient,
  id: number,
  { principal, request, reply }: Asked,
): Promise<Finding> {
  const { rows } = await client.query<FindingRow>(
    `SELECT ${FINDING_COLUMNS} FROM ${FINDING_TABLES} WHERE f.id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw notFound('finding', id);
  return toFinding(row, languageOf(request, reply), principal.zone);
}

/** Somebody, or the analysis, made another finding of the same subject live meanwhile: the unique index findings_live. */
function asConflict(error: unknown): never {
  if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error;
  throw new ProblemError(
    'conflict',
    'There is a newer finding for the same device or group; change that one.',
    { errors: [{ field: 'status', message: 'would make two live findings' }], cause: error },
  );
}

/** @throws {ProblemError} for the finding that was to be changed and was not */
function requireChanged({ refused }: ChangedFindings): void {
  const [refusal] = refused;
  if (refusal === undefined) return;
  throw new ProblemError(refusal.code, refusal.message, {
    errors: refusal.code === 'conflict' ? [{ field: 'status', message: refusal.message }] : [],
  });
}

export function registerFindingRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listFindings', async (client, call) => {
    const { principal, query } = call;
    const page = pageOf({ list: 'findings', tenant: principal.tenant }, query, afterFinding);
    const [first, second] = FINDING_ORDERS[query.sort ?? 'newest'];
    const { rows } = await client.query<FindingRow & { first: number; second: number }>(
      `SELECT ${FINDING_COLUMNS}, ${first} AS first, ${second} AS second FROM ${FINDING_TABLES}
        WHERE ${FINDING_FILTER}
          AND ($11::integer IS NULL OR (${first}, ${second}, -f.id) > ($11::integer, $12::float8, -$13::bigint))
        ORDER BY ${first === '0' ? '' : `${first}, ${second}, `}f.id DESC LIMIT $14`,
      [...filterValues(query), ...(page.after ?? [null, null, null]), page.limit + 1],
    );
    const language = languageOf(call.request, call.reply);
    return page.of(
      rows,
      (row) => toFinding(row, language, principal.zone),
      (row) => [row.first, row.second, row.id],
    );
  });

  mountTenantOperation(app, context, 'summariseFindings', async (client, { query }) => {
    const statuses = { open: 0, acknowledged: 0, ordered: 0, verified: 0, dismissed: 0 };
    const values = filterValues(query);
    const counted = await client.query<{ status: FindingStatus; count: number }>(
      `SELECT f.status, count(*) AS count FROM ${FINDING_TABLES} WHERE ${FINDING_FILTER} GROUP BY 1`,
      [...values],
    );
    for (const { status, count } of counted.rows) statuses[status] = count;
    const { rows } = await client.query<{ assignee: string; live: number }>(
      `SELECT f.assignee, count(*) AS live FROM ${FINDING_TABLES}
        WHERE ${FINDING_FILTER} AND f.assignee IS NOT NULL AND f.status IN ('open', 'acknowledged', 'ordered')
        GROUP BY 1 ORDER BY 1 LIMIT 100`,
      [...values],
    );
    return { statuses, assignees: rows };
  });

  mountTenantOperation(app, context, 'getFinding', async (client, call) => {
    const { params, principal } = call;
    const { tenant } = principal;
    const finding = await requireFinding(client, params.id, call);
    const events = await readFindingEvents(client, tenant, params.id);
    const scores = await client.query<ScoreRow>(
      `SELECT ${SCORE_COLUMNS} FROM verification_scores WHERE finding_id = $1 AND counts ORDER BY verified_on DESC, record_id DESC LIMIT 1`,
      [params.id],
    );
    const [score] = scores.rows;
    return {
      ...finding,
      history: events.map((event) => ({
        at: formatTimestamp(event.at),
        by: event.by_id === null ? null : { id: event.by_id, name: event.by_name },
        kind: event.kind,
        from: event.from_value,
        to: event.to_value,
        text: event.text,
        verification_id: event.verification_id,
        as_of: instantOrNull(event.as_of),
      })),
      score: score === undefined ? null : toScoreItem(score),
    };
  });

  mountTenantOperation(app, context, 'changeFinding', async (client, call) => {
    const { body, params, principal } = call;
    const by = personOf(principal);
    const done = await changeFindings(client, principal.tenant, [params.id], body, {
      by,
      isStrict: false,
    }).catch(asConflict);
    requireChanged(done);
    const finding = await requireFinding(client, params.id, call);
    // Last statement of the transaction: ids of live events are given out under a lock.
    await announceFindings(client, principal.tenant, done.changed);
    return finding;
  });

  mountTenantOperation(app, context, 'changeFindings', async (client, { body, principal }) => {
    const { tenant } = principal;
    const ids = body.ids ?? (await idsOf(client, body.filter ?? {}));
    const done = await changeFindings(client, tenant, ids, body.change, {
      by: personOf(principal),
      isStrict: true,
    }).catch(asConflict);
    await announceFindings(client, tenant, done.changed);
    return {
      changed: done.changed.length,
      unchanged: done.unchanged.length,
      refused: [...done.refused],
    };
  });
}

/** Findings that a filter matches. @throws {ProblemError} where they are too many for one transaction */
async function idsOf(
  client: PoolClient,
  filter: Parameters<typeof filterValues>[0],
): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT f.id FROM ${FINDING_TABLES} WHERE ${FINDING_FILTER} ORDER BY f.id LIMIT $11`,
    [...filterValues(filter), MOST_FILTERED + 1],
  );
  if (rows.length > MOST_FILTERED)
    throw new ProblemError(
      'conflict',
      `The filter matches more than ${MOST_FILTERED} findings; narrow it, such as by group or status.`,
      { errors: [{ field: 'filter', message: `matches more than ${MOST_FILTERED} findings` }] },
    );
  return rows.map((row) => row.id);
}
