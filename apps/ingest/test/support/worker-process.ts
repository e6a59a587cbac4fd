import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface WorkerProcess {
  /** Messages received and not acknowledged, as the worker's own metric says. */
  unacknowledged(): Promise<number>;
  /** A metric of the worker, of the series with this label. */
  metric(name: string, label?: string): Promise<number>;
  untilReady(): Promise<void>;
  /** What `/health/sessions` says. */
  sessions(): Promise<unknown>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** What `/health/ready` says. */
  readiness(): Promise<{ status: number; checks: Readonly<Record<string, string>> }>;
  /** Resident memory in MB, as Linux counts it. */
  residentMb(): Promise<number>;
  kill(): Promise<void>;
}

/** As scripts/workspace.mjs starts it (docs/decisions/0103). */
const FLAGS = ['--max-semi-space-size=8'];
const ENTRY = fileURLToPath(new URL('worker.ts', import.meta.url));

export async function startWorker(
  env: Record<string, string>,
  options: { readonly ackBeforeCommit?: boolean; readonly keepaliveS?: number | undefined } = {},
): Promise<WorkerProcess> {
  const args = [
    ...(options.ackBeforeCommit === true ? ['--ack-before-commit'] : []),
    ...(options.keepaliveS === undefined ? [] : ['--keepalive', String(options.keepaliveS)]),
  ];
  const child: ChildProcess = spawn(process.execPath, [...FLAGS, ENTRY, ...args], {
    env: { HTTP_PORT: '0', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('no output of the worker');
  const exited = once(child, 'exit');
  const first = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
  const url = String(first[0]);
  if (!url.startsWith('http')) throw new Error('the worker did not start');

  async function metric(name: string, label = ''): Promise<number> {
    const text = await (await fetch(`${url}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(label));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  return {
    metric,
    unacknowledged: () => metric('ingest_unacked_messages'),
    async untilReady() {
      for (;;) {
        const { status } = await fetch(`${url}/health/ready`);
        if (status === 200) return;
        await delay(20);
      }
    },
    async sessions() {
      return (await fetch(`${url}/health/sessions`)).json();
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
    async readiness() {
      const response = await fetch(`${url}/health/ready`);
      const body: { checks: Record<string, string> } = JSON.parse(await response.text());
      return { status: response.status, checks: body.checks };
    },
    async residentMb() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
