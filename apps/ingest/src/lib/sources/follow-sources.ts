import {
  type Pool,
  addSourceActivity,
  readSourceMemory,
  readSources,
  writeSourceMemory,
} from '@verimeter/registry';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';
import type { SourceDirectory } from './source-directory.ts';

/** Between two looks at what decoders remember and what came. */
const KEEP_MS = 1000;

/** Makes the directory what the registry says. @throws what the database says */
export async function loadSources(pool: Pool, directory: SourceDirectory): Promise<string[]> {
  const rows = await readSources(pool);
  return directory.replace(rows, rows.length === 0 ? [] : await readSourceMemory(pool));
}

export interface SourceFollower {
  /** The registry has changed, or may have. */
  changed(): void;
  stop(): Promise<void>;
}

/** Follows the registry, and keeps what decoders remember and what came. The first look is taken at once. */
export function followSources(pool: Pool, directory: SourceDirectory, log: Logger): SourceFollower {
  const stopping = new AbortController();
  let isStale = true;
  let told = '';
  let failing = false;

  async function look(): Promise<void> {
    if (isStale) {
      isStale = false;
      try {
        const problems = await loadSources(pool, directory);
        const text = problems.join('; ');
        if (text !== told && text !== '') log.error({ problems }, 'sources that cannot run');
        told = text;
      } catch (error) {
        isStale = true;
        throw error;
      }
    }
    const { memory, kept } = directory.unkeptMemory();
    if (memory.length > 0) {
      await writeSourceMemory(pool, memory);
      kept();
    }
    await addSourceActivity(pool, directory.takeActivity());
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
    changed() {
      isStale = true;
      wake?.();
    },
    async stop() {
      stopping.abort();
      await running;
      // What was learnt in the last second; a database that is away has lost it, and it is asked for again.
      await look().catch((error: unknown) => log.debug({ err: error }, 'sources not kept'));
    },
  };
}
