import type { Queryable } from './pools.ts';

/** Topics that a source had before it was changed, switched off or removed. */
export interface FormerFilter {
  readonly tenant: string;
  readonly filter: string;
}

/** The topics that sources had in the last weeks, those that were given up last first. */
export async function readFormerFilters(db: Queryable): Promise<FormerFilter[]> {
  const { rows } = await db.query<FormerFilter>(
    'SELECT holder AS tenant, filter FROM former_filters ORDER BY until_at DESC, holder, filter LIMIT 1000',
  );
  return rows;
}
