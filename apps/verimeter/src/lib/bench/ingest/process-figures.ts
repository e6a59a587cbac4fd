import { readFile, readdir } from 'node:fs/promises';

/** Clock ticks per second in /proc: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly seconds: number;
}

/** Processor seconds by name of program (`node`, `postgres`) of a process and all its descendants; empty where there is no /proc. */
export async function processorTime(root: number): Promise<ReadonlyMap<string, number>> {
  const all = (await readProcesses()).map((one) => [one.pid, one] as const);
  const byPid = new Map(all);
  const isDescendant = (one: Process): boolean => {
    for (let at: Process | undefined = one; at !== undefined; at = byPid.get(at.parent))
      if (at.pid === root) return true;
    return false;
  };
  const sums = new Map<string, number>();
  for (const one of byPid.values())
    if (isDescendant(one)) sums.set(one.name, (sums.get(one.name) ?? 0) + one.seconds);
  return sums;
}

async function readProcesses(): Promise<Process[]> {
  if (process.platform !== 'linux') return [];
  const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found: Process[] = [];
  for (const pid of entries) {
    // oxlint-disable-next-line no-await-in-loop -- a read of /proc does not wait
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // it has ended
    // pid (name) state ppid … utime is the 14th field, stime the 15th, of waited-for children the 16th and 17th (proc(5))
    const match = /^(\d+) \((.*)\) (.*)$/s.exec(text);
    const fields = match?.[3]?.split(' ') ?? [];
    if (match === null || fields.length < 15) continue;
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const name = (match[2] ?? '').startsWith('postgres') ? 'database' : 'program';
    found.push({ pid: Number(pid), parent: Number(fields[1]), name, seconds: ticks / TICKS_PER_S });
  }
  return found;
}

/** Peak resident memory of a process, bytes (VmHWM); undefined where there is no /proc. */
export async function peakMemory(processId: number | undefined): Promise<number | undefined> {
  if (processId === undefined || process.platform !== 'linux') return undefined;
  const status = await readFile(`/proc/${processId}/status`, 'utf8');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
