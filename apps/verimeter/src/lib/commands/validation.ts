import { createReadStream } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { runValidation } from '@verimeter/analytics';
import { validationRules } from '@verimeter/api-schema';
import { isCalendarDate } from '@verimeter/metrology';
import {
  addRuleSet,
  type Pool,
  readRuleSets,
  readTenants,
  type ValidationRuleSet,
  withTransaction,
} from '@verimeter/registry';
import {
  DEFAULT_VALIDATION_RULES,
  formatTimestamp,
  mergeRules,
  storedRules,
} from '@verimeter/telemetry';
import { choice, CommandError, UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase, withStore } from '../database.ts';
import { parseAsOf, parseInstantOption } from '../instant-option.ts';
import { say, table, writeLine } from '../output.ts';
import { fileError } from '../whole-file.ts';
import { editOne, showHistory } from './value-edits.ts';

/** `run`: validates readings. `rules`: shows the rules, or takes another version of them. `edit`, `history`: single values. */
export async function run(context: CommandContext): Promise<number> {
  const [what, how, file, surplus] = context.positionals;
  const action = choice(what, ['run', 'rules', 'edit', 'history'], 'validation');
  const extra = action === 'run' || action === 'history' ? how : how === 'set' ? surplus : file;
  if (extra !== undefined) throw new UsageError(`validation ${action}: ${extra} is too much`);
  return withDatabase(context.environment, 'verimeter-validation', async (pool, url) => {
    if (!(await readTenants(pool)).some(({ tenant }) => tenant === context.tenant))
      throw new CommandError(`there is no tenant ${context.tenant}; verimeter import creates it`);
    if (action === 'run') return validate(pool, context);
    if (action === 'edit') return editOne(pool, url, context, how);
    if (action === 'history') return showHistory(pool, url, context);
    return choice(how ?? 'show', ['show', 'set'], 'validation rules') === 'show'
      ? show(pool, context)
      : set(pool, context, file);
  });
}

async function validate(pool: Pool, context: CommandContext): Promise<number> {
  const from = context.option('from');
  const to = context.option('to');
  const result = await withStore(pool, context.environment, (store) =>
    runValidation({
      pool,
      store,
      tenant: context.tenant,
      fromUs: from === undefined ? undefined : startOf(from),
      toUs: to === undefined ? undefined : parseAsOf(to) + 1,
      deviceId: context.option('device'),
    }),
  );
  const { channels, changed, version, found } = result;
  if (context.json) {
    await writeLine(JSON.stringify({ channels, changed, rules_version: version, found }));
    return 0;
  }
  if (found.length > 0)
    await writeLine(
      table(
        [
          ['severity', 'rule', 'exceptions', 'channels'],
          ...found.map((row) => [
            row.severity,
            row.rule,
            String(row.exceptions),
            String(row.channels),
          ]),
        ],
        new Set([2, 3]),
      ),
    );
  say(
    `${channels} channels by rules version ${version}: ${changed} rows are other ones than before; verimeter export exceptions has all`,
  );
  return 0;
}

const startOf = (written: string): number =>
  isCalendarDate(written)
    ? Date.parse(`${written}T00:00:00Z`) * 1000
    : parseInstantOption('from', written, true);

const shown = ({ rules, changedUs, ...rest }: ValidationRuleSet) => ({
  version: rest.version,
  effective_from: rest.effectiveFrom,
  changed_by: rest.changedBy,
  changed_at: formatTimestamp(changedUs),
  reason: rest.reason,
  rules: storedRules(rules),
});

async function show(pool: Pool, context: CommandContext): Promise<number> {
  const sets = await readRuleSets(pool, context.tenant, DEFAULT_VALIDATION_RULES);
  if (context.json) {
    await writeLine(JSON.stringify(sets.toReversed().map(shown)));
    return 0;
  }
  for (const { version, effectiveFrom, changedBy, changedUs, reason } of sets)
    say(
      `version ${version} since ${effectiveFrom ?? 'ever'}: ${reason} (${changedBy}, ${formatTimestamp(changedUs)})`,
    );
  await writeLine(JSON.stringify(storedRules(sets.at(-1)?.rules), undefined, 2));
  return 0;
}

async function set(pool: Pool, context: CommandContext, file: string | undefined): Promise<number> {
  if (file === undefined) throw new UsageError('validation rules set needs a FILE with JSON');
  const reason = context.option('reason');
  if (reason === undefined || reason === '')
    throw new UsageError('validation rules set needs --reason TEXT: why the rules change');
  const effectiveFrom = effectiveDay(context.option('effective-from'));
  const change = await readChange(context, file);
  const added = await withTransaction(pool, (client) =>
    addRuleSet(client, context.tenant, DEFAULT_VALIDATION_RULES, {
      change: (latest) => {
        const checked = validationRules.safeParse(mergeRules(storedRules(latest), change));
        if (checked.success) return checked.data;
        throw new CommandError(
          checked.error.issues
            .map(({ path: field, message }) => `${file}: "${field.join('.')}" ${message}`)
            .join('\n'),
        );
      },
      effectiveFrom,
      changedBy: `${userInfo().username} (command line)`,
      reason,
    }),
  );
  if (context.json) await writeLine(JSON.stringify(shown(added)));
  else
    say(
      `version ${added.version} holds for readings since ${added.effectiveFrom ?? 'ever'}; verimeter validation run applies it at once`,
    );
  return 0;
}

function effectiveDay(written: string | undefined): string | null {
  if (written === 'always') return null;
  if (written === undefined) return new Date().toISOString().slice(0, 10);
  if (isCalendarDate(written)) return written;
  throw new UsageError(`--effective-from must be a date (2026-11-01) or always, not ${written}`);
}

async function readChange(context: CommandContext, file: string): Promise<unknown> {
  const name = path.resolve(context.environment.workingDirectory, file);
  let content: string;
  try {
    content = await text(file === '-' ? process.stdin : createReadStream(name));
  } catch (error) {
    throw fileError(error, file);
  }
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new CommandError(`${file} is not JSON: ${error.message}`, { cause: error });
    throw error;
  }
}
