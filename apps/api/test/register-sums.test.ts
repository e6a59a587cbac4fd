import type { JudgedRegisterEvent, RegisterReading } from '@verimeter/telemetry';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventsOf, looksOdd, type RegisterBucket, withEvents } from '../src/lib/register-sums.ts';

const QUARTER_US = 900e6;
const DAY_US = 86_400e6;

/** Ten days of a register that gains a quarter a quarter-hour, with other values at some of them. */
function register(start: number, odd: Readonly<Record<number, number>> = {}): RegisterReading[] {
  return Array.from({ length: 961 }, (_, k) => ({
    tsUs: k * QUARTER_US,
    value: odd[k] ?? start + k / 4,
  }));
}

const bucket = (start_at: number, end_at: number): RegisterBucket => ({
  start_at,
  end_at,
  sum: 99,
  count: (end_at - start_at) / QUARTER_US,
  coverage: 1,
  steps_back: 0,
  top_rise: 0,
});

/** Buckets of the fifth day. */
const buckets = (widthUs: number): RegisterBucket[] =>
  Array.from({ length: DAY_US / widthUs }, (_, k) =>
    bucket(4 * DAY_US + k * widthUs, 4 * DAY_US + (k + 1) * widthUs),
  );

function sums(readings: readonly RegisterReading[], widthUs = DAY_US): (readonly unknown[])[] {
  const events = eventsOf(readings, []);
  return withEvents(buckets(widthUs), readings, events)
    .filter(({ sum, coverage }) => sum !== 99 || coverage !== 1)
    .map(({ sum, coverage }) => [sum, coverage === null ? null : Math.round(coverage * 96)]);
}

/** Noon of the fifth day. */
const NOON = 4 * 96 + 48;

describe('the sum of a bucket', () => {
  test('leaves a momentary zero out', () => {
    const readings = register(53_000, { [NOON]: 0 });
    expect(sums(readings)).toEqual([[24, 95]]);
    // the reading at noon closes one quarter and opens the next: what flowed in both is known at its end
    expect(sums(readings, QUARTER_US)).toEqual([
      [null, 96],
      [0.5, 0],
    ]);
  });

  test('leaves a spike out', () => {
    expect(sums(register(100, { [NOON]: 53_100 }))).toEqual([[24, 95]]);
  });

  test('counts over the end of the digits', () => {
    const readings = register(99_999 - NOON / 4).map(({ tsUs, value }) => ({
      tsUs,
      value: value % 100_000,
    }));
    expect(sums(readings)).toEqual([[24, 96]]);
  });

  test.each([
    ['reset', 0.25],
    ['swap', 17_000],
  ])('has a gap where the register had a %s', (kind, level) => {
    const readings = register(5000).map(({ tsUs, value }, k) => ({
      tsUs,
      value: k < NOON ? value : level + (k - NOON) / 4,
    }));
    expect(eventsOf(readings, [])).toMatchObject([{ kind }]);
    expect(sums(readings)).toEqual([[23.75, 95]]);
  });

  test('is empty while it is not told what happened', () => {
    const readings = register(53_000, { [NOON]: 0 }).slice(0, NOON + 1);
    expect(sums(readings, DAY_US / 2).map(([sum]) => sum)).toEqual([11.75, null]);
  });

  test('is what a person says', () => {
    const readings = register(53_000, { [NOON]: 0 });
    const [glitch] = eventsOf(readings, []);
    if (glitch === undefined) throw new Error('there is one');
    const said = (change: Partial<JudgedRegisterEvent>): unknown => {
      const events = eventsOf(readings, [{ ...glitch, ...change }]);
      return withEvents(buckets(DAY_US), readings, events)[0]?.sum;
    };
    expect(said({ kind: 'swap', state: 'confirmed' })).toBe(23.5);
    // counted as it is: the fall says nothing, the rise is one
    expect(said({ state: 'reversed' })).toBe(23.5 + 53_000 + (NOON + 1) / 4);
  });
});

describe('readings are looked at', () => {
  const steady = buckets(DAY_US / 24).map((row) => ({ ...row, top_rise: 1 }));

  test('where a register fell, or rose by more than it can or usually does', () => {
    expect(looksOdd(steady)).toBe(false);
    const odd = (change: Partial<RegisterBucket>): boolean =>
      looksOdd(steady.map((row, k) => (k === 7 ? { ...row, ...change } : row)));
    expect(odd({ steps_back: 1 })).toBe(true);
    expect(odd({ top_rise: 11 })).toBe(true);
    expect(odd({ top_rise: 9 })).toBe(false);
    expect(looksOdd(steady.map((row) => ({ ...row, top_rise: 101 })))).toBe(true);
  });
});

test('no sum exceeds what flowed, whatever a few readings say', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.integer({ min: 300, max: 600 }).map(String),
        fc.oneof(fc.constant(0), fc.double({ min: 2000, max: 1e6, noNaN: true })),
        { maxKeys: 4 },
      ),
      fc.constantFrom(QUARTER_US, 4 * QUARTER_US, DAY_US),
      (odd, widthUs) => {
        const readings = register(1000, odd);
        const events = eventsOf(readings, []);
        const wrong = withEvents(buckets(widthUs), readings, events).filter(
          ({ sum, coverage }) =>
            sum !== 99 && sum !== null && sum > widthUs / 3600e6 + 1e-6 && coverage === 1,
        );
        expect(wrong).toEqual([]);
      },
    ),
  );
});
