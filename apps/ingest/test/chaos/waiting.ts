import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 180_000;

/** Asks until it is so. @throws where it takes too long. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(10);
  }
}

/** The answer of `ask`, at most this old; the one before where there is none, since what is asked may be down just now. */
export function atMostEvery(ms: number, ask: () => Promise<number>): () => Promise<number> {
  let askedAt = -Infinity;
  let known = 0;
  let asking: Promise<void> | undefined;
  return async () => {
    if (performance.now() - askedAt > ms) {
      askedAt = performance.now();
      asking = ask().then(
        (answer) => {
          known = answer;
        },
        () => undefined,
      );
    }
    await asking;
    return known;
  };
}
