import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ClockObservation,
  formIntervals,
  type JudgedRegisterEvent,
  type RegisterInterval,
  type RegisterReading,
} from '../src/index.ts';

const MINUTE_US = 60e6;
const STEP_US = 15 * MINUTE_US;
const DAY_US = Date.UTC(2026, 10, 22) * 1000;
const grid = { stepUs: STEP_US };

const minute = (minutes: number): number => DAY_US + minutes * MINUTE_US;
const reading = (minutes: number, value: number): RegisterReading => ({
  tsUs: minute(minutes),
  value,
});
const event = (
  kind: JudgedRegisterEvent['kind'],
  before: RegisterReading,
  odd: RegisterReading,
  after: RegisterReading | undefined = odd,
  more: Partial<JudgedRegisterEvent> = {},
): JudgedRegisterEvent => ({ kind, state: 'open', ...odd, before, after, ...more });

/** What the register counted, and between which minutes of the day. */
const shown = ({ startUs, endUs, fromUs, toUs, amount, coverage, quality }: RegisterInterval) => ({
  grid: [startUs, endUs].map((us) => (us - DAY_US) / MINUTE_US),
  read: [fromUs, toUs].map((us) => (us - DAY_US) / MINUTE_US),
  amount,
  coverage,
  quality: quality.join(' '),
});

