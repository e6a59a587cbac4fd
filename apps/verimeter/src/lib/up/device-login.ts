import type { BrokerPrincipal } from '@verimeter/embedded';
import type { SourceDirectory } from '@verimeter/ingest';
import { coversFilter } from '@verimeter/payload-codecs';
import type { Pool } from '@verimeter/registry';
import { keySha256 } from '../keys.ts';

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);

/** Whether any device could log in. */
export async function hasDeviceKeys(pool: Pool): Promise<boolean> {
  const result = await pool.query<{ present: boolean }>(
    `SELECT EXISTS (SELECT FROM api_keys WHERE role = 'device' AND revoked_at IS NULL) AS present`,
  );
  return result.rows[0]?.present === true;
}

type Sources = Pick<SourceDirectory, 'tenantOf' | 'filtersOf'>;

/** A device publishes for its own tenant, on Verimeter's topics and those of the tenant's sources, and hears nothing of others. */
function principalOf(tenant: string, sources: Sources): BrokerPrincipal {
  const prefix = `verimeter/v1/${tenant}/`;
  return {
    mayPublish: (topic) => topic.startsWith(prefix) || sources.tenantOf(topic) === tenant,
    maySubscribe: (filter) =>
      filter.startsWith(prefix) ||
      sources.filtersOf(tenant).some((outer) => coversFilter(outer, filter)),
  };
}

/**
 * Checks a device's credentials: user name = tenant or id of the key, password = a device key. `internal` is the
 * password of this process's own simulator, never stored.
 */
export function createDeviceLogin(
  pool: Pool,
  internal: { readonly tenant: string; readonly password: string },
  sources: Sources,
): (username: string, password: string) => Promise<BrokerPrincipal | undefined> {
  return async (username, password) => {
    if (password === '') return undefined;
    if (username === internal.tenant && password === internal.password)
      return principalOf(internal.tenant, sources);
    const result = await pool.query<{ tenant: string }>(
      `SELECT tenant FROM api_keys
        WHERE key_sha256 = $1 AND role = 'device' AND revoked_at IS NULL AND $2 IN (tenant, id)`,
      [keySha256(password), username],
    );
    const [row] = result.rows;
    return row === undefined ? undefined : principalOf(row.tenant, sources);
  };
}
