import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type RegisterEvent,
  type RegisterReading,
  registerSteps,
  watchRegister,
} from '../src/index.ts';
import { household, kindsOf, readingsOf, STEP_US, watch } from './registers.ts';

const judged = (events: readonly RegisterEvent[]) =>
  events.map((event) => ({ ...event, state: 'open' as const }));

/** A register that starts again from 0 there. */
const wrapped = (modulus: number): RegisterReading[] =>
  readingsOf(household(modulus - 10, 60).map((value) => value % modulus));

/** What is known of the consumption, and over how many steps it is not. */
function consumed(readings: readonly RegisterReading[]): { known: number; unknown: number } {
  const { events, unsettled } = watch(readings);
  const steps = registerSteps(
    readings,
    judged(unsettled === undefined ? events : [...events, unsettled]),
  );
  return {
    known: steps.reduce((sum, { amount }) => sum + (amount ?? 0), 0),
    unknown: steps.filter(({ amount }) => amount === undefined).length,
  };
}

describe('a register', () => {
  test('that shows 0 for a moment has a glitch, across which its difference counts', () => {
    const line = household(53_000, 60);
    const values = line.with(40, 0);
    const readings = readingsOf(values);
    const { events, unsettled } = watch(readings);
    expect(unsettled).toBeUndefined();
    expect(events).toMatchObject([
      {
        kind: 'glitch',
        certainty: 'likely',
        tsUs: readings[40]?.tsUs,
        value: 0,
        before: readings[39],
        after: readings[41],
        settledUs: readings[41]?.tsUs,
      },
    ]);
    expect(consumed(readings)).toEqual({
      known: expect.closeTo((line[59] ?? 0) - 53_000, 6),
      unknown: 0,
    });
  });

  test.each([
    ['a spike', [99_000]],
    ['a spike of two readings', [99_000, 99_100]],
    ['noise', [99_000, 3, 512]],
    ['three zeros', [0, 0, 0]],
  ])('that comes back from %s had a glitch', (_name, odd) => {
    const line = household(1234, 60);
    const readings = readingsOf([...line.slice(0, 40), ...odd, ...line.slice(40 + odd.length)]);
    expect(kindsOf(watch(readings).events)).toEqual(['glitch']);
    expect(consumed(readings)).toEqual({
      known: expect.closeTo((line[59] ?? 0) - 1234, 6),
      unknown: 0,
    });
  });

  test('that comes to its end starts again from 0 and counts the wrapped difference', () => {
    const line = household(99_990, 60);
    const readings = readingsOf(line.map((value) => Math.round((value % 100_000) * 1000) / 1000));
    const { events } = watch(readings);
    expect(events).toMatchObject([{ kind: 'rollover', certainty: 'likely', modulus: 100_000 }]);
    expect(consumed(readings)).toEqual({
      known: expect.closeTo((line[59] ?? 0) - 99_990, 6),
      unknown: 0,
    });
  });

  test('starts again where the device says, or where 32 bits end', () => {
    expect(watch(wrapped(65_536), { modulus: 65_536 }).events).toMatchObject([
      { kind: 'rollover', modulus: 65_536 },
    ]);
    expect(watch(wrapped(2 ** 32 / 1000)).events).toMatchObject([
      { kind: 'rollover', modulus: 2 ** 32 / 1000 },
    ]);
    expect(kindsOf(watch(wrapped(65_536)).events)).toEqual(['reset']);
  });

  test('that counts on from 0 was reset, and what it counted across is not known', () => {
    const readings = readingsOf([...household(5000, 40), ...household(0.2, 20)]);
    const { events } = watch(readings);
    expect(events).toMatchObject([
      { kind: 'reset', before: readings[39], after: readings[40], settledUs: readings[43]?.tsUs },
    ]);
    expect(consumed(readings)).toEqual({
      known: expect.closeTo(
        (household(5000, 40).at(-1) ?? 0) - 5000 + (household(0.2, 20).at(-1) ?? 0) - 0.2,
        6,
      ),
      unknown: 1,
    });
  });

  test.each([
    ['lower', 812.4],
    ['higher', 61_000],
  ])('that counts on from a %s level was swapped', (_name, level) => {
    const readings = readingsOf([...household(5000, 40), ...household(level, 20)]);
    expect(watch(readings).events).toMatchObject([{ kind: 'swap', before: readings[39] }]);
    expect(consumed(readings).unknown).toBe(1);
    expect(consumed(readings).known).toBeLessThan(60 * 0.5);
  });

  test('that stands at 0 for long and comes back had a reset and a swap, between which it counted nothing', () => {
    const line = household(60, 120);
    const zeros = Array.from({ length: 40 }, () => 0);
    const readings = readingsOf([...line.slice(0, 40), ...zeros, ...line.slice(80)]);
    expect(kindsOf(watch(readings).events)).toEqual(['reset', 'swap']);
    expect(consumed(readings).known).toBeLessThan((line[119] ?? 0) - 60);
  });

  test('that falls slowly runs backwards until it has made that up', () => {
    const up = household(100, 40);
    const top = up.at(-1) ?? 0;
    const run = [top - 0.2, top - 0.5, top - 0.3, top - 0.1, top + 0.25];
    const readings = readingsOf([...up, ...run, ...household(top + 0.5, 10)]);
    expect(watch(readings).events).toMatchObject([
      { kind: 'backwards', tsUs: readings[40]?.tsUs, before: readings[39], after: readings[44] },
    ]);
    const { known, unknown } = consumed(readings);
    expect(unknown).toBe(0);
    expect(known).toBeCloseTo((readings.at(-1)?.value ?? 0) - 100, 6);
  });

  test('that stands 0 after a while, and what comes next, is open until it is told', () => {
    const readings = readingsOf([...household(5000, 40), 0]);
    const { events, unsettled } = watch(readings);
    expect(events).toEqual([]);
    expect(unsettled).toMatchObject({ kind: 'glitch', certainty: 'possible', after: undefined });
    expect(consumed(readings).unknown).toBe(1);
  });

  test('of a flat that was empty may count a thousand times as much from one reading to the next', () => {
    const idle = Array.from({ length: 2000 }, (_, k) => 10 + k * 0.0005);
    const values = [...idle, ...household((idle.at(-1) ?? 0) + 0.9, 100)];
    expect(watch(readingsOf(values))).toEqual({ events: [], unsettled: undefined });
  });

  test('of a plant that starts keeps what it counts from then on', () => {
    const idle = Array.from({ length: 200 }, (_, k) => 10 + k * 0.1);
    const running = Array.from({ length: 50 }, (_, k) => 30 + (k + 1) * 500);
    expect(watch(readingsOf([...idle, ...running]))).toEqual({ events: [], unsettled: undefined });
  });

  test('that comes back from nothing to its line and then shows another level for a while consumed neither', () => {
    const readings = readingsOf(
      household(0, 300).map((value, k) =>
        k >= 216 && k < 249 ? 0 : k >= 250 && k < 254 ? 583.998 : value,
      ),
    );
    const { events, unsettled } = watch(readings);
    const steps = registerSteps(
      readings,
      judged(unsettled === undefined ? events : [...events, unsettled]),
    );
    expect(steps.filter(({ amount = 0 }) => amount > 101)).toEqual([]);
  });

  test('whose messages were held back arrives within moments and is nothing odd', () => {
    const values = household(700, 120);
    const first = readingsOf(values)[0]?.tsUs ?? 0;
    const readings = readingsOf(values).map((reading, k) =>
      k >= 50 && k < 100 ? { ...reading, tsUs: first + 100 * STEP_US - 100 + k } : reading,
    );
    expect(watch(readings)).toEqual({ events: [], unsettled: undefined });
  });
});

