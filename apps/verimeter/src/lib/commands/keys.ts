import { formatTimestamp } from '@verimeter/telemetry';
import { ensureTenant } from '@verimeter/registry';
import { CommandError, UsageError, choice } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase } from '../database.ts';
import { KEY_ROLES, createKey, listKeys, revokeKey } from '../keys.ts';
import { say, table, writeLine } from '../output.ts';

async function create(context: CommandContext): Promise<number> {
  const role = choice(context.option('role'), KEY_ROLES, '--role');
  const created = await withDatabase(context.environment, 'verimeter-keys', async (pool) => {
    await ensureTenant(pool, context.tenant, context.environment.zone);
    return createKey(pool, context.tenant, role, context.option('name'));
  });
  if (context.json) await writeLine(JSON.stringify(created));
  else {
    say(
      `key ${created.id} of tenant ${created.tenant}, role ${created.role}; it is shown only now:`,
    );
    await writeLine(created.key);
  }
  return 0;
}

async function list(context: CommandContext): Promise<number> {
  const keys = await withDatabase(context.environment, 'verimeter-keys', (pool) =>
    listKeys(pool, context.tenant),
  );
  const rows = keys.map((key) => ({
    id: key.id,
    tenant: context.tenant,
    role: key.role,
    name: key.name,
    created_at: formatTimestamp(key.createdAtUs),
    revoked_at: key.revokedAtUs === null ? null : formatTimestamp(key.revokedAtUs),
  }));
  if (context.json) await writeLine(JSON.stringify(rows));
  else
    await writeLine(
      table([
        ['ID', 'ROLE', 'CREATED', 'REVOKED', 'NAME'],
        ...rows.map((row) => [
          row.id,
          row.role,
          row.created_at,
          row.revoked_at ?? '-',
          row.name ?? '',
        ]),
      ]),
    );
  return 0;
}

async function revoke(context: CommandContext): Promise<number> {
  const id = context.positionals[1];
  if (id === undefined) throw new UsageError('keys revoke needs the ID that keys list shows');
  const found = await withDatabase(context.environment, 'verimeter-keys', (pool) =>
    revokeKey(pool, context.tenant, id),
  );
  if (!found) throw new CommandError(`tenant ${context.tenant} has no key ${id}`);
  if (context.json) await writeLine(JSON.stringify({ id, revoked: true }));
  else say(`key ${id} is revoked`);
  return 0;
}

/** Creates, lists or revokes the tenant's access keys. */
export async function run(context: CommandContext): Promise<number> {
  const action = choice(context.positionals[0], ['create', 'list', 'revoke'], 'keys');
  switch (action) {
    case 'create':
      return create(context);
    case 'list':
      return list(context);
    case 'revoke':
      return revoke(context);
    default:
      return action satisfies never;
  }
}
