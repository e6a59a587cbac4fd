import {
  type Pool,
  addSourceActivity,
  type SourceProblem,
  markMemory,
  readChangedMemory,
  readFormerFilters,
  readSourceMemory,
  readSources,
  writeSourceProblems,
} from '@verimeter/registry';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';
import type { SourceDirectory } from './source-directory.ts';

/** Between two looks at what came. */
const KEEP_MS = 1000;
/** So often a problem is said again; see `readSourceProblems`. */
const REPEAT_MS = 30_000;

/** Makes the directory what the registry says. @throws what the database says */
export async function loadSources(pool: Pool, directory: SourceDirectory): Promise<void> {
  // First, so that nothing is kept unseen between the two.
  directory.heardUntil ??= await markMemory(pool);
  directory.former = await readFormerFilters(pool);
  const rows = await readSources(pool);
  directory.replace(rows, await readSourceMemory(pool, directory.newcomers(rows)));
}

/** Hears what other workers have learnt since it was heard last. */
async function hearMemory(pool: Pool, directory: SourceDirectory): Promise<void> {
  const until = await markMemory(pool);
  directory.hear(await readChangedMemory(pool, directory.heardUntil ?? until));
  directory.heardUntil = until;
}

export interface SourceFollower {
  /** The registry has changed, or may have; `memory`: only what decoders remember. */
  changed(what: 'sources' | 'memory'): void;
  stop(): Promise<void>;
}

/** Follows the registry, and tells what came. The first look is taken at once. */
export function followSources(
  pool: Pool,
  directory: SourceDirectory,
  { worker, log }: { readonly worker: string; readonly log: Logger },
): SourceFollower {
  const stopping = new AbortController();
  let areSourcesStale = true;
  let isMemoryStale = false;
  /** Undefined: what a worker of this name said before it ended. */
  let told: string | undefined;
  let toldAt = 0;
  let failing = false;

  async function lookAtSources(): Promise<void> {
    if (!areSourcesStale) return;
    areSourcesStale = false;
    try {
      await loadSources(pool, directory);
    } catch (error) {
      areSourcesStale = true;
      throw error;
    }
  }

  async function lookAtMemory(): Promise<void> {
    if (!isMemoryStale) return;
    isMemoryStale = false;
    try {
      await hearMemory(pool, directory);
    } catch (error) {
      isMemoryStale = true;
      throw error;
    }
  }

  async function tellProblems(problems: readonly SourceProblem[]): Promise<void> {
    const text = JSON.stringify(problems);
    const isOld = problems.length > 0 && performance.now() - toldAt > REPEAT_MS;
    if (text === told && !isOld) return;
    if (text !== told && problems.length > 0) log.error({ problems }, 'sources that cannot run');
    await writeSourceProblems(pool, worker, problems);
    told = text;
    toldAt = performance.now();
  }

  async function tellActivity(): Promise<void> {
    const activity = directory.activities.take();
    try {
      await addSourceActivity(pool, activity);
    } catch (error) {
      directory.activities.giveBack(activity);
      throw error;
    }
  }

  async function look(): Promise<void> {
    await lookAtSources();
    await lookAtMemory();
    await tellProblems(directory.problems);
    await tellActivity();
  }

  /** What came in the last second; who does not run has no problems. */
  async function lookLast(): Promise<void> {
    await tellActivity();
    await tellProblems([]);
  }

  let wake: (() => void) | undefined;
  const pause = (): Promise<void> =>
    Promise.race([
      delay(KEEP_MS, stopping.signal),
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
    ]);

  async function run(): Promise<void> {
    for (;;) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one look after the other
        await look();
        failing = false;
      } catch (error) {
        // One line when it begins: the database may be away for long.
        log[failing ? 'debug' : 'warn']({ err: error }, 'sources could not be looked at');
        failing = true;
      }
      // oxlint-disable-next-line no-await-in-loop
      await pause();
    }
  }

  const running = run().catch((error: unknown) => {
    if (!(error instanceof AbortedError)) throw error;
  });
  return {
    changed(what) {
      if (what === 'sources') areSourcesStale = true;
      isMemoryStale = true;
      wake?.();
    },
    async stop() {
      stopping.abort();
      await running;
      await lookLast().catch((error: unknown) => log.debug({ err: error }, 'activity not told'));
    },
  };
}
