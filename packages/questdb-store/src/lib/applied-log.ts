import { setTimeout as sleep } from 'node:timers/promises';
import type { QuestDbHttp } from './http-client.ts';
import { checkWal, readWalState } from './readings-table.ts';

/**
 * Waits until readers see what QuestDB has taken so far. False: not in time.
 *
 * @throws QuestDbError where the table is suspended
 */
export async function untilApplied(
  http: QuestDbHttp,
  options: {
    readonly pollMs: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  },
): Promise<boolean> {
  const deadline = performance.now() + options.timeoutMs;
  let accepted: number | undefined;
  while (options.signal?.aborted !== true) {
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    const state = await readWalState(http);
    checkWal(state);
    accepted ??= state.accepted;
    if (state.applied >= accepted) return true;
    if (performance.now() > deadline) return false;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(options.pollMs);
  }
  return false;
}
