import type { SavedView } from '@verimeter/api-schema';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import type { Principal } from '../authentication.ts';
import { requireRole } from '../authentication.ts';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { ProblemError, notFound } from '../problem-error.ts';

/** More than anybody looks through; keeps a key from filling the table. */
const VIEWS_OF_A_KEY = 200;

interface Row extends Omit<SavedView, 'created_at' | 'own'> {
  readonly created_at: number;
  readonly owner_key: string;
}

const COLUMNS = 'id, page, name, query, shared, created_at, owner_key';

const toView = ({ owner_key, created_at, ...row }: Row, { keyId }: Principal): SavedView => ({
  ...row,
  own: owner_key === keyId,
  created_at: formatTimestamp(created_at),
});

export function registerSavedViewRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listSavedViews', async (client, { principal, query }) => {
    const { rows } = await client.query<Row>(
      `SELECT ${COLUMNS} FROM saved_views
        WHERE withdrawn_at IS NULL AND (shared OR owner_key = $1) AND ($2::text IS NULL OR page = $2)
        ORDER BY lower(name), id LIMIT 1000`,
      [principal.keyId, query.page ?? null],
    );
    return { items: rows.map((row) => toView(row, principal)), next_cursor: null };
  });

  mountTenantOperation(app, context, 'saveView', async (client, { principal, body }) => {
    if (body.shared) requireRole(principal, 'operator');
    const { rows } = await client.query<Row>(
      `INSERT INTO saved_views (tenant, page, name, query, shared, owner_key)
       SELECT $1, $2, $3, $4, $5, $6
        WHERE (SELECT count(*) FROM saved_views WHERE owner_key = $6 AND withdrawn_at IS NULL) < $7
       ON CONFLICT DO NOTHING
       RETURNING ${COLUMNS}`,
      [
        principal.tenant,
        body.page,
        body.name,
        body.query,
        body.shared,
        principal.keyId,
        VIEWS_OF_A_KEY,
      ],
    );
    const [row] = rows;
    if (row === undefined)
      throw new ProblemError(
        'conflict',
        `This key has a view of that name on this page, or ${VIEWS_OF_A_KEY} views; choose another name, or withdraw one.`,
        { errors: [{ field: 'name', message: 'is taken, or there are too many views' }] },
      );
    return toView(row, principal);
  });

  mountTenantOperation(app, context, 'withdrawView', async (client, { principal, params }) => {
    const { rows } = await client.query<{ owner_key: string }>(
      `SELECT owner_key FROM saved_views
        WHERE id = $1 AND withdrawn_at IS NULL AND (shared OR owner_key = $2)`,
      [params.id, principal.keyId],
    );
    const [row] = rows;
    if (row === undefined) throw notFound('view', params.id);
    if (row.owner_key !== principal.keyId) requireRole(principal, 'operator');
    await client.query(
      `UPDATE saved_views SET withdrawn_at = now(), withdrawn_by = $2
        WHERE id = $1 AND withdrawn_at IS NULL`,
      [params.id, principal.keyId],
    );
    return undefined;
  });
}
