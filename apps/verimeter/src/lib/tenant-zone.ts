import { type Pool, readTenants } from '@verimeter/registry';
import { CommandError } from './arguments.ts';

/** The time zone of a tenant. @throws CommandError where there is no such tenant */
export async function zoneOf(pool: Pool, tenant: string): Promise<string> {
  const found = (await readTenants(pool)).find((one) => one.tenant === tenant);
  if (found === undefined) throw new CommandError(`there is no tenant ${tenant}`);
  return found.zone;
}
