import { openThread } from '@verimeter/service-runtime';
import type { NightMessage, NightShare } from './night-worker.ts';

/**
 * Young objects of a thread, MiB. Larger halves keep what batches have left behind: with V8's own size a night took half as much memory again,
 * and longer (docs/performance.md).
 */
const HEAP = { maxYoungGenerationSizeMb: 24 };

type LastWord = Exclude<NightMessage, { type: 'areas' }>;

export interface NightThreads {
  /** The last word of each thread, in the order of the shares. One that fails, and the signal, end all. */
  readonly run: (
    shares: readonly NightShare[],
    onAreas?: (count: number) => void,
  ) => Promise<LastWord[]>;
}

export function nightThreads(signal: AbortSignal | undefined): NightThreads {
  return {
    async run(shares, onAreas) {
      const failed = new AbortController();
      const ends = AbortSignal.any([failed.signal, ...(signal === undefined ? [] : [signal])]);
      const running = shares.map((share) => inThread(share, ends, onAreas));
      try {
        return await Promise.all(running);
      } finally {
        failed.abort(); // those that are done only close their connections
        await Promise.allSettled(running); // nobody writes or publishes any more
      }
    },
  };
}

function inThread(
  share: NightShare,
  signal: AbortSignal,
  onAreas: ((count: number) => void) | undefined,
): Promise<LastWord> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Error('the night was stopped'));
      return;
    }
    const worker = openThread(new URL('./night-worker.ts', import.meta.url), share, HEAP);
    let failure: unknown;
    const stop = (): void => {
      failure ??= new Error('the night was stopped');
      void worker.terminate();
    };
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (message: NightMessage) => {
      if (message.type === 'areas') onAreas?.(message.count);
      else resolve(message);
    });
    worker.on('error', (error) => {
      failure ??= error;
    });
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', stop);
      // too late where it is done
      reject(failure ?? new Error(`a thread of the night ended with exit code ${code}`));
    });
  });
}

/** Every n-th area to each of n threads; no more threads than areas. */
export function dealt(groupIds: readonly string[], threads: number): string[][] {
  const count = Math.max(1, Math.min(threads, groupIds.length));
  return Array.from({ length: count }, (_, k) =>
    groupIds.filter((__, index) => index % count === k),
  );
}
