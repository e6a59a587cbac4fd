import { userInfo } from 'node:os';
import { sourceInput } from '@verimeter/api-schema';
import { coversFilter, DIALECTS, overlappingFilters } from '@verimeter/payload-codecs';
import {
  type Pool,
  ensureTenant,
  readSourceActivity,
  readSourceProblems,
  readSources,
  removeSource,
  withTransaction,
} from '@verimeter/registry';
import { type KeptSource, keepSource, toSource } from '@verimeter/sources';
import { isIdentifier } from '@verimeter/telemetry';
import { CommandError, UsageError, choice, hint } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase } from '../database.ts';
import { say, table, writeLine } from '../output.ts';
import { sourceInputOf } from '../sources/source-options.ts';
import { tryPayload } from '../sources/try-payload.ts';

const ACTIONS = ['list', 'dialects', 'add', 'change', 'show', 'remove', 'test'] as const;

/** Devices that publish on their own topics in their own dialect. */
export async function run(context: CommandContext): Promise<number> {
  const action = choice(context.positionals[0] ?? 'list', ACTIONS, 'sources');
  const named = action === 'add' || action === 'change' || action === 'show' || action === 'remove';
  const surplus = context.positionals[named ? 2 : 1];
  if (surplus !== undefined) throw new UsageError(`sources ${action}: ${surplus} is too much`);
  if (action === 'dialects') return listDialects(context);
  return withDatabase(context.environment, 'verimeter-sources', (pool) =>
    ({ list, add, change, show, remove, test: tryPayload })[action](pool, context),
  );
}

async function listDialects(context: CommandContext): Promise<number> {
  const rows = DIALECTS.map(({ name, title, filters, options }) => ({
    name,
    title,
    filters,
    options: options ?? {},
  }));
  if (context.json) await writeLine(JSON.stringify(rows));
  else
    await writeLine(
      table([
        ['DIALECT', 'SPOKEN BY', 'USUAL TOPICS', 'OPTIONS'],
        ...rows.map(({ name, title, filters, options }) => [
          name,
          title,
          filters.join(', ') || 'of your choice: --filter',
          Object.keys(options).join(' '),
        ]),
      ]),
    );
  return 0;
}

async function list(pool: Pool, context: CommandContext): Promise<number> {
  const [rows, activity, problems] = await Promise.all([
    readSources(pool, context.tenant),
    readSourceActivity(pool, context.tenant),
    readSourceProblems(pool, context.tenant),
  ]);
  const sources = rows.map((row) => toSource(row, activity, problems));
  if (context.json) {
    await writeLine(JSON.stringify(sources));
    return 0;
  }
  if (sources.length === 0) {
    say(
      `tenant ${context.tenant} has no sources: devices publish on verimeter/v1/${context.tenant}/…; see verimeter sources --help`,
    );
    return 0;
  }
  await writeLine(
    table(
      [
        ['NAME', 'DIALECT', 'FILTER', 'RANK', 'STATE', 'MESSAGES', 'READINGS', 'REJECTED', 'LAST'],
        ...sources.map(
          ({ name, dialect, filter, rank, enabled, activity: seen, problems: own }) => [
            name,
            dialect,
            filter,
            String(rank),
            enabled ? (own.length > 0 ? 'problem' : 'on') : 'off',
            String(seen?.messages ?? 0),
            String(seen?.readings ?? 0),
            String(seen?.rejected ?? 0),
            seen?.last_at.slice(0, 19) ?? '-',
          ],
        ),
      ],
      new Set([3, 5, 6, 7]),
    ),
  );
  for (const { name, problems: own } of sources)
    for (const { worker, problem } of own) say(`${name}: ${problem} (says worker ${worker})`);
  return 0;
}

/** `sources add tasmota`: the dialect is the name, unless `--name` gives another. */
async function add(pool: Pool, context: CommandContext): Promise<number> {
  const dialect = context.positionals[1];
  if (dialect === undefined)
    throw new UsageError('sources add needs a dialect; verimeter sources dialects lists them');
  const known = DIALECTS.find(({ name }) => name === dialect);
  if (known === undefined) {
    const names = DIALECTS.map(({ name }) => name);
    throw new UsageError(`there is no dialect ${dialect}${hint(dialect, names)}`);
  }
  const input = await sourceInputOf(context, {
    dialect,
    provision: true,
    ...(known.filters.length === 0 ? {} : { filter: known.filters.join(', ') }),
  });
  const name = context.option('name') ?? dialect;
  if (!isIdentifier(name))
    throw new UsageError(`--name ${name}: 1 to 128 of the characters A-Z a-z 0-9 . _ : @ -`);
  await ensureTenant(pool, context.tenant, context.environment.zone);
  const rank = await rankOf(pool, context, name, input);
  return tell(context, name, await keep(pool, context, name, { ...input, rank }, 'add'));
}

