import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** The environment without what would lead the program to another database or broker. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  // oxlint-disable-next-line node/no-process-env -- a child of the test starts from its environment
  const env = { ...process.env };
  for (const name of [
    'DATABASE_URL',
    'DATABASE_URL_FILE',
    'MQTT_URL',
    'MQTT_URL_FILE',
    'VERIMETER_DATA_DIR',
    'LOG_LEVEL',
  ])
    delete env[name];
  return env;
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started program whose output can be waited for. */
export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** The first match in stdout, as soon as it is there. @throws when the program ends before. */
  stdout(pattern: RegExp): Promise<RegExpExecArray>;
}

export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text.stdout += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (text.stderr += piece));
  const finished = once(child, 'close').then((): Finished => ({
    status: child.exitCode,
    stdout: text.stdout,
    stderr: text.stderr,
  }));
  return {
    process: child,
    finished,
    async stdout(pattern) {
      for (;;) {
        const match = pattern.exec(text.stdout);
        if (match !== null) return match;
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`ended without ${String(pattern)}:\n${text.stdout}${text.stderr}`);
        // oxlint-disable-next-line no-await-in-loop
        await Promise.race([once(child.stdout, 'data'), finished]);
      }
    },
  };
}

/** Runs the program to its end. */
export function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return start(args, env).finished;
}
