import { userInfo } from 'node:os';
import { type PlanItem, planRequest } from '@verimeter/api-schema';
import {
  type MadePlanRows,
  capacitiesIn,
  makePreparedPlan,
  preparePlan,
  toItem,
  toNext,
  toPlan,
  todayIn,
} from '@verimeter/api';
import { laterPeriod } from '@verimeter/planning';
import {
  type Pool,
  type PlanItemRow,
  type PlanRow,
  closePlan,
  insertPlan,
  issuePlan,
  readCapacities,
  readPlan,
  readPlanItems,
  readPlans,
  readWorkOrders,
  withTransaction,
} from '@verimeter/registry';
import { CommandError, UsageError, choice, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase } from '../database.ts';
import { say, table, writeLine } from '../output.ts';
import { zoneOf } from '../tenant-zone.ts';

const ACTIONS = ['make', 'list', 'show', 'issue', 'close'] as const;

/** Reasons are told in English, dates are those of the plan. */
const READER = { language: 'en', zone: 'UTC' } as const;

const author = () => ({ id: `command:${userInfo().username}`, name: null });

/** Plans of verifications. */
export async function run(context: CommandContext): Promise<number> {
  const action = choice(context.positionals[0] ?? 'list', ACTIONS, 'plan');
  const surplus = context.positionals[action === 'make' || action === 'list' ? 1 : 2];
  if (surplus !== undefined) throw new UsageError(`plan ${action}: ${surplus} is too much`);
  return withDatabase(context.environment, 'verimeter-plan', (pool) =>
    ({ make, list, show, issue, close })[action](pool, context),
  );
}

/** What is asked for. @throws UsageError that names the option */
async function requestOf(pool: Pool, context: CommandContext, today: string) {
  const number = (name: string): number | undefined => {
    const written = context.option(name);
    return written === undefined ? undefined : wholeNumber(written, name, 0, 10_000_000);
  };
  const [visits, minutes, seed] = [number('capacity'), number('minutes'), number('seed')];
  const share = context.option('random-share');
  const period = context.option('period');
  const parsed = planRequest.safeParse({
    period,
    policy: context.option('policy'),
    as_of: context.option('as-of') ?? today,
    random_share: share === undefined ? undefined : Number(share),
    seed,
    note: context.option('note'),
    save: !context.flag('preview'),
  });
  if (!parsed.success) {
    const [wrong] = parsed.error.issues;
    const option = String(wrong?.path[0] ?? '').replaceAll('_', '-');
    throw new UsageError(`--${option} ${wrong?.message ?? 'is wrong'}`);
  }
  const request = parsed.data;
  const team = context.option('team');
  if (team === undefined && visits === undefined && minutes === undefined) return request;
  const all = await readCapacities(pool, context.tenant);
  const known = capacitiesIn(
    all,
    period ?? laterPeriod(request.as_of?.slice(0, 7) ?? today.slice(0, 7), 1),
  ).find((one) => one.team === team);
  if (team !== undefined && known === undefined && visits === undefined && minutes === undefined)
    throw new CommandError(`there is no capacity of team ${team}: give --capacity or --minutes`);
  return {
    ...request,
    teams: [
      {
        team: team ?? 'all',
        kinds: known?.kinds ?? null,
        areas: known?.areas ?? null,
        depot: known?.depot ?? null,
        visits: visits ?? (minutes === undefined ? (known?.visits ?? null) : null),
        minutes: minutes ?? (visits === undefined ? (known?.minutes ?? null) : null),
      },
    ],
  };
}

async function make(pool: Pool, context: CommandContext): Promise<number> {
  const { tenant } = context;
  const today = todayIn(await zoneOf(pool, context.tenant), Date.now());
  const request = await requestOf(pool, context, today);
  const prepared = await withTransaction(pool, (client) =>
    preparePlan(client, tenant, today, request),
  );
  if (prepared.kind === 'refused')
    throw new CommandError(
      prepared.field === 'teams'
        ? 'no capacity counts in that month: give --capacity N, or enter the capacities of the teams'
        : `${prepared.field} ${prepared.message}`,
    );
  const made = await makePreparedPlan(prepared.plan);
  if (!request.save) return print(context, previewRow(made), previewItems(made));
  const id = await withTransaction(pool, (client) =>
    insertPlan(client, tenant, made.plan, made.items, author()),
  );
  return showPlan(pool, context, id);
}

function previewRow({ plan, items }: MadePlanRows): PlanRow {
  return {
    ...plan,
    id: 0,
    status: 'draft',
    made_by: author().id,
    made_by_name: null,
    made_at: Date.now() * 1000,
    issued_by: null,
    issued_by_name: null,
    issued_at: null,
    closed_by: null,
    closed_by_name: null,
    closed_at: null,
    states: { planned: items.length, ordered: 0, done: 0, skipped: 0 },
  };
}

const previewItems = ({ items }: MadePlanRows): PlanItemRow[] =>
  items.map((item) => ({
    ...item,
    plan_id: 0,
    state: 'planned',
    state_reason: null,
    work_order: null,
    changed_by: null,
    changed_by_name: null,
    changed_at: null,
  }));

