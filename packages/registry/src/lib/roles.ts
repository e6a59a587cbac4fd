import pg from 'pg';

/** The login of the migrator lacks a right; the message says which one and how it is given. */
export class InsufficientRightsError extends Error {
  readonly code = 'INSUFFICIENT_RIGHTS';
}

const ROLES = ['verimeter_owner', 'verimeter_service', 'verimeter_app'] as const;

/** Roles belong to the whole server: migrators of two databases may create and grant them at the same time. */
const CREATE_ROLE = (role: string): string => `
  DO $$ BEGIN
    CREATE ROLE ${role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END $$`;

interface Login {
  readonly name: string;
  readonly superuser: boolean;
  readonly database: string;
}

async function currentLogin(client: pg.ClientBase): Promise<Login> {
  const result = await client.query<Login>(
    `SELECT current_user AS name, rolsuper AS superuser, current_database() AS database
       FROM pg_roles WHERE rolname = current_user`,
  );
  const [login] = result.rows;
  if (login === undefined) throw new Error('the current user is not in pg_roles');
  return login;
}

/** Runs a statement; "tuple concurrently updated" (another migrator granted the same) is tried again. */
async function runShared(client: pg.ClientBase, sql: string, attempts = 5): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    const concurrent = error instanceof pg.DatabaseError && error.code === 'XX000';
    if (!concurrent || attempts <= 1) throw error;
    await runShared(client, sql, attempts - 1);
  }
}

async function withAdvice(advice: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    // 42501 insufficient_privilege, 0LP01 invalid_grant_operation
    if (cause instanceof pg.DatabaseError && (cause.code === '42501' || cause.code === '0LP01')) {
      throw new InsufficientRightsError(`${cause.message}; ${advice}`, { cause });
    }
    throw cause;
  }
}

async function createMissingRoles(client: pg.ClientBase, login: Login): Promise<void> {
  const existing = await client.query<{ name: string; dangerous: boolean }>(
    `SELECT rolname AS name, rolsuper OR rolbypassrls AS dangerous FROM pg_roles WHERE rolname = ANY ($1)`,
    [ROLES],
  );
  const dangerous = existing.rows.find((role) => role.dangerous);
  if (dangerous !== undefined) {
    throw new InsufficientRightsError(
      `role ${dangerous.name} is a superuser or bypasses row-level security, which would undo the separation of ` +
        `tenants; ALTER ROLE ${dangerous.name} NOSUPERUSER NOBYPASSRLS`,
    );
  }
  const names = new Set(existing.rows.map((role) => role.name));
  const advice =
    `as a superuser, run: ${ROLES.map((role) => `CREATE ROLE ${role}`).join('; ')}; ` +
    `GRANT ${ROLES.join(', ')} TO "${login.name}"`;
  for (const role of ROLES) {
    if (!names.has(role)) await withAdvice(advice, () => runShared(client, CREATE_ROLE(role)));
    const member = await client.query<{ granted: boolean }>(
      `SELECT pg_has_role($1, $2, 'MEMBER') AS granted`,
      [login.name, role],
    );
    if (member.rows[0]?.granted !== true) {
      await withAdvice(advice, () => runShared(client, `GRANT ${role} TO CURRENT_USER`));
    }
  }
}

/** Only the roles of this product use the schema; only the owner creates in it. */
async function grantSchema(client: pg.ClientBase, login: Login): Promise<void> {
  const granted = await client.query<{ done: boolean }>(
    `SELECT has_schema_privilege('verimeter_owner', 'public', 'CREATE')
        AND has_schema_privilege('verimeter_service', 'public', 'USAGE')
        AND has_schema_privilege('verimeter_app', 'public', 'USAGE') AS done`,
  );
  const sql = `
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT USAGE, CREATE ON SCHEMA public TO verimeter_owner;
    GRANT USAGE ON SCHEMA public TO verimeter_service, verimeter_app`;
  if (granted.rows[0]?.done === true && !login.superuser) return;
  await withAdvice(
    `as its owner or a superuser, run: GRANT USAGE, CREATE ON SCHEMA public TO verimeter_owner; ` +
      'GRANT USAGE ON SCHEMA public TO verimeter_service, verimeter_app',
    () => runShared(client, sql),
  );
}

/**
 * Makes sure that the three roles exist, that the login may act as them, and that they may use the schema.
 * @throws InsufficientRightsError
 */
export async function prepareRoles(client: pg.ClientBase): Promise<void> {
  const login = await currentLogin(client);
  await createMissingRoles(client, login);
  await grantSchema(client, login);
}
