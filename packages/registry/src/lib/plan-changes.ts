import { addFindingEvents } from './finding-events.ts';
import type { PlanAuthor, PlanItemState, PlanStatus } from './plans.ts';
import type { Queryable } from './pools.ts';

export interface WorkOrderRow {
  readonly number: string;
  readonly plan_id: number;
  readonly team: string;
  readonly day: number;
  readonly visit_on: string | null;
  readonly stops: number;
  readonly minutes: number;
  readonly issued_at: number;
  readonly open: number;
}

/** Finding of a device, for whoever listens. */
export interface OrderedFinding {
  readonly id: number;
  readonly device_id: string | null;
  readonly group_id: string | null;
  readonly quantity: string;
  readonly indication: string | null;
  readonly recommendation: string | null;
  readonly group_status: string | null;
  readonly as_of: number | null;
  readonly status: string;
  readonly comment: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

const FINDING = `f.id, f.device_id, f.group_id, f.quantity, f.indication, f.recommendation, f.group_status, f.as_of, f.status, f.comment,
  f.created_at, f.updated_at`;

export type IssueOutcome =
  | { readonly kind: 'issued'; readonly findings: readonly OrderedFinding[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly status: PlanStatus };

async function lockPlan(
  db: Queryable,
  tenant: string,
  id: number,
): Promise<PlanStatus | undefined> {
  const { rows } = await db.query<{ status: PlanStatus }>(
    'SELECT status FROM plans WHERE tenant = $1 AND id = $2 FOR UPDATE',
    [tenant, id],
  );
  return rows[0]?.status;
}

/**
 * Makes a draft binding: work orders by team and day, devices ordered, their findings too. What another plan has ordered meanwhile is
 * skipped. In a transaction.
 */
export async function issuePlan(
  db: Queryable,
  tenant: string,
  id: number,
  author: PlanAuthor,
): Promise<IssueOutcome> {
  const status = await lockPlan(db, tenant, id);
  if (status === undefined) return { kind: 'missing' };
  if (status !== 'draft') return { kind: 'refused', status };
  // Plans are issued one after the other: two of them never order one device.
  await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`verimeter.plans ${tenant}`]);
  await db.query(
    `UPDATE plan_items i SET state = 'skipped', state_reason = 'ordered in plan ' || o.plan_id, changed_by = $3, changed_by_name = $4,
            changed_at = now()
       FROM plan_items o
      WHERE i.tenant = $1 AND i.plan_id = $2 AND i.state = 'planned' AND o.tenant = i.tenant AND o.device_id = i.device_id
            AND o.state = 'ordered'`,
    [tenant, id, author.id, author.name],
  );
  await db.query(
    `INSERT INTO work_orders (tenant, number, plan_id, team, day, visit_on, stops, minutes)
     SELECT $1, p.period || '-' || p.id || '-' || d.ordinal, p.id, d.team, d.day,
            d.visit_on, d.stops, d.minutes
       FROM plans p,
            -- lpad alone would cut the hundredth number to two digits
            LATERAL (SELECT lpad(n, greatest(2, length(n)), '0') AS ordinal, g.* FROM (
                     SELECT (row_number() OVER (ORDER BY i.team, i.day))::text AS n, i.team, i.day, min(i.visit_on) AS visit_on, count(*)::integer AS stops,
                            sum(i.travel_minutes + i.work_minutes) AS minutes
                       FROM plan_items i WHERE i.tenant = $1 AND i.plan_id = p.id AND i.state = 'planned'
                      GROUP BY i.team, i.day) g) d
      WHERE p.tenant = $1 AND p.id = $2`,
    [tenant, id],
  );
  await db.query(
    `UPDATE plan_items i SET state = 'ordered', work_order = w.number, changed_by = $3, changed_by_name = $4, changed_at = now()
       FROM work_orders w
      WHERE i.tenant = $1 AND i.plan_id = $2 AND i.state = 'planned' AND w.tenant = i.tenant AND w.plan_id = i.plan_id
            AND w.team = i.team AND w.day = i.day`,
    [tenant, id, author.id, author.name],
  );
  await db.query(
    `UPDATE plans SET status = 'issued', issued_by = $3, issued_by_name = $4, issued_at = now() WHERE tenant = $1 AND id = $2`,
    [tenant, id, author.id, author.name],
  );
  const { rows } = await db.query<{ device_id: string }>(
    `SELECT device_id FROM plan_items WHERE tenant = $1 AND plan_id = $2 AND state = 'ordered'`,
    [tenant, id],
  );
  const devices = rows.map((row) => row.device_id);
  return {
    kind: 'issued',
    findings: await moveFindings(
      db,
      tenant,
      { deviceIds: devices, ordered: true, planId: id },
      author,
    ),
  };
}

/** Findings of devices that are ordered, or are not any more; the history of each names the plan. */
async function moveFindings(
  db: Queryable,
  tenant: string,
  move: {
    readonly deviceIds: readonly string[];
    readonly ordered: boolean;
    readonly planId: number;
  },
  author: PlanAuthor,
): Promise<OrderedFinding[]> {
  const to = move.ordered ? 'ordered' : 'acknowledged';
  const { rows } = await db.query<OrderedFinding & { readonly before: string }>(
    `WITH moved AS (
       SELECT id, status AS before FROM findings
        WHERE tenant = $1 AND device_id = ANY ($2) AND status = ANY ($4) ORDER BY id FOR UPDATE)
     UPDATE findings f SET status = $3, updated_at = now() FROM moved WHERE f.id = moved.id
     RETURNING moved.before, ${FINDING}`,
    [tenant, move.deviceIds, to, move.ordered ? ['open', 'acknowledged'] : ['ordered']],
  );
  await addFindingEvents(
    db,
    tenant,
    rows.map(({ id, before }) => ({
      findingId: id,
      kind: 'status',
      from: before,
      to,
      text: `plan ${move.planId}`,
    })),
    author,
  );
  return rows.map(({ before: _before, ...finding }) => finding);
}

