import { type Pool, ensureTenant } from '@verimeter/registry';
import { keyFile, readStoredKey, writeStoredKey } from '../instance-file.ts';
import { createKey, keySha256 } from '../keys.ts';

/** The key of the dashboard link: the one kept in the data directory while it is good, else a new one. */
export async function operatorKey(
  pool: Pool,
  options: { readonly tenant: string; readonly zone: string; readonly dataDir: string },
): Promise<string> {
  const { tenant, dataDir } = options;
  await ensureTenant(pool, tenant, options.zone);
  const file = keyFile(dataDir, tenant);
  const stored = await readStoredKey(file);
  if (stored !== undefined) {
    const known = await pool.query(
      'SELECT FROM api_keys WHERE tenant = $1 AND key_sha256 = $2 AND revoked_at IS NULL',
      [tenant, keySha256(stored.key)],
    );
    if (known.rowCount === 1) return stored.key;
  }
  const created = await createKey(pool, tenant, 'admin', 'verimeter up');
  await writeStoredKey(file, { id: created.id, key: created.key });
  return created.key;
}
