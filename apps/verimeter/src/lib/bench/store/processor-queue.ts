import { readFile } from 'node:fs/promises';
import type { Pool } from '@verimeter/registry';

/**
 * Milliseconds for which processes were ready to run and had no processor, since they began. Undefined where the kernel does not say
 * (Documentation/scheduler/sched-stats: the first number is of nanoseconds on a processor, the second of those in the queue, of the main thread).
 */
export const queuedMs = (pids: readonly number[]): Promise<number | undefined> => sumOf(pids, 1);

/** Milliseconds for which processes ran, since they began; the main thread of each. */
export const processorMs = (pids: readonly number[]): Promise<number | undefined> => sumOf(pids, 0);

async function sumOf(pids: readonly number[], field: number): Promise<number | undefined> {
  try {
    const files = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/schedstat`, 'utf8')));
    return files.reduce((sum, file) => sum + Number(file.split(' ')[field]) / 1e6, 0);
  } catch {
    return undefined;
  }
}

/** Processes of this machine that take part in questions asked one after the other: this one, and the server's for each pool. */
export async function processesOf(pools: readonly Pool[]): Promise<number[]> {
  const servers = await Promise.all(
    pools.map(async (pool) => {
      const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      return rows[0]?.pid ?? 0;
    }),
  );
  return [process.pid, ...servers];
}