/** Amounts of 0 to 25 kW.h a quarter of an hour, with gaps: 100 kW. */
const ordinary = fc.array(
  fc.record({
    amount: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 25, noNaN: true })),
    steps: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 2000 })),
  }),
  { maxLength: 300 },
);

function counting(start: number, amounts: readonly { amount: number; steps: number }[]) {
  let value = start;
  let k = 0;
  return amounts.map(({ amount, steps }) => {
    value += amount;
    k += steps;
    return { tsUs: k * STEP_US, value };
  });
}

describe('whatever a register counts', () => {
  test('nothing is said of one that counts up', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), ordinary, (start, amounts) => {
        const readings = counting(start, amounts);
        expect(watch(readings)).toEqual({ events: [], unsettled: undefined });
        const steps = registerSteps(readings, []);
        expect(steps.every(({ amount }) => amount !== undefined && amount >= 0)).toBe(true);
      }),
    );
  });

  // The first hours say how the register runs.
  const disturbance = fc.record({
    at: fc.integer({ min: 20, max: 250 }),
    length: fc.integer({ min: 1, max: 40 }),
    to: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })),
    stays: fc.boolean(),
  });

  test('no interval is negative, and what is known never exceeds what a household can have counted', () => {
    fc.assert(
      fc.property(
        fc.array(disturbance, { maxLength: 4 }),
        fc.double({ min: 0, max: 90_000, noNaN: true }),
        (disturbances, start) => {
          const values = household(start, 300);
          for (const { at, length, to, stays } of disturbances) {
            // what a large consumer could count within some hours is not told from a new level
            if (to > 0 && Math.abs(to - (values[at] ?? 0)) < 500) continue;
            const shift = to - (values[at] ?? 0);
            for (let k = at; k < (stays ? values.length : at + length); k++)
              if (k < values.length) values[k] = stays ? (values[k] ?? 0) + shift : to;
          }
          const readings = readingsOf(values);
          const { events, unsettled } = watch(readings);
          const all = unsettled === undefined ? events : [...events, unsettled];
          const wrong = registerSteps(readings, judged(all)).filter(
            ({ fromUs, toUs, amount = 0 }) => {
              // 100 kW.h within an hour and 100 kW beyond: more is a jump for any register
              const most = 101 * Math.max(1, (toUs - fromUs) / 3600e6);
              return amount < 0 || amount > most;
            },
          );
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('events are in the order of their times and each is a span of its own', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e5, noNaN: true })), {
          maxLength: 200,
        }),
        (values) => {
          const { events, unsettled } = watch(readingsOf(values));
          const all = unsettled === undefined ? events : [...events, unsettled];
          all.forEach(({ tsUs, before, after, settledUs }, k) => {
            expect(before.tsUs).toBeLessThan(tsUs);
            if (after !== undefined) {
              expect(settledUs).toBeGreaterThanOrEqual(after.tsUs);
              const next = all[k + 1];
              if (next !== undefined) expect(next.before.tsUs).toBeGreaterThanOrEqual(after.tsUs);
            } else expect(k).toBe(all.length - 1);
          });
        },
      ),
    );
  });

  test('a later reading changes nothing that is settled', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { maxLength: 120 }),
        fc.nat(120),
        (values, cut) => {
          const readings = readingsOf([...household(500, 20), ...values]);
          const early = watch(readings.slice(0, cut)).events;
          expect(watch(readings).events.slice(0, early.length)).toEqual(early);
        },
      ),
    );
  });

  test('memory does not grow with the readings', () => {
    const register = watchRegister();
    let settled = 0;
    for (let k = 0; k < 20_000; k++)
      if (register.take(k * STEP_US, k % 7 === 3 ? 0 : k / 10) !== undefined) settled++;
    expect(settled).toBe(Math.floor((20_000 - 4) / 7) + 1);
  });
});
