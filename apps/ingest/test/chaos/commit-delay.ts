import { setTimeout as delay } from 'node:timers/promises';
import type { Inspect } from './tcp-proxy.ts';

/** `asked`: the server has not seen the COMMIT. `underway`: it has, this moment. `done`: it has answered, the client has not heard. */
export type CommitPhase = 'asked' | 'underway' | 'done';

export interface CommitDelay {
  readonly inspect: Inspect;
  /** COMMITs seen so far. */
  readonly commits: number;
  /** Does this with the next COMMIT that is in the phase; `reset` cuts its connection. Resolves when done. */
  trap(phase: CommitPhase, act: (reset: () => void) => Promise<void>): Promise<void>;
}

/** Holds each COMMIT for `beforeMs()` and its answer for `afterMs()`: the time in which its result is not known is long. */
export function createCommitDelay(options: {
  readonly beforeMs: () => number;
  readonly afterMs: () => number;
}): CommitDelay {
  let commits = 0;
  let trap: { phase: CommitPhase; act: (reset: () => void) => Promise<void> } | undefined;

  const spring = async (phase: CommitPhase, reset: () => void): Promise<void> => {
    if (trap?.phase !== phase) return;
    const { act } = trap;
    trap = undefined;
    await act(reset);
  };

  const inspect: Inspect = (reset) => {
    let isAwaited = false;
    // One after the other: what comes behind a COMMIT, or behind its answer, waits as well.
    let sending = Promise.resolve();
    let answering = Promise.resolve();
    const sees = createCommitReader();
    return {
      fromClient: (chunk, handOn) => {
        const isCommit = sees(chunk);
        sending = sending.then(async () => {
          if (isCommit) {
            commits += 1;
            await spring('asked', reset);
            await delay(options.beforeMs());
            isAwaited = true;
          }
          handOn(chunk);
          if (isCommit) await spring('underway', reset);
        });
      },
      fromServer: (chunk, handOn) => {
        answering = answering.then(async () => {
          if (isAwaited) {
            isAwaited = false;
            await spring('done', reset);
            await delay(options.afterMs());
          }
          handOn(chunk);
        });
      },
    };
  };

  return {
    inspect,
    get commits() {
      return commits;
    },
    trap(phase, act) {
      return new Promise((resolve, reject) => {
        trap = { phase, act: (reset) => act(reset).then(resolve, reject) };
      });
    },
  };
}

/**
 * Whether a COMMIT is among the messages that a client sends to PostgreSQL: one byte that says the kind and four with the length, but
 * for the first one, which has no kind (PostgreSQL 15 manual, 55.7).
 */
function createCommitReader(): (chunk: Buffer) => boolean {
  let rest = Buffer.alloc(0);
  let kindBytes = 0;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    let isCommit = false;
    while (rest.length >= kindBytes + 4) {
      const end = kindBytes + rest.readUInt32BE(kindBytes);
      if (rest.length < end) break;
      const kind = kindBytes === 0 ? '' : String.fromCharCode(rest[0] ?? 0);
      // A simple query, or a statement that is parsed to be executed.
      if (kind === 'Q' || kind === 'P')
        isCommit ||= /\bcommit\b/i.test(rest.toString('latin1', 5, end));
      rest = rest.subarray(end);
      kindBytes = 1;
    }
    return isCommit;
  };
}
