import { backoffDelayMs } from '@verimeter/service-runtime';

/** What a refusal (CONNACK) or the broker's farewell (DISCONNECT) says of the next attempt. */
export type Farewell = 'taken over' | 'refused' | 'unavailable';

export interface ReconnectPace {
  /** The broker has accepted a connection. Milliseconds of the monotonic clock. */
  connected(nowMs: number): void;
  /** A connection, or the attempt at one, has ended. `isRivalled`: it looks like another client of the same name. */
  ended(
    nowMs: number,
    farewell?: Farewell,
  ): { readonly waitMs: number; readonly isRivalled: boolean };
}

/** Sooner than supervisors start a broker again (systemd and Docker: 100 ms); then doubled as long as nothing answers. */
const FIRST_MS = 20;
const LONGEST_MS = 1000;
/** So often in a row a connection may end soon after it began, and so soon, milliseconds. */
const SHORT_LIVES = 3;
const SHORT_LIFE_MS = 5000;
/** Longer than a short life: what the other one has meanwhile is none, so that only one of two steps back. */
const RIVAL_MS = 5000;
/** Also where the broker has said that it is of no use to come back soon. */
const LONGEST_RIVAL_MS = 30_000;

/**
 * When to connect again. A broker that restarts fills the queue of its absent worker, so it is looked for at once. Two
 * clients of one name take the session from each other, and both at once would deliver nothing but repetitions: one has
 * to wait, the longer the more often it has found the other there.
 *
 * Brokers end a connection of a restart and one that was taken over alike, without a word (Mosquitto 2.0). What tells
 * them apart is the attempt at once: one that is going down or coming up does not answer it.
 */
export function createReconnectPace(random: () => number = Math.random): ReconnectPace {
  let connectedAtMs: number | undefined;
  let shortLives = 0;
  let unanswered = 0;

  return {
    connected(nowMs) {
      connectedAtMs = nowMs;
    },
    ended(nowMs, farewell) {
      const livedMs = connectedAtMs === undefined ? undefined : nowMs - connectedAtMs;
      connectedAtMs = undefined;
      if (farewell === 'taken over' || farewell === 'refused')
        return { waitMs: LONGEST_RIVAL_MS, isRivalled: farewell === 'taken over' };
      // One that accepts a connection and ends it at once because it is busy has not been back.
      if (livedMs !== undefined && (farewell === undefined || livedMs >= SHORT_LIFE_MS))
        unanswered = 0;
      const isShort = livedMs !== undefined && livedMs < SHORT_LIFE_MS && farewell === undefined;
      shortLives = isShort ? shortLives + 1 : 0;
      if (shortLives >= SHORT_LIVES) {
        const stepMs = RIVAL_MS * 2 ** (shortLives - SHORT_LIVES);
        return { waitMs: Math.min(stepMs, LONGEST_RIVAL_MS) * (1 + random()), isRivalled: true };
      }
      unanswered += 1;
      return {
        waitMs: backoffDelayMs(unanswered, FIRST_MS, LONGEST_MS, random()),
        isRivalled: false,
      };
    },
  };
}
