import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { runProgram } from './postgres-process.ts';
import type { UnprivilegedUser } from './postgres-user.ts';

/** Superuser and database of the embedded cluster. */
export const ROLE = 'verimeter';
export const DATABASE = 'verimeter';

/** Files of an embedded PostgreSQL below the directory it was given. */
export interface ClusterPaths {
  readonly home: string;
  readonly cluster: string;
  readonly password: string;
  readonly lock: string;
  readonly log: string;
}

export function clusterPaths(dataDir: string): ClusterPaths {
  const home = path.join(path.resolve(dataDir), 'postgres');
  return {
    home,
    cluster: path.join(home, 'cluster'),
    password: path.join(home, 'password'),
    lock: path.join(home, 'lock'),
    log: path.join(home, 'server.log'),
  };
}

/**
 * The `-D` argument for a program whose working directory is the cluster. As another account (root gave up its
 * rights) the path may not be passable, for instance below a 0700 home; the working directory, entered before the
 * rights are given up, always is. Programs before 16 leave it while they look for themselves.
 */
export function clusterArgument(
  cluster: string,
  user: UnprivilegedUser | undefined,
  binaries: PostgresBinaries,
): string {
  const byWorkingDirectory =
    user !== undefined && process.platform === 'linux' && binaries.major >= 16;
  return byWorkingDirectory ? '/proc/self/cwd' : cluster;
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function runSingleUser(
  binaries: PostgresBinaries,
  cluster: string,
  user: UnprivilegedUser | undefined,
  statements: readonly string[],
): Promise<void> {
  await runProgram(
    binaries.postgres,
    [
      '--single',
      '-D',
      clusterArgument(cluster, user, binaries),
      '-c',
      'exit_on_error=on',
      'postgres',
    ],
    { cwd: cluster, user },
    statements.map((statement) => `${statement}\n`).join(''),
  );
}

const passwordStatement = (password: string): string => `ALTER ROLE ${ROLE} PASSWORD '${password}'`;

/** Only the loopback address is listened on; over it the random password is asked for. No socket, no trust. */
const HOST_ACCESS = 'host all all 127.0.0.1/32 scram-sha-256\n';

async function createCluster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  user: UnprivilegedUser | undefined,
  password: string,
  durable: boolean,
): Promise<void> {
  const unfinished = `${paths.cluster}.new`; // renamed when complete: a killed creation starts over
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (user !== undefined) await chown(unfinished, user.uid, user.gid);
  await runProgram(
    binaries.initdb,
    [
      '-D',
      clusterArgument(unfinished, user, binaries),
      `--username=${ROLE}`,
      '--auth=reject',
      '--encoding=UTF8',
      // Text sorts bytewise, on every machine alike.
      '--locale=C',
      ...(binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ],
    { cwd: unfinished, user },
  );
  await writeFile(path.join(unfinished, 'pg_hba.conf'), HOST_ACCESS);
  await runSingleUser(binaries, unfinished, user, [
    passwordStatement(password),
    `CREATE DATABASE ${DATABASE}`,
  ]);
  await rename(unfinished, paths.cluster);
}

/** The cluster was made by another major version of PostgreSQL, whose files this one cannot read. Nothing was touched. */
export class ClusterVersionError extends Error {
  readonly code = 'CLUSTER_VERSION';
}

/** @throws ClusterVersionError */
export async function checkClusterVersion(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
): Promise<void> {
  const version = (await readOptional(path.join(paths.cluster, 'PG_VERSION')))?.trim();
  if (version === undefined || Number(version) === binaries.major) return;
  const dataDir = path.dirname(paths.home);
  throw new ClusterVersionError(
    `the database in ${paths.cluster} was made by PostgreSQL ${version}, this Verimeter has PostgreSQL ` +
      `${String(binaries.major)}, which cannot read its files; they were not touched.\n` +
      `  1. with the Verimeter that made it:  verimeter backup FILE --data-dir ${dataDir}\n` +
      `  2. move ${dataDir} away\n` +
      `  3. with this one:  verimeter restore FILE --data-dir ${dataDir}`,
  );
}

/** Creates the cluster where there is none; returns the password of its superuser. */
export async function prepareCluster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  user: UnprivilegedUser | undefined,
  durable: boolean,
): Promise<string> {
  const known = (await readOptional(paths.password))?.trim();
  const password = known ?? randomBytes(24).toString('base64url');
  if (known === undefined) {
    await writeFile(paths.password, `${password}\n`, { mode: 0o600 });
    await chmod(paths.password, 0o600);
  }
  if ((await readOptional(path.join(paths.cluster, 'PG_VERSION'))) === undefined) {
    await createCluster(paths, binaries, user, password, durable);
  } else if (known === undefined) {
    // Whoever may write to the directory owns the data: a lost password is replaced.
    await runSingleUser(binaries, paths.cluster, user, [passwordStatement(password)]);
  }
  return password;
}
