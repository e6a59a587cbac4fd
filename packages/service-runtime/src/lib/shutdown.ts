import type { Logger } from './logger.ts';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A wrapper (npm, a shell) may pass on the signal that the terminal already sent: only a later one is impatience. */
const IMPATIENCE_MS = 2000;

export interface Shutdown {
  /** Aborted at the first stop signal or call of `stop`. */
  readonly signal: AbortSignal;
  /** Registers what to release; released in reverse order of registration. */
  defer(name: string, release: () => Promise<void> | void): void;
  /** Releases everything once; further calls return the same promise. Failures are logged, not thrown: the rest is still released. */
  stop(reason: string): Promise<{ readonly clean: boolean }>;
}

/** Ordered release of a service's resources, at most `deadlineMs` in all. */
export function createShutdown(log: Logger, deadlineMs = 9000): Shutdown {
  const controller = new AbortController();
  const releases: { name: string; release: () => Promise<void> | void }[] = [];
  let stopping: Promise<{ clean: boolean }> | undefined;

  async function releaseAll(): Promise<boolean> {
    let clean = true;
    for (let entry = releases.pop(); entry !== undefined; entry = releases.pop()) {
      try {
        // One after the other: what was started later may need what was started before.
        // oxlint-disable-next-line no-await-in-loop
        await entry.release();
      } catch (error) {
        clean = false;
        log.error({ err: error, resource: entry.name }, 'could not be stopped cleanly');
      }
    }
    return clean;
  }

  async function run(reason: string): Promise<{ clean: boolean }> {
    log.debug({ reason }, 'stopping');
    controller.abort(new Error(`stopping: ${reason}`));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<false>((resolve) => {
      timer = setTimeout(() => {
        log.error({ deadlineMs, waitingFor: releases.length }, 'not stopped within the deadline');
        resolve(false);
      }, deadlineMs);
    });
    const clean = await Promise.race([releaseAll(), deadline]);
    clearTimeout(timer);
    return { clean };
  }

  return {
    signal: controller.signal,
    defer(name, release) {
      releases.push({ name, release });
    },
    stop(reason) {
      stopping ??= run(reason);
      return stopping;
    },
  };
}

/**
 * Waits for SIGINT, SIGTERM or SIGHUP (or for the shutdown to be stopped by the program), releases everything and
 * returns the exit code: 0 when all was released in time, else 1. A second signal during the release ends the
 * process at once, unless it comes with the first one.
 */
export async function runUntilSignal(shutdown: Shutdown): Promise<0 | 1> {
  const reason = await new Promise<string>((resolve) => {
    const first = (signal: NodeJS.Signals): void => {
      const begin = performance.now();
      for (const name of SIGNALS) {
        process.off(name, first);
        process.on(name, () => {
          if (performance.now() - begin > IMPATIENCE_MS) process.exit(1);
        });
      }
      resolve(signal);
    };
    for (const name of SIGNALS) process.on(name, first);
    if (shutdown.signal.aborted) resolve('stopped');
    shutdown.signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const { clean } = await shutdown.stop(reason);
  return clean ? 0 : 1;
}
