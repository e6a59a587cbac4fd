import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** What a running server says of itself in `postmaster.pid` (PostgreSQL: src/include/utils/pidfile.h). */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** Content of `postmaster.pid`, or undefined where there is none or it is not complete yet. */
export function readPostmasterFile(cluster: string): PostmasterFile | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port, ready: lines[7]?.trim() === 'ready' };
}

/** Fields of /proc/PID/stat from the third on (state first), or undefined where the system has no such file. */
export function processStat(pid: number): string[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // proc(5): field 2 is the name in parentheses and may hold spaces.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Whether a process with this id runs. One that has ended but was not waited for (a container's process 1 may not) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return processStat(pid)?.[0] !== 'Z';
}

/** Whether the process works in this cluster: a process id in a stale file may belong to something else by now. */
export function servesCluster(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`) === realpathSync(cluster);
  } catch {
    return false; // gone meanwhile, or of an account we may not look into and so not ours
  }
}
