import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { SCORE_COLUMNS, type ScoreRow, toScoreItem } from '../score-items.ts';
import { type ScoredVerification, summariseScores } from '../track-record.ts';

/** Takes the period $1, $2 and kinds of devices $3. */
const SELECTED = `
      s.counts
  AND ($1::date IS NULL OR s.verified_on >= $1)
  AND ($2::date IS NULL OR s.verified_on <= $2)
  AND ($3::text[] IS NULL OR EXISTS (
        SELECT FROM devices d WHERE d.tenant = s.tenant AND d.device_id = s.device_id AND d.kind = ANY ($3)))`;

const afterScore = z.tuple([z.string(), z.int()]);

export function registerTrackRecordRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'getTrackRecord', async (client, { query }) => {
    const { rows } = await client.query<ScoredVerification>(
      `SELECT verified_on, selection, outcome, found_beyond, covered, probability_over_limit FROM verification_scores s WHERE ${SELECTED}`,
      [query.from ?? null, query.to ?? null, query.kind ?? null],
    );
    return summariseScores(rows);
  });

  mountTenantOperation(app, context, 'listVerificationScores', async (client, call) => {
    const { principal, query } = call;
    const page = pageOf({ list: 'scores', tenant: principal.tenant }, query, afterScore);
    const { rows } = await client.query<ScoreRow>(
      `SELECT ${SCORE_COLUMNS} FROM verification_scores s
        WHERE ${SELECTED}
          AND ($4::text[] IS NULL OR s.outcome = ANY ($4))
          AND ($5::text[] IS NULL OR s.selection = ANY ($5))
          AND ($6::text IS NULL OR s.device_id = $6)
          AND ($7::date IS NULL OR (s.verified_on, s.record_id) < ($7::date, $8::bigint))
        ORDER BY s.verified_on DESC, s.record_id DESC LIMIT $9`,
      [
        query.from ?? null,
        query.to ?? null,
        query.kind ?? null,
        query.outcome ?? null,
        query.selection ?? null,
        query.device_id ?? null,
        page.after?.[0] ?? null,
        page.after?.[1] ?? null,
        page.limit + 1,
      ],
    );
    return page.of(rows, toScoreItem, (row) => [row.verified_on, row.verification_id]);
  });
}