async function list(pool: Pool, context: CommandContext): Promise<number> {
  const rows = await readPlans(pool, context.tenant, { limit: 1000 });
  const plans = rows.map(toPlan);
  if (context.json) await writeLine(JSON.stringify(plans));
  else if (plans.length === 0) say(`tenant ${context.tenant} has no plans: verimeter plan make`);
  else
    await writeLine(
      table(
        [
          ['ID', 'MONTH', 'STATUS', 'DEVICES', 'DONE', 'POLICY', 'MADE'],
          ...plans.map(({ id, period, status, summary, states, policy, made_at: made }) => [
            String(id),
            period,
            status,
            String(summary.items),
            String(states.done),
            policy,
            made.slice(0, 10),
          ]),
        ],
        new Set([0, 3, 4]),
      ),
    );
  return 0;
}

async function planId(pool: Pool, context: CommandContext, action: string): Promise<number> {
  const written = context.positionals[1];
  if (written !== undefined) return wholeNumber(written, 'ID', 1, Number.MAX_SAFE_INTEGER);
  if (action !== 'show') throw new UsageError(`plan ${action} needs the ID that plan list shows`);
  const [newest] = await readPlans(pool, context.tenant, { limit: 1 });
  if (newest === undefined) throw new CommandError(`tenant ${context.tenant} has no plans`);
  return newest.id;
}

const show = async (pool: Pool, context: CommandContext): Promise<number> =>
  showPlan(pool, context, await planId(pool, context, 'show'));

async function showPlan(pool: Pool, context: CommandContext, id: number): Promise<number> {
  const row = await readPlan(pool, context.tenant, id);
  if (row === undefined) throw new CommandError(`tenant ${context.tenant} has no plan ${id}`);
  const items = await readPlanItems(pool, context.tenant, id, {
    team: context.positionals[0] === 'show' ? context.option('team') : undefined,
    limit: null,
  });
  return print(context, row, items);
}

async function print(
  context: CommandContext,
  row: PlanRow,
  rows: readonly PlanItemRow[],
): Promise<number> {
  const items = rows.map((item) => toItem(item, READER));
  const plan = { ...toPlan(row), id: row.id === 0 ? null : row.id };
  if (context.json) {
    await writeLine(
      JSON.stringify({ ...plan, next_in_line: toNext(row.next_in_line, READER), items }),
    );
    return 0;
  }
  const { summary } = plan;
  say(
    `${plan.id === null ? 'preview' : `plan ${plan.id} (${plan.status})`} for ${plan.period}, ${plan.policy}: ${summary.items} of ${summary.candidates} devices, ` +
      `${summary.must - summary.must_left} of ${summary.must} that the law asks for, ${summary.random} drawn at random`,
  );
  for (const team of plan.teams)
    say(
      `${team.team}: ${team.planned} visits on ${team.days} of ${team.working_days} working days, ${Math.round(team.travel_minutes)} minutes of ways`,
    );
  const limit = wholeNumber(context.option('limit') ?? '50', 'limit', 1, 1_000_000);
  if (items.length > 0) await writeLine(itemTable(items.slice(0, limit)));
  if (items.length > limit)
    say(`… ${items.length - limit} more: --limit, or verimeter export plan`);
  return 0;
}

const itemTable = (items: readonly PlanItem[]): string =>
  table(
    [
      ['RANK', 'DEVICE', 'TEAM', 'ON', 'STOP', 'SCORE', 'STATE', 'WHY'],
      ...items.map((item) => [
        String(item.rank),
        item.device_id,
        item.team,
        item.visit_on ?? `day ${item.day}`,
        String(item.stop),
        item.score.toFixed(0),
        item.state,
        item.reasons[0]?.text ?? '',
      ]),
    ],
    new Set([0, 4, 5]),
  );

async function issue(pool: Pool, context: CommandContext): Promise<number> {
  const id = await planId(pool, context, 'issue');
  const outcome = await withTransaction(pool, (client) =>
    issuePlan(client, context.tenant, id, author()),
  );
  if (outcome.kind === 'missing')
    throw new CommandError(`tenant ${context.tenant} has no plan ${id}`);
  if (outcome.kind === 'refused')
    throw new CommandError(`plan ${id} is ${outcome.status}: only drafts are issued`);
  const orders = await readWorkOrders(pool, context.tenant, id);
  if (context.json)
    await writeLine(
      JSON.stringify({
        id,
        status: 'issued',
        work_orders: orders.map(({ number, team, visit_on: on, stops }) => ({
          number,
          team,
          visit_on: on,
          stops,
        })),
      }),
    );
  else {
    say(
      `plan ${id} is issued: ${orders.length} work orders, ${outcome.findings.length} findings ordered`,
    );
    await writeLine(
      table(
        [
          ['WORK ORDER', 'TEAM', 'ON', 'STOPS'],
          ...orders.map(({ number, team, day, visit_on: on, stops }) => [
            number,
            team,
            on ?? `day ${day}`,
            String(stops),
          ]),
        ],
        new Set([3]),
      ),
    );
  }
  return 0;
}

async function close(pool: Pool, context: CommandContext): Promise<number> {
  const id = await planId(pool, context, 'close');
  const outcome = await withTransaction(pool, (client) =>
    closePlan(client, context.tenant, id, author()),
  );
  if (outcome.kind === 'missing')
    throw new CommandError(`tenant ${context.tenant} has no plan ${id}`);
  if (outcome.kind === 'closed before') throw new CommandError(`plan ${id} is closed already`);
  if (context.json) await writeLine(JSON.stringify({ id, status: 'closed' }));
  else say(`plan ${id} is closed`);
  return 0;
}
