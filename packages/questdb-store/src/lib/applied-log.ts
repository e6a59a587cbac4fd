import { setTimeout as sleep } from 'node:timers/promises';
import type { QuestDbHttp } from './http-client.ts';
import { QuestDbError } from './questdb-error.ts';
import { checkWal, readWalState } from './readings-table.ts';

/** A question is half a millisecond of a processor. */
const LONGER_EACH_TIME = 1.6;

/**
 * Waits until readers see what QuestDB has taken so far. False: not in time.
 *
 * @throws QuestDbError where the table is suspended
 */
export async function untilApplied(
  http: QuestDbHttp,
  options: {
    /** Between the first two looks. */
    readonly pollMs: number;
    readonly longestPollMs: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
    /** Default: the one of readings. */
    readonly table?: string;
  },
): Promise<boolean> {
  const deadline = performance.now() + options.timeoutMs;
  let accepted: number | undefined;
  let { pollMs } = options;
  while (options.signal?.aborted !== true) {
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    const state = await readWalState(http, undefined, options.table);
    checkWal(state, options.table);
    accepted ??= state.accepted;
    if (state.applied >= accepted) return true;
    if (performance.now() > deadline) return false;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(pollMs);
    pollMs = Math.min(options.longestPollMs, pollMs * LONGER_EACH_TIME);
  }
  return false;
}

const CARRIED_OUT_MS = 300_000;
const POLL_MS = 20;
const LONGEST_POLL_MS = 200;

/** Waits until a change of a table is carried out. @throws QuestDbError where it is not, `doing` what */
export async function untilCarriedOut(
  http: QuestDbHttp,
  table: string,
  doing: string,
): Promise<void> {
  const pace = { pollMs: POLL_MS, longestPollMs: LONGEST_POLL_MS };
  if (!(await untilApplied(http, { ...pace, timeoutMs: CARRIED_OUT_MS, table })))
    throw new QuestDbError(`QuestDB has not carried out after five minutes: ${doing}`);
}
