import { expect, test } from 'vitest';
import { createReconnectPace } from '../src/lib/reconnect-pace.ts';

/** The longest waits. */
const pace = () => createReconnectPace(() => 1);

/** Connects, lives for so long, ends; gives how long it waits then. */
function live(of: ReturnType<typeof pace>, forMs: number, atMs = 0): number {
  of.connected(atMs);
  return of.ended(atMs + forMs).waitMs;
}

test('a lost broker is looked for at once, then more seldom up to once a second', () => {
  const of = pace();
  const waits = [live(of, 60_000), ...Array.from({ length: 7 }, () => of.ended(0).waitMs)];
  expect(waits).toEqual([20, 40, 80, 160, 320, 640, 1000, 1000]);
});

test('one that crashes again and again is never waited for longer, since it does not answer in between', () => {
  const of = pace();
  for (let crash = 0; crash < 20; crash += 1) {
    expect(live(of, 300)).toBe(20);
    expect(of.ended(0)).toEqual({ waitMs: 40, isRivalled: false });
  }
});

test('one that goes down and says so is not taken for a rival', () => {
  const of = pace();
  for (let restart = 0; restart < 5; restart += 1) {
    of.connected(0);
    expect(of.ended(300, 'unavailable').isRivalled).toBe(false);
  }
});

test('one that accepts connections and ends them because it is busy is asked more seldom', () => {
  const of = pace();
  const waits = Array.from({ length: 8 }, () => {
    of.connected(0);
    return of.ended(300, 'unavailable').waitMs;
  });
  expect(waits).toEqual([20, 40, 80, 160, 320, 640, 1000, 1000]);
  expect(live(of, 60_000)).toBe(20);
});

test('where another client takes the session at once, each third short life is the last for a while, longer each time', () => {
  const of = pace();
  const waits = Array.from({ length: 8 }, () => live(of, 50));
  expect(waits).toEqual([20, 20, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  expect(live(of, 5000)).toBe(20); // the other one has gone
});

test('of two that take the session from each other one keeps it', () => {
  const twins = [0.2, 0.7].map((random) => createReconnectPace(() => random));
  /** When each connects; undefined: it has the session. */
  const due: (number | undefined)[] = [0, 10];
  let changes = 0;
  for (;;) {
    const next = due.indexOf(Math.min(...due.map((at) => at ?? Infinity)));
    const now = due[next] ?? Infinity;
    if (now > 600_000) break;
    const other = 1 - next;
    twins[next]?.connected(now);
    if (due[other] === undefined) {
      due[other] = now + (twins[other]?.ended(now).waitMs ?? 0);
      changes += 1;
    }
    due[next] = undefined;
  }
  // Without waiting it would be thousands; with it about one each half minute, and at once back.
  expect(changes).toBeGreaterThan(5);
  expect(changes).toBeLessThan(60);
});

test('a broker that refuses is asked again after half a minute', () => {
  const of = pace();
  expect(of.ended(0, 'refused')).toEqual({ waitMs: 30_000, isRivalled: false });
  of.connected(0);
  expect(of.ended(100, 'taken over')).toEqual({ waitMs: 30_000, isRivalled: true });
});
