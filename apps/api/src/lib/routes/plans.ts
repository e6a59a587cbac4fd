import type { MadePlan, PlanDetail } from '@verimeter/api-schema';
import {
  type OrderedFinding,
  type PlanRow,
  type PoolClient,
  addLiveEvents,
  changePlanItem,
  closePlan,
  insertPlan,
  issuePlan,
  readPlan,
  readPlanItems,
  readPlans,
  readWorkOrders,
  withTenant,
} from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Principal } from '../authentication.ts';
import type { ApiContext } from '../context.ts';
import { languageOf } from '../evidence.ts';
import { instantOrNull } from '../instants.ts';
import { mountOperation, mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { makePreparedPlan, preparePlan, todayIn } from '../plans/make-plan.ts';
import { planCsv } from '../plans/plan-csv.ts';
import { type Reader, toItem, toNext, toPlan } from '../plans/plan-shapes.ts';
import { simulate } from '../plans/simulate.ts';
import { ProblemError, notFound } from '../problem-error.ts';

/** Plans that are made at the same time; each takes a thread and the memory of the fleet. */
const AT_ONCE = 2;
/** Items that the answer to a new plan has; all of them are in the list of its items. */
const ANSWERED_ITEMS = 1000;

const afterId = z.tuple([z.int()]);
const afterRank = z.tuple([z.int()]);

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly principal: Principal;
}

const readerOf = ({ request, reply, principal }: Asked): Reader => ({
  language: languageOf(request, reply),
  zone: principal.zone,
});
const authorOf = ({ keyId, keyName }: Principal) => ({ id: keyId, name: keyName });

export function registerPlanRoutes(app: FastifyInstance, context: ApiContext): void {
  registerMaking(app, context);
  registerReading(app, context);
  registerChanges(app, context);
}

function registerMaking(app: FastifyInstance, context: ApiContext): void {
  let running = 0;
  mountOperation(app, context, 'makePlan', async (call): Promise<MadePlan> => {
    const { principal, body } = call;
    const { tenant, zone } = principal;
    if (running >= AT_ONCE)
      throw new ProblemError('too_many_requests', 'Other plans are being made; try again in 5 s.', {
        headers: { 'retry-after': '5' },
      });
    running += 1;
    try {
      const today = todayIn(zone, context.nowUs() / 1000);
      const prepared = await withTenant(context.appPool, tenant, (client) =>
        preparePlan(client, tenant, today, body),
      );
      if (prepared.kind === 'refused')
        throw new ProblemError('invalid_request', 'The plan cannot be made as it is asked for.', {
          errors: [{ field: prepared.field, message: prepared.message }],
        });
      // No transaction is open meanwhile.
      const { plan, items } = await makePreparedPlan(prepared.plan);
      const reader = readerOf(call);
      if (body.save)
        return await withTenant(context.appPool, tenant, async (client) => {
          const id = await insertPlan(client, tenant, plan, items, authorOf(principal));
          const kept = await readPlanItems(client, tenant, id, { limit: ANSWERED_ITEMS });
          return {
            ...(await detailOf(client, tenant, id, reader)),
            items: kept.map((row) => toItem(row, reader)),
          };
        });
      const row: PlanRow = {
        ...plan,
        id: 0,
        status: 'draft',
        made_by: principal.keyId,
        made_by_name: principal.keyName,
        made_at: context.nowUs(),
        issued_by: null,
        issued_by_name: null,
        issued_at: null,
        closed_by: null,
        closed_by_name: null,
        closed_at: null,
        states: { planned: items.length, ordered: 0, done: 0, skipped: 0 },
      };
      return {
        ...toPlan(row),
        id: null,
        next_in_line: toNext(plan.next_in_line, reader),
        items: items.slice(0, ANSWERED_ITEMS).map((item) =>
          toItem(
            {
              ...item,
              plan_id: 0,
              state: 'planned',
              state_reason: null,
              work_order: null,
              changed_by: null,
              changed_by_name: null,
              changed_at: null,
            },
            reader,
          ),
        ),
      };
    } finally {
      running -= 1;
    }
  });
}

async function requirePlan(client: PoolClient, tenant: string, id: number): Promise<PlanRow> {
  const row = await readPlan(client, tenant, id);
  if (row === undefined) throw notFound('plan', id);
  return row;
}

async function detailOf(
  client: PoolClient,
  tenant: string,
  id: number,
  reader: Reader,
): Promise<PlanDetail> {
  const row = await requirePlan(client, tenant, id);
  return { ...toPlan(row), next_in_line: toNext(row.next_in_line, reader) };
}

