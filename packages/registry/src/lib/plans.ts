import type { Queryable } from './pools.ts';

/** Who did it: a key of the API, or whoever ran a command. */
export interface PlanAuthor {
  readonly id: string;
  readonly name: string | null;
}

/** Why a device is in a plan; the sentence is made of it by the API. */
interface PlanReason {
  readonly code: string;
  readonly values: Readonly<Record<string, number | string>>;
}

export type PlanStatus = 'draft' | 'issued' | 'closed';
export type PlanItemState = 'planned' | 'ordered' | 'done' | 'skipped';

/** A plan as it is made; the JSON columns are what packages/api-schema says. */
export interface NewPlan {
  readonly period: string;
  readonly policy: string;
  readonly as_of: string;
  readonly seed: number;
  readonly random_share: number;
  readonly settings: unknown;
  readonly teams: unknown;
  readonly summary: unknown;
  readonly next_in_line: unknown;
  readonly note: string | null;
}

export interface PlanRow extends NewPlan {
  readonly id: number;
  readonly status: PlanStatus;
  readonly made_by: string;
  readonly made_by_name: string | null;
  readonly made_at: number;
  readonly issued_by: string | null;
  readonly issued_by_name: string | null;
  readonly issued_at: number | null;
  readonly closed_by: string | null;
  readonly closed_by_name: string | null;
  readonly closed_at: number | null;
  readonly states: Readonly<Record<PlanItemState, number>>;
}

export interface NewPlanItem {
  readonly rank: number;
  readonly device_id: string;
  readonly team: string;
  readonly day: number;
  readonly stop: number;
  readonly visit_on: string | null;
  readonly must: boolean;
  readonly random: boolean;
  readonly score: number;
  readonly terms: unknown;
  readonly facts: unknown;
  readonly reasons: readonly PlanReason[];
  readonly travel_minutes: number;
  readonly work_minutes: number;
}

export interface PlanItemRow extends NewPlanItem {
  readonly plan_id: number;
  readonly state: PlanItemState;
  readonly state_reason: string | null;
  readonly work_order: string | null;
  readonly changed_by: string | null;
  readonly changed_by_name: string | null;
  readonly changed_at: number | null;
}

const STATES = `(SELECT json_build_object(
    'planned', count(*) FILTER (WHERE i.state = 'planned'), 'ordered', count(*) FILTER (WHERE i.state = 'ordered'),
    'done', count(*) FILTER (WHERE i.state = 'done'), 'skipped', count(*) FILTER (WHERE i.state = 'skipped'))
    FROM plan_items i WHERE i.tenant = p.tenant AND i.plan_id = p.id) AS states`;
const PLAN_COLUMNS = `p.id, p.period, p.policy, p.as_of, p.seed, p.random_share, p.settings, p.teams, p.summary, p.next_in_line, p.note, p.status, p.made_by,
  p.made_by_name, p.made_at, p.issued_by, p.issued_by_name, p.issued_at, p.closed_by, p.closed_by_name, p.closed_at, ${STATES}`;
const ITEM_COLUMNS = `plan_id, rank, device_id, team, day, stop, visit_on, must, random, score, terms, facts, reasons, travel_minutes,
  work_minutes, state, state_reason, work_order, changed_by, changed_by_name, changed_at`;

/** Keeps a plan as a draft; returns its id. In a transaction. */
export async function insertPlan(
  db: Queryable,
  tenant: string,
  plan: NewPlan,
  items: readonly NewPlanItem[],
  author: PlanAuthor,
): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO plans (tenant, period, policy, as_of, seed, random_share, settings, teams, summary, next_in_line, note, made_by, made_by_name)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id`,
    [
      tenant,
      plan.period,
      plan.policy,
      plan.as_of,
      plan.seed,
      plan.random_share,
      JSON.stringify(plan.settings),
      JSON.stringify(plan.teams),
      JSON.stringify(plan.summary),
      JSON.stringify(plan.next_in_line),
      plan.note,
      author.id,
      author.name,
    ],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('a plan was inserted without an id');
  await db.query(
    `INSERT INTO plan_items (tenant, plan_id, rank, device_id, team, day, stop, visit_on, must, random, score, terms, facts, reasons,
                             travel_minutes, work_minutes)
     SELECT $1, $2, r.rank, r.device_id, r.team, r.day, r.stop, r.visit_on, r.must, r.random, r.score, r.terms, r.facts, r.reasons,
            r.travel_minutes, r.work_minutes
       FROM jsonb_to_recordset($3::jsonb) AS r (rank integer, device_id text, team text, day integer, stop integer, visit_on date,
              must boolean, random boolean, score float8, terms jsonb, facts jsonb, reasons jsonb, travel_minutes float8, work_minutes float8)`,
    [tenant, id, JSON.stringify(items)],
  );
  return id;
}

export async function readPlan(
  db: Queryable,
  tenant: string,
  id: number,
): Promise<PlanRow | undefined> {
  const { rows } = await db.query<PlanRow>(
    `SELECT ${PLAN_COLUMNS} FROM plans p WHERE p.tenant = $1 AND p.id = $2`,
    [tenant, id],
  );
  return rows[0];
}

/** The newest first. */
export async function readPlans(
  db: Queryable,
  tenant: string,
  page: {
    readonly status?: readonly string[] | undefined;
    readonly period?: string | undefined;
    readonly before?: number | undefined;
    readonly limit: number;
  },
): Promise<PlanRow[]> {
  const { rows } = await db.query<PlanRow>(
    `SELECT ${PLAN_COLUMNS} FROM plans p
      WHERE p.tenant = $1 AND ($2::text[] IS NULL OR p.status = ANY ($2)) AND ($3::text IS NULL OR p.period = $3)
            AND ($4::bigint IS NULL OR p.id < $4)
      ORDER BY p.id DESC LIMIT $5`,
    [tenant, page.status ?? null, page.period ?? null, page.before ?? null, page.limit],
  );
  return rows;
}

/** Items by rank. */
export async function readPlanItems(
  db: Queryable,
  tenant: string,
  planId: number,
  page: {
    readonly team?: string | undefined;
    readonly state?: readonly string[] | undefined;
    readonly workOrder?: string | undefined;
    readonly deviceId?: string | undefined;
    readonly afterRank?: number | undefined;
    readonly limit: number | null;
  },
): Promise<PlanItemRow[]> {
  const { rows } = await db.query<PlanItemRow>(
    `SELECT ${ITEM_COLUMNS} FROM plan_items
      WHERE tenant = $1 AND plan_id = $2 AND ($3::text IS NULL OR team = $3) AND ($4::text[] IS NULL OR state = ANY ($4))
            AND ($5::text IS NULL OR work_order = $5) AND ($6::text IS NULL OR device_id = $6) AND ($7::integer IS NULL OR rank > $7)
      ORDER BY rank LIMIT $8`,
    [
      tenant,
      planId,
      page.team ?? null,
      page.state ?? null,
      page.workOrder ?? null,
      page.deviceId ?? null,
      page.afterRank ?? null,
      page.limit,
    ],
  );
  return rows;
}
