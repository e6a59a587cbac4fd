import { userInfo } from 'node:os';
import { legalRuleInput, toCycleRule } from '@verimeter/api-schema';
import { type CycleRule, RULE_SETS, RULE_SET_NAMES, isCalendarDate } from '@verimeter/metrology';
import {
  type LegalStatePosition,
  type LegalStateRow,
  type Person,
  type Pool,
  ensureTenant,
  legalStatePosition,
  readLegalStates,
  readRuleSetName,
  readTenantRules,
  readToday,
  rulesThatCount,
  setRuleSet,
  sweepLegalStates,
  withTransaction,
  withdrawTenantRule,
  writeTenantRule,
} from '@verimeter/registry';
import { CommandError, UsageError, choice } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { csvLine } from '../csv/write-csv.ts';
import { withDatabase } from '../database.ts';
import { say, table, write, writeLine } from '../output.ts';

/** Rows of the due list per question. */
const PAGE = 1000;

/** Rules on verification, and which devices are due. */
export async function run(context: CommandContext): Promise<number> {
  const [first, second, id] = context.positionals;
  const what = choice(first, ['rules', 'due'], 'legal');
  return withDatabase(context.environment, 'verimeter-legal', async (pool) => {
    if (what === 'due') return due(pool, context);
    const action = choice(second ?? 'list', ['list', 'set', 'remove', 'use'], 'legal rules');
    if (action === 'list') return list(pool, context);
    if (id === undefined)
      throw new UsageError(
        action === 'use'
          ? `legal rules use needs a rule set: ${RULE_SET_NAMES.join(', ')}`
          : `legal rules ${action} needs the ID of a rule`,
      );
    await ensureTenant(pool, context.tenant, context.environment.zone);
    return { set, remove, use }[action](pool, context, id);
  });
}

const person = (): Person => ({ id: `${userInfo().username} (command line)`, name: null });

const orDash = (value: string | number | undefined): string =>
  value === undefined ? '' : String(value);

async function list(pool: Pool, context: CommandContext): Promise<number> {
  const ruleSet = await readRuleSetName(pool, context.tenant);
  const own = rulesThatCount(await readTenantRules(pool, context.tenant));
  const rules: readonly CycleRule[] = [...RULE_SETS[ruleSet], ...own.map(({ rule }) => rule)];
  if (context.json) {
    await writeLine(JSON.stringify({ rule_set: ruleSet, rules }));
    return 0;
  }
  say(`rule set ${ruleSet}; unverified rules give no legal dates`);
  await writeLine(
    table([
      ['ID', 'CATEGORY', 'TECHNOLOGY', 'PHASES', 'MONTHS', 'FROM', 'TO', 'STATUS', 'REPLACES'],
      ...rules.map((rule) => [
        rule.id,
        rule.category,
        orDash(rule.technology),
        orDash(rule.phases),
        rule.basis === 'cycle' ? orDash(rule.months) : rule.basis,
        orDash(rule.from),
        orDash(rule.to),
        rule.status,
        orDash(rule.replaces),
      ]),
    ]),
  );
  return 0;
}

const numberOption = (context: CommandContext, name: string): number | null => {
  const written = context.option(name);
  if (written === undefined) return null;
  const value = Number(written);
  if (!Number.isInteger(value)) throw new UsageError(`--${name} must be a whole number`);
  return value;
};

const listOption = (context: CommandContext, name: string): string[] | null =>
  context.option(name)?.split(',') ?? null;

async function set(pool: Pool, context: CommandContext, id: string): Promise<number> {
  const text = (name: string): string | null => context.option(name) ?? null;
  const checked = legalRuleInput.safeParse({
    category: context.option('category'),
    technology: text('technology'),
    phases: numberOption(context, 'phases'),
    connection: text('connection'),
    accuracy_classes: listOption(context, 'classes'),
    nominals: listOption(context, 'nominals'),
    basis: context.option('basis'),
    months: numberOption(context, 'months'),
    ends_with: context.option('ends-with'),
    from: text('from'),
    to: text('to'),
    source: context.option('source'),
    status: context.option('status'),
    note: text('note'),
    replaces: text('replaces'),
  });
  if (!checked.success)
    throw new UsageError(
      checked.error.issues
        .map(({ path: field, message }) => `--${field.join('.').replaceAll('_', '-')} ${message}`)
        .join('\n'),
    );
  const made = toCycleRule(id, checked.data);
  if (made.kind === 'refused')
    throw new UsageError(
      made.problems.map(({ field, message }) => `${field} ${message}`).join('\n'),
    );
  const written = await withTransaction(pool, (client) =>
    writeTenantRule(client, context.tenant, made.rule, person()),
  );
  const devices = await sweepLegalStates(pool, context.tenant);
  if (context.json)
    await writeLine(JSON.stringify({ rule: written.rule, version: written.version }));
  else say(`rule ${id}, version ${written.version}; ${devices} devices were held against it`);
  return 0;
}

async function remove(pool: Pool, context: CommandContext, id: string): Promise<number> {
  const found = await withTransaction(pool, (client) =>
    withdrawTenantRule(client, context.tenant, id, person()),
  );
  if (!found) throw new CommandError(`tenant ${context.tenant} has no rule ${id}`);
  const devices = await sweepLegalStates(pool, context.tenant);
  say(`rule ${id} was withdrawn; ${devices} devices were looked at again`);
  return 0;
}

async function use(pool: Pool, context: CommandContext, written: string): Promise<number> {
  const name = choice(written, RULE_SET_NAMES, 'the rule set');
  await setRuleSet(pool, context.tenant, name);
  const devices = await sweepLegalStates(pool, context.tenant);
  say(
    `tenant ${context.tenant} is under rule set ${name}; ${devices} devices were looked at again`,
  );
  return 0;
}

const DUE_COLUMNS = [
  'device_id',
  'kind',
  'serial',
  'address',
  'status',
  'verified_on',
  'due_on',
  'due_earliest',
  'due_latest',
  'provisional_due_on',
  'reasons',
  'rules',
] as const;

function dueCell(row: LegalStateRow, column: (typeof DUE_COLUMNS)[number]): string {
  const value = row[column];
  if (column === 'due_on' && row.due_precision === 'month') return (row.due_on ?? '').slice(0, 7);
  return value === null ? '' : typeof value === 'string' ? value : value.join(' ');
}

/** Devices that are due before a day, as CSV or (with --json) one JSON object a line. */
async function due(pool: Pool, context: CommandContext): Promise<number> {
  const before = context.option('before');
  if (before === undefined || !isCalendarDate(before))
    throw new UsageError('legal due needs --before DATE, such as 2027-01-01');
  const { tenant } = context;
  await sweepLegalStates(pool, tenant);
  const today = await readToday(pool, tenant);
  const filter = { dueBefore: before, provisional: context.flag('provisional') };
  if (!context.json) await write(csvLine([...DUE_COLUMNS]));
  let after: LegalStatePosition | undefined;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- page after page
    const rows = await readLegalStates(pool, tenant, filter, { today, limit: PAGE, after });
    // oxlint-disable-next-line no-await-in-loop
    await write(
      rows
        .map((row) =>
          context.json
            ? `${JSON.stringify(row)}\n`
            : csvLine(DUE_COLUMNS.map((column) => dueCell(row, column))),
        )
        .join(''),
    );
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return 0;
    after = legalStatePosition(last);
  }
}