function registerReading(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listPlans', async (client, { principal, query }) => {
    const { tenant } = principal;
    const page = pageOf({ list: 'plans', tenant }, query, afterId);
    const rows = await readPlans(client, tenant, {
      status: query.status,
      period: query.period,
      before: page.after?.[0],
      limit: page.limit + 1,
    });
    return page.of(rows, toPlan, (row) => [row.id]);
  });

  mountTenantOperation(app, context, 'getPlan', (client, call) =>
    detailOf(client, call.principal.tenant, call.params.id, readerOf(call)),
  );

  mountTenantOperation(app, context, 'listPlanItems', async (client, call) => {
    const { principal, params, query } = call;
    const { tenant } = principal;
    const page = pageOf({ list: `plan-items ${params.id}`, tenant }, query, afterRank);
    await requirePlan(client, tenant, params.id);
    const rows = await readPlanItems(client, tenant, params.id, {
      team: query.team,
      state: query.state,
      workOrder: query.work_order,
      deviceId: query.device_id,
      afterRank: page.after?.[0],
      limit: page.limit + 1,
    });
    const reader = readerOf(call);
    return page.of(
      rows,
      (row) => toItem(row, reader),
      (row) => [row.rank],
    );
  });

  mountTenantOperation(app, context, 'getPlanCsv', async (client, call) => {
    const { principal, params, reply } = call;
    const row = await requirePlan(client, principal.tenant, params.id);
    const items = await readPlanItems(client, principal.tenant, row.id, { limit: null });
    const { language } = readerOf(call);
    reply.headers({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="plan-${row.period}-${row.id}.csv"`,
    });
    return planCsv(row, items, language);
  });

  mountTenantOperation(app, context, 'listWorkOrders', async (client, { principal, params }) => {
    await requirePlan(client, principal.tenant, params.id);
    const rows = await readWorkOrders(client, principal.tenant, params.id);
    return {
      items: rows.map((row) => ({ ...row, issued_at: formatTimestamp(row.issued_at) })),
      next_cursor: null,
    };
  });

  mountTenantOperation(app, context, 'simulatePlan', (client, { principal, query }) =>
    simulate(client, principal.tenant, {
      from: query.from ?? todayIn(principal.zone, context.nowUs() / 1000).slice(0, 7),
      months: query.months ?? 12,
      team: query.team,
      kinds: query.kind,
      area: query.area,
      capacity: query.capacity,
    }),
  );
}

function registerChanges(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'issuePlan', async (client, call) => {
    const { principal, params } = call;
    const outcome = await issuePlan(client, principal.tenant, params.id, authorOf(principal));
    if (outcome.kind === 'missing') throw notFound('plan', params.id);
    if (outcome.kind === 'refused')
      throw new ProblemError('conflict', `The plan is ${outcome.status}; only drafts are issued.`);
    const detail = await detailOf(client, principal.tenant, params.id, readerOf(call));
    await announce(client, principal.tenant, outcome.findings);
    return detail;
  });

  mountTenantOperation(app, context, 'closePlan', async (client, call) => {
    const { principal, params } = call;
    const outcome = await closePlan(client, principal.tenant, params.id, authorOf(principal));
    if (outcome.kind === 'missing') throw notFound('plan', params.id);
    if (outcome.kind === 'closed before')
      throw new ProblemError('conflict', 'The plan is closed already.');
    const detail = await detailOf(client, principal.tenant, params.id, readerOf(call));
    await announce(client, principal.tenant, outcome.findings);
    return detail;
  });

  mountTenantOperation(app, context, 'changePlanItem', async (client, call) => {
    const { principal, params, body } = call;
    const { tenant } = principal;
    const outcome = await changePlanItem(
      client,
      tenant,
      { planId: params.id, deviceId: params.device_id },
      body,
      authorOf(principal),
    );
    switch (outcome.kind) {
      case 'missing':
        throw notFound('device in the plan', params.device_id);
      case 'refused':
        throw new ProblemError(
          'conflict',
          `In a plan that is ${outcome.plan} a device that is ${outcome.from} cannot become ${body.state}.`,
          { errors: [{ field: 'state', message: `does not follow ${outcome.from}` }] },
        );
      case 'ordered elsewhere':
        throw new ProblemError('conflict', `The device is ordered in plan ${outcome.plan}.`);
      case 'changed':
        break;
      default:
        outcome satisfies never;
    }
    const [row] = await readPlanItems(client, tenant, params.id, {
      deviceId: params.device_id,
      limit: 1,
    });
    if (row === undefined) throw notFound('device in the plan', params.device_id);
    await announce(client, tenant, outcome.findings);
    return toItem(row, readerOf(call));
  });
}

/** Last statement of the transaction: ids of live events are given out under a lock. */
const announce = (
  client: PoolClient,
  tenant: string,
  findings: readonly OrderedFinding[],
): Promise<void> =>
  addLiveEvents(
    client,
    findings.map((finding) => ({
      tenant,
      kind: 'finding',
      body: {
        ...finding,
        as_of: instantOrNull(finding.as_of),
        created_at: formatTimestamp(finding.created_at),
        updated_at: formatTimestamp(finding.updated_at),
      },
    })),
  );