describe('intervals of a register on a grid', () => {
  test('are differences of readings at the edges', () => {
    const intervals = formIntervals(
      [reading(0, 100), reading(15, 103), reading(30, 103)],
      [],
      grid,
    );
    expect(intervals.map(shown)).toEqual([
      { grid: [0, 15], read: [0, 15], amount: 3, coverage: 1, quality: 'exact' },
      { grid: [15, 30], read: [15, 30], amount: 0, coverage: 1, quality: 'exact' },
    ]);
  });

  test('of a meter that sends at 00:07, 00:22 … lie between its readings, and say so', () => {
    const intervals = formIntervals(
      [reading(7, 100), reading(22, 103), reading(37, 104)],
      [],
      grid,
    );
    expect(intervals.map(shown)).toEqual([
      { grid: [0, 15], read: [7, 22], amount: 3, coverage: 8 / 15, quality: 'shifted' },
      { grid: [15, 30], read: [22, 37], amount: 1, coverage: 8 / 15, quality: 'shifted' },
    ]);
  });

  test('take the nearest reading of many, of two as near the earlier one', () => {
    const intervals = formIntervals(
      [reading(-2, 90), reading(1, 100), reading(14, 110), reading(16, 111)],
      [],
      grid,
    );
    expect(intervals.map(shown)).toMatchObject([{ grid: [0, 15], read: [1, 14], amount: 10 }]);
  });

  test('merge across edges without a reading, with their true length', () => {
    const intervals = formIntervals(
      [reading(0, 100), reading(45, 109), reading(60, 110)],
      [],
      grid,
    );
    expect(intervals.map(shown)).toEqual([
      { grid: [0, 45], read: [0, 45], amount: 9, coverage: 1, quality: 'exact merged' },
      { grid: [45, 60], read: [45, 60], amount: 1, coverage: 1, quality: 'exact' },
    ]);
  });

  test('merge around readings that are further from an edge than the tolerance', () => {
    const readings = [reading(0, 100), reading(16, 103), reading(30, 104)];
    const within = (toleranceUs: number) =>
      formIntervals(readings, [], { ...grid, toleranceUs }).map(({ amount }) => amount);
    expect(within(MINUTE_US)).toEqual([3, 1]);
    expect(within(MINUTE_US - 1)).toEqual([4]);
    expect(within(0)).toEqual([4]);
  });

  test('begin and end with the readings, and one reading makes none', () => {
    expect(formIntervals([reading(0, 100)], [], grid)).toEqual([]);
    expect(formIntervals([reading(0, 100), reading(7, 100)], [], grid)).toEqual([]);
    expect(formIntervals([], [], grid)).toEqual([]);
  });

  test('count a rollover as the wrapped difference', () => {
    const [before, after] = [reading(14, 99_998), reading(15, 3)];
    const intervals = formIntervals(
      [reading(0, 99_990), before, after, reading(30, 10)],
      [event('rollover', before, after, after, { modulus: 100_000 })],
      grid,
    );
    expect(intervals.map(shown)).toEqual([
      { grid: [0, 15], read: [0, 15], amount: 13, coverage: 1, quality: 'exact rollover' },
      { grid: [15, 30], read: [15, 30], amount: 7, coverage: 1, quality: 'exact' },
    ]);
  });

  test.each([
    ['reset', 'exact reset'],
    ['swap', 'exact swapped'],
  ] as const)('are not known across a %s', (kind, quality) => {
    const [before, after] = [reading(20, 105), reading(25, 1)];
    const intervals = formIntervals(
      [reading(0, 100), reading(15, 103), before, after, reading(30, 2)],
      [event(kind, before, after)],
      grid,
    );
    expect(intervals.map(shown)).toEqual([
      { grid: [0, 15], read: [0, 15], amount: 3, coverage: 1, quality: 'exact' },
      { grid: [15, 30], read: [15, 30], amount: undefined, coverage: 10 / 15, quality },
    ]);
  });

  test('leave a glitch out: its reading is no edge', () => {
    const [before, odd, after] = [reading(0, 100), reading(15, 0), reading(30, 104)];
    const intervals = formIntervals(
      [before, odd, after],
      [event('glitch', before, odd, after)],
      grid,
    );
    expect(intervals.map(shown)).toEqual([
      { grid: [0, 30], read: [0, 30], amount: 4, coverage: 1, quality: 'exact merged glitch' },
    ]);
  });

  test('are not known across a fall that nothing explains', () => {
    const [before, odd, after] = [reading(0, 100), reading(15, 0), reading(30, 104)];
    const reversed = event('glitch', before, odd, after, { state: 'reversed' });
    expect(formIntervals([before, odd, after], [reversed], grid).map(shown)).toMatchObject([
      { amount: undefined, coverage: 0, quality: 'exact unexplained_fall' },
      { amount: 104, coverage: 1, quality: 'exact' },
    ]);
  });

  test('end before an event that goes on', () => {
    const [before, odd] = [reading(15, 100), reading(30, 1)];
    const goesOn = { ...event('glitch', before, odd), after: undefined };
    expect(formIntervals([reading(0, 99), before, odd], [goesOn], grid).map(shown)).toMatchObject([
      { grid: [0, 15], amount: 1 },
    ]);
  });

  test('hand the offset of the clock on where it is known, and correct nothing', () => {
    const readings = [reading(0, 100), reading(15, 103), reading(30, 104)];
    const offset = { seconds: 90, uncertainty: 2 };
    const offsets = (clock: ClockObservation) =>
      formIntervals(readings, [], { ...grid, clock }).map(({ clockOffset }) => clockOffset);
    const ahead = { state: 'ahead', offset, sinceUs: minute(20), untilUs: minute(30) } as const;
    expect(offsets(ahead)).toEqual([undefined, offset]);
    expect(offsets({ ...ahead, state: 'jumping' })).toEqual([undefined, undefined]);
    const drifting = { ...ahead, state: 'drifting', rate: 96, sinceUs: minute(0) } as const;
    expect(offsets(drifting)).toEqual([{ seconds: 89, uncertainty: 2 }, offset]);
    expect(formIntervals(readings, [], { ...grid, clock: ahead }).map(shown)).toEqual(
      formIntervals(readings, [], grid).map(shown),
    );
  });
});

// --- any readings: a register of whole quanta, read at any instants of two days --------------------------------------------

const instants = fc.uniqueArray(fc.integer({ min: 0, max: 2 * 86_400e3 }), {
  minLength: 2,
  maxLength: 120,
});
/** Quanta that a register shows at a millisecond of these days: never falls, stands still and runs. */
const showed = (ms: number): number =>
  7_000_000 + Math.floor(ms / 50_000) * (ms > 86_400e3 ? 3 : 1);
const readAt = (ms: readonly number[]): RegisterReading[] =>
  ms.toSorted((a, b) => a - b).map((at) => ({ tsUs: DAY_US + at * 1000, value: showed(at) }));
