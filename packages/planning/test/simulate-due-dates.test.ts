import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SimulationInput, simulateDueDates } from '../src/index.ts';

const counted = (dates: readonly string[]): Map<string, number> =>
  new Map([...Map.groupBy(dates, (date) => date)].map(([date, all]) => [date, all.length]));

const input = (more: Partial<SimulationInput>): SimulationInput => ({
  from: '2026-12',
  months: 12,
  dueOn: new Map(),
  void: 0,
  capacity: [0],
  ...more,
});

test('validity ends month by month; the oldest is renewed first, what is left renews what ends within 60 days', () => {
  const dueOn = [
    '2026-10-01',
    '2026-12-31',
    '2027-02-10',
    '2027-02-10',
    '2027-03-31',
    '2028-05-01',
  ];
  const { months, overdueAtStart } = simulateDueDates(
    input({ dueOn: counted(dueOn), void: 1, capacity: [2, 3, 0] }),
  );
  expect(overdueAtStart).toBe(2);
  expect(months.slice(0, 4)).toEqual([
    // both that are overdue; that of December becomes overdue
    { month: '2026-12', due: 1, capacity: 2, verified: 2, ahead: 0, overdue: 1 },
    // it, and the two of February
    { month: '2027-01', due: 0, capacity: 3, verified: 3, ahead: 2, overdue: 0 },
    { month: '2027-02', due: 0, capacity: 0, verified: 0, ahead: 0, overdue: 0 },
    { month: '2027-03', due: 1, capacity: 0, verified: 0, ahead: 0, overdue: 1 },
  ]);
  expect(months).toHaveLength(12);
});

test('what is verified comes again where its cycle is shorter than the simulation', () => {
  const { months } = simulateDueDates(
    input({ dueOn: counted(['2026-12-31']), capacity: [1, 0], cycleMonths: 6 }),
  );
  expect(months.map(({ due }) => due)).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
});

const date = fc
  .tuple(fc.integer({ min: -3, max: 16 }), fc.integer({ min: 1, max: 28 }))
  .map(([month, day]) => new Date(Date.UTC(2026, 11 + month, day)).toISOString().slice(0, 10));

test('the capacity that is needed is enough, and one less is not; nobody is lost', () => {
  fc.assert(
    fc.property(
      fc.array(date, { maxLength: 80 }),
      fc.nat(20),
      fc.array(fc.nat(12), { minLength: 1, maxLength: 12 }),
      (dueOn, broken, capacity) => {
        const given = input({ dueOn: counted(dueOn), void: broken, capacity });
        const result = simulateDueDates(given);
        const run = (constant: number) =>
          simulateDueDates({ ...given, capacity: [constant] }).months;
        const isClean = (constant: number): boolean =>
          run(constant).every(({ overdue }) => overdue === 0);
        expect(isClean(result.neededFromFirstMonth)).toBe(true);
        if (result.neededFromFirstMonth > 0)
          expect(isClean(result.neededFromFirstMonth - 1)).toBe(false);
        expect(run(result.neededByEnd).at(-1)?.overdue).toBe(0);
        if (result.neededByEnd > 0)
          expect(run(result.neededByEnd - 1).at(-1)?.overdue).toBeGreaterThan(0);
        expect(result.neededByEnd).toBeLessThanOrEqual(result.neededFromFirstMonth);
        let overdue = result.overdueAtStart;
        for (const month of result.months) {
          overdue += month.due - (month.verified - month.ahead);
          expect(month.overdue).toBe(overdue);
          expect(month.verified).toBeLessThanOrEqual(month.capacity);
        }
      },
    ),
  );
});
