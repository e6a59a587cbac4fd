import { randomBytes } from 'node:crypto';
import { type Queryable, timestamptz } from '@verimeter/registry';
import { type Credential, type Principal, sha256 } from './authentication.ts';

/** How long a session lasts before its key is needed again: seven days. */
export const SESSION_SECONDS = 7 * 24 * 3600;

const KEY = `SELECT k.id AS key_id, k.name AS key_name, k.tenant, k.role, t.zone, NULL::timestamptz AS expires_at
  FROM api_keys k JOIN tenants t USING (tenant)
 WHERE k.key_sha256 = $1 AND k.revoked_at IS NULL`;

const SESSION = `SELECT k.id AS key_id, k.name AS key_name, k.tenant, k.role, t.zone, s.expires_at
  FROM sessions s JOIN api_keys k ON k.id = s.key_id AND k.tenant = s.tenant JOIN tenants t ON t.tenant = k.tenant
 WHERE s.token_sha256 = $1 AND s.expires_at > now() AND k.revoked_at IS NULL`;

/** The principal of a key or session that is valid now, or undefined. Needs a service pool. */
export async function lookUpCredential(
  pool: Queryable,
  credential: Credential,
): Promise<Principal | undefined> {
  const { rows } = await pool.query<{
    key_id: string;
    key_name: string | null;
    tenant: string;
    role: Principal['role'];
    zone: string;
    expires_at: number | null;
  }>(credential.kind === 'key' ? KEY : SESSION, [credential.sha256]);
  const [row] = rows;
  return row === undefined
    ? undefined
    : {
        keyId: row.key_id,
        keyName: row.key_name,
        tenant: row.tenant,
        role: row.role,
        zone: row.zone,
        expiresAtUs: row.expires_at,
      };
}

/** A new session of the principal's key; the token is known to the caller only. Clears expired sessions away. */
export async function createSession(
  pool: Queryable,
  principal: Principal,
  nowUs: number,
): Promise<{ token: string; expiresAtUs: number }> {
  const token = randomBytes(32).toString('base64url');
  const expiresAtUs = nowUs + SESSION_SECONDS * 1e6;
  await pool.query(
    `WITH expired AS (DELETE FROM sessions WHERE expires_at < now())
     INSERT INTO sessions (token_sha256, tenant, key_id, expires_at) VALUES ($1, $2, $3, $4)`,
    [sha256(token), principal.tenant, principal.keyId, timestamptz(expiresAtUs)],
  );
  return { token, expiresAtUs };
}

export async function deleteSession(pool: Queryable, credential: Credential): Promise<void> {
  await pool.query('DELETE FROM sessions WHERE token_sha256 = $1', [credential.sha256]);
}
