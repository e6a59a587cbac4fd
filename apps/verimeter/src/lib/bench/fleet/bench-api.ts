import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROCESS = fileURLToPath(new URL('./api-process.ts', import.meta.url));

/** The API in a process of its own. */
export interface BenchApi {
  readonly url: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

export async function startBenchApi(databaseUrl: string): Promise<BenchApi> {
  const child: ChildProcess = spawn(process.execPath, [PROCESS, JSON.stringify({ databaseUrl })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the process has no pipes');
  const ended = once(child, 'exit');
  const lines = createInterface(stdout);
  const url = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    ended.then(() => {
      throw new Error('the API ended before it was ready');
    }),
  ]);
  return {
    url,
    pid: child.pid,
    async stop() {
      stdin.end();
      await ended;
    },
  };
}
