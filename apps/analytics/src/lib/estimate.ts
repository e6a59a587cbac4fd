import { availableParallelism } from 'node:os';
import {
  type AreaAnswers,
  EM_ROUNDS,
  type FleetInput,
  type JudgedArea,
  NO_FLEET,
  nextPrior,
} from '@verimeter/drift';
import { openPartThread, type PartThread } from './part-thread.ts';
import { inSharedMemory } from './shared-input.ts';

/** Indices of the areas for each thread: the largest first, each to the thread with the fewest members so far. */
export function sharesOf(sizes: readonly number[], threads: number): number[][] {
  const shares = Array.from({ length: Math.min(threads, sizes.length) }, () => ({
    areas: [] as number[],
    members: 0,
  }));
  const order = [...sizes.keys()].toSorted((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b);
  for (const area of order) {
    const least = shares.reduce((best, share) => (share.members < best.members ? share : best));
    least.areas.push(area);
    least.members += sizes[area] ?? 0;
  }
  return shares.map((share) => share.areas.toSorted((a, b) => a - b));
}

/** Replies of all threads in the order of the fleet's areas: the result does not depend on how many threads there are. */
async function gather<T>(
  threads: readonly PartThread[],
  shares: readonly (readonly number[])[],
  ask: (thread: PartThread) => Promise<readonly T[]>,
): Promise<T[]> {
  const replies = await Promise.all(threads.map(ask));
  const byArea = new Map<number, T>();
  shares.forEach((areas, k) =>
    replies[k]?.forEach((reply, i) => {
      const area = areas[i];
      if (area !== undefined) byArea.set(area, reply);
    }),
  );
  return [...byArea].toSorted(([a], [b]) => a - b).map(([, reply]) => reply);
}

/**
 * What the areas of a fleet answer, in their order, computed in threads of its own - one per processor, each with its share of the areas - so that
 * probes and signals are answered meanwhile. Only the priors go back and forth.
 */
export async function estimate(
  input: FleetInput,
  options: { readonly signal?: AbortSignal | undefined; readonly threads?: number } = {},
): Promise<AreaAnswers[]> {
  const { signal, threads: most = availableParallelism() } = options;
  const shared = inSharedMemory(input);
  const shares = sharesOf(
    shared.areas.map((area) => area.members.length),
    Math.max(1, most),
  );
  const threads: PartThread[] = [];
  const stop = (): void => {
    for (const thread of threads) thread.stop(new Error('the analysis was stopped'));
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (const areas of shares) threads.push(openPartThread(shared, areas));
    if (signal?.aborted === true) stop();
    let prior = NO_FLEET;
    for (let round = 0; round < EM_ROUNDS; round++) {
      const judged = await gather<JudgedArea | undefined>(threads, shares, (thread) =>
        thread.ask({ kind: 'judge', round, prior }),
      );
      if (round < EM_ROUNDS - 1) prior = nextPrior(judged);
    }
    return await gather<AreaAnswers>(threads, shares, (thread) =>
      thread.ask({ kind: 'answer', prior }),
    );
  } finally {
    signal?.removeEventListener('abort', stop);
    for (const thread of threads) thread.stop();
  }
}