/**
 * The rank that `--rank` says. Without it a source goes before those that share a few of its topics and no more, as `tele/#` and `+/events/rpc`
 * share `tele/events/rpc`; one that would take all topics of another, or the other way round, is a matter for the operator.
 */
async function rankOf(
  pool: Pool,
  context: CommandContext,
  name: string,
  { filter, rank }: Parameters<typeof keepSource>[2],
): Promise<number> {
  if (context.option('rank') !== undefined) return rank;
  const others = (await readSources(pool, context.tenant)).filter(
    (other) => other.enabled && other.name !== name,
  );
  const rivals = others.filter((other) => overlappingFilters(other.filter, filter));
  const isCovered = rivals.some(
    (rival) => coversFilter(rival.filter, filter) || coversFilter(filter, rival.filter),
  );
  if (isCovered || !rivals.some((rival) => rival.rank === rank)) return rank;
  const before = Math.max(1, Math.min(...rivals.map((rival) => rival.rank)) - 1);
  say(
    `shares topics with ${rivals.map((rival) => rival.name).join(', ')} and goes before: --rank ${before}`,
  );
  return before;
}

/** `sources change NAME`: what no option says stays as it is. */
async function change(pool: Pool, context: CommandContext): Promise<number> {
  const { name, row } = await namedSource(pool, context, 'change');
  if (context.option('name') !== undefined)
    throw new UsageError(
      'sources change: a source keeps its name; add another and remove this one',
    );
  const input = await sourceInputOf(context, sourceInput.parse(inputOf(row)));
  return tell(context, name, await keep(pool, context, name, input, 'change'));
}

const inputOf = (row: Awaited<ReturnType<typeof readSources>>[number]) => ({
  filter: row.filter,
  dialect: row.dialect,
  rank: row.rank,
  enabled: row.enabled,
  settings: row.settings,
  provision: row.provision,
  provision_kind: row.provision_kind,
  provision_per_day: row.provision_per_day,
});

const keep = (
  pool: Pool,
  { tenant }: CommandContext,
  name: string,
  input: Parameters<typeof keepSource>[2],
  mode: 'add' | 'change',
): Promise<KeptSource> =>
  withTransaction(pool, (client) =>
    keepSource(client, { tenant, name, changedBy: userInfo().username }, input, mode),
  );

async function tell(context: CommandContext, name: string, kept: KeptSource): Promise<number> {
  if (kept.kind === 'exists')
    throw new CommandError(
      `there is a source ${name} already: verimeter sources change ${name}, or give this one a --name`,
    );
  if (kept.kind === 'missing') throw new CommandError(`there is no source ${name}`);
  if (kept.kind === 'refused')
    throw new CommandError(
      kept.problems.map(({ field, message }) => `${field} ${message}`).join('\n'),
    );
  const { source } = kept;
  if (context.json) {
    await writeLine(JSON.stringify(toSource(source, [], [])));
    return 0;
  }
  say(`source ${name}: ${source.dialect} on ${source.filter}${source.enabled ? '' : ' (off)'}`);
  say(
    source.provision
      ? `devices that nobody registered register themselves, at most ${source.provision_per_day} a day`
      : 'readings of devices that are not registered wait in quarantine',
  );
  say('Running workers take it up at once. verimeter sources list shows what comes.');
  return 0;
}

async function namedSource(pool: Pool, context: CommandContext, action: string) {
  const name = context.positionals[1];
  if (name === undefined) throw new UsageError(`sources ${action} needs the NAME of a source`);
  const rows = await readSources(pool, context.tenant);
  const row = rows.find((one) => one.name === name);
  if (row === undefined) {
    const names = rows.map((one) => one.name);
    throw new CommandError(`tenant ${context.tenant} has no source ${name}${hint(name, names)}`);
  }
  return { name, row };
}

async function show(pool: Pool, context: CommandContext): Promise<number> {
  const { row } = await namedSource(pool, context, 'show');
  const source = toSource(
    row,
    await readSourceActivity(pool, context.tenant),
    await readSourceProblems(pool, context.tenant),
  );
  await writeLine(JSON.stringify(source, undefined, context.json ? undefined : 2));
  return 0;
}

async function remove(pool: Pool, context: CommandContext): Promise<number> {
  const { name } = await namedSource(pool, context, 'remove');
  await removeSource(pool, context.tenant, name);
  say(`source ${name} is removed; readings that came of it stay`);
  return 0;
}
