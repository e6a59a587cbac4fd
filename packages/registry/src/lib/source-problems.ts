import type { Queryable } from './pools.ts';

/** What keeps a worker from a source. */
export interface SourceProblem {
  readonly tenant: string;
  readonly source: string;
  /** For whoever looks after the source: with what mends it. */
  readonly problem: string;
}

/** What a worker has to say of sources replaces what it said before; it says it again while it goes on. */
export async function writeSourceProblems(
  db: Queryable,
  worker: string,
  problems: readonly SourceProblem[],
): Promise<void> {
  const columns = [
    problems.map(({ tenant }) => tenant),
    problems.map(({ source }) => source),
    problems.map(({ problem }) => problem.toWellFormed().replaceAll('\0', '\u{fffd}')),
  ];
  await db.query(
    `DELETE FROM source_problems p WHERE worker = $1
        AND NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[]) AS n (tenant, source) WHERE (n.tenant, n.source) = (p.tenant, p.source))`,
    [worker, ...columns.slice(0, 2)],
  );
  if (problems.length === 0) return;
  await db.query(
    `INSERT INTO source_problems AS p (tenant, source, worker, problem)
     SELECT n.tenant, n.source, $1, n.problem
       FROM unnest($2::text[], $3::text[], $4::text[]) AS n (tenant, source, problem)
       JOIN sources s ON s.tenant = n.tenant AND s.name = n.source
     ON CONFLICT (tenant, source, worker) DO UPDATE
       SET problem = excluded.problem, seen_at = now(), since = CASE WHEN p.problem = excluded.problem THEN p.since ELSE now() END`,
    [worker, ...columns],
  );
}

export interface SourceProblemRow {
  readonly source: string;
  readonly worker: string;
  readonly problem: string;
  /** Microseconds since 1970. */
  readonly since: number;
}

/** What keeps workers from sources of a tenant now: a worker that has said nothing for three minutes does not run. */
export async function readSourceProblems(
  db: Queryable,
  tenant: string,
): Promise<SourceProblemRow[]> {
  const { rows } = await db.query<SourceProblemRow>(
    `SELECT source, worker, problem, since FROM source_problems
      WHERE tenant = $1 AND seen_at > now() - interval '3 minutes' ORDER BY source, worker`,
    [tenant],
  );
  return rows;
}
