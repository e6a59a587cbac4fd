import {
  PROVISIONING_SOURCES,
  ensureTenant,
  readProvisioning,
  removeProvisioning,
  setProvisioning,
} from '@verimeter/registry';
import { DEVICE_KINDS } from '@verimeter/telemetry';
import { CommandError, UsageError, choice, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase } from '../database.ts';
import { say, table, writeLine } from '../output.ts';

const DEFAULT_PER_DAY = 1000;

/** Which devices register themselves with their first message. */
export async function run(context: CommandContext): Promise<number> {
  const what = choice(context.positionals[0] ?? 'list', ['list', 'set', 'remove'], 'provisioning');
  const surplus = context.positionals[what === 'list' ? 1 : 2];
  if (surplus !== undefined) throw new UsageError(`provisioning ${what}: ${surplus} is too much`);
  return { list, set, remove }[what](context);
}

async function list(context: CommandContext): Promise<number> {
  const rules = await withDatabase(context.environment, 'verimeter-provisioning', (pool) =>
    readProvisioning(pool, context.tenant),
  );
  const rows = rules.map(({ source, kind, ids, per_day }) => ({
    source,
    kind,
    ids: globOf(ids),
    per_day,
  }));
  if (context.json) {
    await writeLine(JSON.stringify(rows));
    return 0;
  }
  if (rows.length === 0) {
    say(
      `no device of tenant ${context.tenant} registers itself; see verimeter provisioning --help`,
    );
    return 0;
  }
  await writeLine(
    table([
      ['SOURCE', 'KIND', 'IDS', 'PER DAY'],
      ...rows.map((row) => [row.source, row.kind ?? 'by quantity', row.ids, String(row.per_day)]),
    ]),
  );
  return 0;
}

async function set(context: CommandContext): Promise<number> {
  const source = choice(context.positionals[1], PROVISIONING_SOURCES, 'the source');
  const kind = context.option('kind');
  const perDay = context.option('per-day');
  const rule = {
    tenant: context.tenant,
    source,
    kind: kind === undefined ? null : choice(kind, DEVICE_KINDS, '--kind'),
    ids: patternOf(context.option('ids') ?? '*'),
    per_day: perDay === undefined ? DEFAULT_PER_DAY : wholeNumber(perDay, 'per-day', 1, 1_000_000),
  };
  await withDatabase(context.environment, 'verimeter-provisioning', async (pool) => {
    await ensureTenant(pool, context.tenant, context.environment.zone);
    await setProvisioning(pool, rule);
  });
  say(
    `devices of tenant ${context.tenant} register themselves: source ${source}, ids ${globOf(rule.ids)}, at most ${rule.per_day} a day`,
  );
  return 0;
}

async function remove(context: CommandContext): Promise<number> {
  const source = choice(context.positionals[1], PROVISIONING_SOURCES, 'the source');
  const found = await withDatabase(context.environment, 'verimeter-provisioning', (pool) =>
    removeProvisioning(pool, context.tenant, source),
  );
  if (!found) throw new CommandError(`tenant ${context.tenant} has no rule for ${source}`);
  say(`devices of source ${source} do not register themselves any more`);
  return 0;
}

/** `*` is anything; the other characters are themselves. */
const patternOf = (glob: string): string =>
  glob.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('*', '%');
const globOf = (pattern: string): string =>
  pattern.replaceAll(/\\(.)|%/g, (_, escaped: string | undefined) => escaped ?? '*');
