import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../config.ts';
import type { ChildMessage } from '../parent-link.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
/** A child that does not stop when asked is killed: `up` has 10 seconds in all. */
const STOP_MS = 5000;

export interface Child {
  /** Exit status; a signal counts as 1. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
}

/**
 * Runs a command of this program as a child process, so that its work does not hold up this one's event loop. The
 * channel between them ends the child when this process ends, however that happens.
 */
export function startChild(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onMessage: (message: ChildMessage) => void,
): Child {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], {
    env: childEnvironment(env),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', (message) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own program, see parent-link.ts
    onMessage(message as ChildMessage);
  });
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  exited.catch(() => undefined); // whoever awaits it is told
  return {
    exited,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
