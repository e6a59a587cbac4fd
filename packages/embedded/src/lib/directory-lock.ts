import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, processStat } from './postmaster-file.ts';

/** Another process holds the directory. */
export class DirectoryInUseError extends Error {
  readonly code = 'DIRECTORY_IN_USE';
  readonly pid: number;
  constructor(directory: string, pid: number) {
    super(`${directory} is in use by process ${String(pid)}; stop it or choose another directory`);
    this.pid = pid;
  }
}

/** Start time of a process in clock ticks since boot (proc(5), field 22): with it, a reused process id is told apart. */
function startTime(pid: number): string {
  return processStat(pid)?.[19] ?? '';
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function holder(content: string): number | undefined {
  const [pidText, started] = content.split(' ');
  const pid = Number(pidText);
  return isAlive(pid) && startTime(pid) === started ? pid : undefined;
}

/** The process that holds the lock file now, if any. */
export function lockHolder(file: string): number | undefined {
  const content = readLock(file);
  return content === undefined ? undefined : holder(content);
}

/** Creates the lock with its content in one step, so that no reader sees it empty. */
function tryCreate(file: string, content: string): boolean {
  const own = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, content);
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own);
  }
}

/** Puts a stale lock away; if it was replaced in the meantime, the newer one is put back. */
function removeStale(file: string, staleContent: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another process removed it first
  }
  const taken = readLock(aside);
  if (taken !== undefined && taken !== staleContent) tryCreate(file, taken);
  rmSync(aside, { force: true });
}

/**
 * Takes the lock file of a directory for this process; returns the function that gives it back. A lock of a process
 * that has ended is taken over. @throws DirectoryInUseError
 */
export function lockDirectory(directory: string, file: string): () => void {
  const content = `${String(process.pid)} ${startTime(process.pid)}`;
  for (;;) {
    if (tryCreate(file, content)) break;
    const current = readLock(file);
    if (current === undefined) continue; // given back between the two calls
    const pid = holder(current);
    if (pid !== undefined) throw new DirectoryInUseError(directory, pid);
    removeStale(file, current);
  }
  return () => {
    if (readLock(file) === content) rmSync(file, { force: true });
  };
}