export type CloseOutcome =
  | { readonly kind: 'closed'; readonly findings: readonly OrderedFinding[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'closed before' };

/** Ends a plan: what is still planned or ordered is skipped. In a transaction. */
export async function closePlan(
  db: Queryable,
  tenant: string,
  id: number,
  author: PlanAuthor,
): Promise<CloseOutcome> {
  const status = await lockPlan(db, tenant, id);
  if (status === undefined) return { kind: 'missing' };
  if (status === 'closed') return { kind: 'closed before' };
  const { rows } = await db.query<{ device_id: string }>(
    `SELECT device_id FROM plan_items WHERE tenant = $1 AND plan_id = $2 AND state = 'ordered'`,
    [tenant, id],
  );
  await db.query(
    `UPDATE plan_items SET state = 'skipped', state_reason = 'plan closed', changed_by = $3, changed_by_name = $4, changed_at = now()
      WHERE tenant = $1 AND plan_id = $2 AND state IN ('planned', 'ordered')`,
    [tenant, id, author.id, author.name],
  );
  await db.query(
    `UPDATE plans SET status = 'closed', closed_by = $3, closed_by_name = $4, closed_at = now() WHERE tenant = $1 AND id = $2`,
    [tenant, id, author.id, author.name],
  );
  const devices = rows.map((row) => row.device_id);
  return {
    kind: 'closed',
    findings: await moveFindings(
      db,
      tenant,
      { deviceIds: devices, ordered: false, planId: id },
      author,
    ),
  };
}

export type ItemOutcome =
  | { readonly kind: 'changed'; readonly findings: readonly OrderedFinding[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly plan: PlanStatus; readonly from: PlanItemState }
  /** It is ordered in another plan meanwhile. */
  | { readonly kind: 'ordered elsewhere'; readonly plan: number };

/** What an item may become, by what its plan and it are. */
const NEXT: Readonly<
  Record<PlanStatus, Readonly<Record<PlanItemState, readonly PlanItemState[]>>>
> = {
  draft: { planned: ['skipped'], skipped: ['planned'], ordered: [], done: [] },
  issued: { planned: [], skipped: ['ordered'], ordered: ['skipped', 'done'], done: ['ordered'] },
  closed: { planned: [], skipped: [], ordered: [], done: [] },
};

/** Changes what becomes of an item. In a transaction. */
export async function changePlanItem(
  db: Queryable,
  tenant: string,
  item: { readonly planId: number; readonly deviceId: string },
  change: { readonly state: PlanItemState; readonly reason: string | null },
  author: PlanAuthor,
): Promise<ItemOutcome> {
  const plan = await lockPlan(db, tenant, item.planId);
  if (plan === undefined) return { kind: 'missing' };
  const { rows } = await db.query<{ state: PlanItemState; work_order: string | null }>(
    'SELECT state, work_order FROM plan_items WHERE tenant = $1 AND plan_id = $2 AND device_id = $3',
    [tenant, item.planId, item.deviceId],
  );
  const [row] = rows;
  if (row === undefined) return { kind: 'missing' };
  const allowed =
    NEXT[plan][row.state].includes(change.state) &&
    (change.state !== 'ordered' || row.work_order !== null);
  if (!allowed) return { kind: 'refused', plan, from: row.state };
  if (change.state === 'ordered') {
    await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`verimeter.plans ${tenant}`]);
    const elsewhere = await db.query<{ plan_id: number }>(
      `SELECT plan_id FROM plan_items WHERE tenant = $1 AND device_id = $2 AND state = 'ordered'`,
      [tenant, item.deviceId],
    );
    const [other] = elsewhere.rows;
    if (other !== undefined) return { kind: 'ordered elsewhere', plan: other.plan_id };
  }
  await db.query(
    `UPDATE plan_items SET state = $4, state_reason = $5, changed_by = $6, changed_by_name = $7, changed_at = now()
      WHERE tenant = $1 AND plan_id = $2 AND device_id = $3`,
    [tenant, item.planId, item.deviceId, change.state, change.reason, author.id, author.name],
  );
  const findings =
    plan === 'issued' && change.state !== 'done'
      ? await moveFindings(
          db,
          tenant,
          {
            deviceIds: [item.deviceId],
            ordered: change.state === 'ordered',
            planId: item.planId,
          },
          author,
        )
      : [];
  return { kind: 'changed', findings };
}

export async function readWorkOrders(
  db: Queryable,
  tenant: string,
  planId: number,
): Promise<WorkOrderRow[]> {
  const { rows } = await db.query<WorkOrderRow>(
    `SELECT w.number, w.plan_id, w.team, w.day, w.visit_on, w.stops, w.minutes, w.issued_at,
            (SELECT count(*)::integer FROM plan_items i
              WHERE i.tenant = w.tenant AND i.plan_id = w.plan_id AND i.work_order = w.number AND i.state = 'ordered') AS open
       FROM work_orders w WHERE w.tenant = $1 AND w.plan_id = $2 ORDER BY w.number`,
    [tenant, planId],
  );
  return rows;
}
