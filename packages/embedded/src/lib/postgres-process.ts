import { spawn } from 'node:child_process';
import type { UnprivilegedUser } from './postgres-user.ts';

/** Where and as whom a PostgreSQL program runs. */
export interface ProgramContext {
  readonly cwd: string;
  readonly user: UnprivilegedUser | undefined;
}

/** Nothing of the caller's environment (PGDATA, LC_*, TZ …) reaches the database. */
const PROGRAM_ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' };

export function spawnOptions(context: ProgramContext): {
  cwd: string;
  env: Record<string, string>;
  uid?: number;
  gid?: number;
} {
  const { user, cwd } = context;
  const base = { cwd, env: PROGRAM_ENVIRONMENT };
  return user === undefined ? base : { ...base, uid: user.uid, gid: user.gid };
}

/** Runs a program to its end; resolves with its stdout. @throws with its stderr when it fails or cannot start. */
export function runProgram(
  file: string,
  args: readonly string[],
  context: ProgramContext,
  input = '',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, spawnOptions(context));
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.stdin.on('error', () => undefined); // a program that ends early closes its input; its exit code tells
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${file} ended with ${String(code ?? signal)}: ${stderr.trim()}`));
    });
    child.stdin.end(input);
  });
}
