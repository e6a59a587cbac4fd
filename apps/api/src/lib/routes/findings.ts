import type { Finding, Language } from '@verimeter/api-schema';
import { addLiveEvents } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { type StoredEvidence, languageOf, renderEvidence } from '../evidence.ts';
import { instantOrNull } from '../instants.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { ProblemError, notFound } from '../problem-error.ts';

type FindingRow = Omit<Finding, 'as_of' | 'evidence' | 'created_at' | 'updated_at'> & {
  as_of: number | null;
  created_at: number;
  updated_at: number;
  evidence: StoredEvidence[];
};

const COLUMNS = `id, device_id, group_id, quantity, indication, recommendation, group_status, as_of, status, comment,
  evidence, created_at, updated_at`;

const afterId = z.tuple([z.int()]);

function toFinding(row: FindingRow, language: Language, zone: string): Finding {
  return {
    ...row,
    as_of: instantOrNull(row.as_of),
    evidence: renderEvidence(row.evidence, language, zone),
    created_at: formatTimestamp(row.created_at),
    updated_at: formatTimestamp(row.updated_at),
  };
}

const UNIQUE_VIOLATION = '23505';

function isUniqueViolation(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION;
}

export function registerFindingRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listFindings', async (client, call) => {
    const { principal, query } = call;
    const page = pageOf({ list: 'findings', tenant: principal.tenant }, query, afterId);
    const { rows } = await client.query<FindingRow>(
      `SELECT ${COLUMNS} FROM findings
        WHERE ($1::text[] IS NULL OR status = ANY ($1))
          AND ($2::text[] IS NULL OR indication = ANY ($2))
          AND ($3::text[] IS NULL OR recommendation = ANY ($3))
          AND ($4::text IS NULL OR device_id = $4)
          AND ($5::text IS NULL OR group_id = $5)
          AND ($6::bigint IS NULL OR id < $6)
        ORDER BY id DESC LIMIT $7`,
      [
        query.status ?? null,
        query.indication ?? null,
        query.recommendation ?? null,
        query.device_id ?? null,
        query.group ?? null,
        page.after?.[0] ?? null,
        page.limit + 1,
      ],
    );
    const language = languageOf(call.request, call.reply);
    return page.of(
      rows,
      (row) => toFinding(row, language, principal.zone),
      (row) => [row.id],
    );
  });

  mountTenantOperation(app, context, 'changeFinding', async (client, call) => {
    const { body, params, principal } = call;
    const { rows } = await client
      .query<FindingRow>(
        `UPDATE findings
            SET status = coalesce($2, status), comment = CASE WHEN $3 THEN $4 ELSE comment END, updated_at = now()
          WHERE id = $1 RETURNING ${COLUMNS}`,
        [params.id, body.status ?? null, body.comment !== undefined, body.comment ?? null],
      )
      .catch((error: unknown) => {
        // The unique index findings_live: one live finding per subject.
        if (!isUniqueViolation(error)) throw error;
        throw new ProblemError(
          'conflict',
          'There is a newer finding for the same device or group; change that one.',
          { errors: [{ field: 'status', message: 'would make two live findings' }], cause: error },
        );
      });
    const [row] = rows;
    if (row === undefined) throw notFound('finding', params.id);
    const finding = toFinding(row, languageOf(call.request, call.reply), principal.zone);
    const { evidence: _evidence, ...announced } = finding;
    // Last statement of the transaction: ids of live events are given out under a lock.
    await addLiveEvents(client, [{ tenant: principal.tenant, kind: 'finding', body: announced }]);
    return finding;
  });
}
