import { createHash, randomBytes } from 'node:crypto';
import type { Queryable } from '@verimeter/registry';

export const KEY_ROLES = ['viewer', 'operator', 'admin', 'device'] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

export interface CreatedKey {
  readonly id: string;
  /** Shown once: the database keeps only its SHA-256. */
  readonly key: string;
  readonly tenant: string;
  readonly role: KeyRole;
}

export interface ListedKey {
  readonly id: string;
  readonly role: KeyRole;
  readonly name: string | null;
  /** Microseconds since 1970. */
  readonly createdAtUs: number;
  readonly revokedAtUs: number | null;
}

export const keySha256 = (key: string): Buffer => createHash('sha256').update(key).digest();

/** 256 random bits: guessing is hopeless, so a plain hash suffices to keep it. */
export async function createKey(
  client: Queryable,
  tenant: string,
  role: KeyRole,
  name: string | undefined,
): Promise<CreatedKey> {
  const id = `k_${randomBytes(6).toString('hex')}`;
  const key = `vm_${randomBytes(32).toString('base64url')}`;
  await client.query(
    'INSERT INTO api_keys (id, tenant, role, name, key_sha256) VALUES ($1, $2, $3, $4, $5)',
    [id, tenant, role, name ?? null, keySha256(key)],
  );
  return { id, key, tenant, role };
}

export async function listKeys(client: Queryable, tenant: string): Promise<ListedKey[]> {
  const result = await client.query<{
    id: string;
    role: KeyRole;
    name: string | null;
    created_at: number;
    revoked_at: number | null;
  }>(
    `SELECT id, role, name, created_at, revoked_at FROM api_keys WHERE tenant = $1
      ORDER BY created_at, id`,
    [tenant],
  );
  return result.rows.map((row) => ({
    id: row.id,
    role: row.role,
    name: row.name,
    createdAtUs: row.created_at,
    revokedAtUs: row.revoked_at,
  }));
}

/** False where the tenant has no such key; revoking twice keeps the first date. Sessions of the key end with it. */
export async function revokeKey(client: Queryable, tenant: string, id: string): Promise<boolean> {
  const result = await client.query(
    `UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE tenant = $1 AND id = $2`,
    [tenant, id],
  );
  if (result.rowCount === 0) return false;
  await client.query('DELETE FROM sessions WHERE key_id = $1', [id]);
  return true;
}
