import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The account PostgreSQL runs under; undefined: the account of this process. */
export interface UnprivilegedUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root and needs an account with an entry in the user database. */
const CANDIDATES = ['postgres', 'nobody'] as const;

async function lookUp(name: string): Promise<UnprivilegedUser | undefined> {
  try {
    const uid = await execute('id', ['-u', name]);
    const gid = await execute('id', ['-g', name]);
    return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined; // `id` fails for a name that does not exist: the next candidate is tried
  }
}

/**
 * The account for the database: this process's own, or for root an existing unprivileged one.
 * @throws when this process is root and the system has none of the accounts.
 */
export async function findPostgresUser(): Promise<UnprivilegedUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const user = await lookUp(name);
    if (user !== undefined && user.uid !== 0) return user;
  }
  throw new Error(
    `PostgreSQL does not run as root and there is no user ${CANDIDATES.join(' or ')} to run it as; ` +
      'create one (useradd --system postgres) or start as an ordinary user',
  );
}