const tolerance = fc.constantFrom(0, 10e6, STEP_US / 4, STEP_US / 2);
const showedAt = (tsUs: number): number => showed((tsUs - DAY_US) / 1000);
const total = (intervals: readonly RegisterInterval[]): number =>
  intervals.reduce((sum, { amount = NaN }) => sum + amount, 0);

describe('intervals of any readings', () => {
  test('add up to the difference of the first and the last reading that bound them, without gap or overlap', () => {
    fc.assert(
      fc.property(instants, tolerance, (ms, toleranceUs) => {
        const intervals = formIntervals(readAt(ms), [], { ...grid, toleranceUs });
        const [first, last] = [intervals[0], intervals.at(-1)];
        if (first === undefined || last === undefined) return;
        expect(total(intervals)).toBe(showedAt(last.toUs) - showedAt(first.fromUs));
        for (const [k, next] of intervals.slice(1).entries())
          expect([next.startUs, next.fromUs]).toEqual([intervals[k]?.endUs, intervals[k]?.toUs]);
      }),
    );
  });

  test('add up across rollovers as well', () => {
    const modulus = 4000;
    fc.assert(
      fc.property(instants, (ms) => {
        const counted = readAt(ms);
        // once at most between two readings
        fc.pre(counted.every(({ value }, k) => value - (counted[k - 1]?.value ?? value) < modulus));
        const register = counted.map(({ tsUs, value }) => ({ tsUs, value: value % modulus }));
        const rollovers = register.slice(1).flatMap((after, k) => {
          const before = register[k] ?? after;
          return after.value < before.value
            ? [event('rollover', before, after, after, { modulus })]
            : [];
        });
        const intervals = formIntervals(register, rollovers, grid);
        expect(total(intervals)).toBe(total(formIntervals(counted, [], grid)));
      }),
    );
  });

  test('have amounts that are differences of two readings near their edges, whatever else was read', () => {
    fc.assert(
      fc.property(instants, tolerance, fc.integer({ min: 0 }), (ms, toleranceUs, more) => {
        for (const some of [ms, ms.filter((at) => at % 3 !== more % 3)])
          for (const interval of formIntervals(readAt(some), [], { ...grid, toleranceUs })) {
            const { startUs, endUs, fromUs, toUs, amount, coverage, quality } = interval;
            expect(amount).toBe(showedAt(toUs) - showedAt(fromUs));
            expect(Math.abs(fromUs - startUs)).toBeLessThanOrEqual(toleranceUs);
            expect(Math.abs(toUs - endUs)).toBeLessThanOrEqual(toleranceUs);
            expect(coverage).toBe(
              (Math.min(toUs, endUs) - Math.max(fromUs, startUs)) / (endUs - startUs),
            );
            expect(quality.includes('merged')).toBe(endUs - startUs > STEP_US);
          }
      }),
    );
  });

  test('do not depend on the order of readings, or on repetitions', () => {
    fc.assert(
      fc.property(instants, fc.infiniteStream(fc.nat()), (ms, keys) => {
        const readings = readAt(ms);
        const shuffled = [...readings, ...readings]
          .map((one) => ({ one, key: keys.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(formIntervals(shuffled, [], grid)).toEqual(formIntervals(readings, [], grid));
      }),
    );
  });

  test('are the same on every day: the grid is that of UTC, without summer time', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: -400, max: 400 }), (ms, days) => {
        const moved = days * 86_400e6;
        const later = readAt(ms).map(({ tsUs, value }) => ({ tsUs: tsUs + moved, value }));
        expect(
          formIntervals(later, [], grid).map(({ startUs, endUs, fromUs, toUs, ...rest }) => ({
            startUs: startUs - moved,
            endUs: endUs - moved,
            fromUs: fromUs - moved,
            toUs: toUs - moved,
            ...rest,
          })),
        ).toEqual(formIntervals(readAt(ms), [], grid));
      }),
    );
  });

  test('are one for each step where a meter sends every step, whenever that is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: STEP_US / 1000 - 1 }), (phase) => {
        const ms = Array.from({ length: 97 }, (_, k) => phase + (k * STEP_US) / 1000);
        const intervals = formIntervals(readAt(ms), [], grid);
        expect(intervals).toHaveLength(96);
        expect(intervals.every(({ startUs, endUs }) => endUs - startUs === STEP_US)).toBe(true);
      }),
    );
  });
});
