import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundsOf, groupIntervals, type RegisterBounds } from '../src/index.ts';

const STEP_US = 900e6;
const grid = { stepUs: STEP_US };

/** A register that counts 1 in the first step, 2 in the second … with readings at some edges of the grid. */
const showed = (edge: number): number => (edge * (edge + 1)) / 2;
const readAt = (edges: readonly number[]): RegisterBounds =>
  boundsOf(
    edges.map((edge) => ({ tsUs: edge * STEP_US, value: showed(edge) })),
    [],
    grid,
  );
const upTo = (count: number, but: readonly number[] = []): number[] =>
  Array.from({ length: count }, (_, edge) => edge).filter((edge) => !but.includes(edge));

const shown = (members: readonly (readonly number[])[], mostSteps?: number) =>
  groupIntervals(members.map(readAt), mostSteps).map(({ startUs, endUs, members: own }) => [
    startUs / STEP_US,
    endUs / STEP_US,
    ...own.map((interval) => interval?.amount),
  ]);

describe('intervals that a group has in common', () => {
  test('are those of the grid where every member has its readings', () => {
    expect(shown([upTo(3), upTo(3)])).toEqual([
      [0, 1, 1, 1],
      [1, 2, 2, 2],
    ]);
  });

  test('are merged for all where one member has no reading', () => {
    expect(shown([upTo(5), upTo(5, [2])])).toEqual([
      [0, 1, 1, 1],
      [1, 3, 5, 5],
      [3, 4, 4, 4],
    ]);
  });

  test('are merged over holes that follow each other', () => {
    expect(shown([upTo(5, [2]), upTo(5, [1]), upTo(5)])).toEqual([
      [0, 3, 6, 6, 6],
      [3, 4, 4, 4, 4],
    ]);
  });

  test('go on without a member whose hole is longer than the bound, until it is back', () => {
    expect(shown([upTo(9), upTo(9, [2, 3, 4, 5])], 4)).toEqual([
      [0, 1, 1, 1],
      [1, 2, 2, undefined],
      [2, 3, 3, undefined],
      [3, 4, 4, undefined],
      [4, 5, 5, undefined],
      [5, 6, 6, undefined],
      [6, 7, 7, 7],
      [7, 8, 8, 8],
    ]);
    expect(shown([upTo(9), upTo(9, [2, 3, 4])], 4)).toContainEqual([1, 5, 14, 14]);
  });

  test('begin and end with those members that have readings', () => {
    expect(shown([upTo(4), [2, 3]])).toEqual([
      [0, 1, 1, undefined],
      [1, 2, 2, undefined],
      [2, 3, 3, 3],
    ]);
    expect(shown([])).toEqual([]);
    expect(
      shown([
        [0, 1],
        [4, 5],
      ]),
    ).toEqual([
      [0, 1, 1, undefined],
      [4, 5, undefined, 5],
    ]);
  });

  test('compare the same times, follow each other, and never grow beyond the bound', () => {
    const someEdges = fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(someEdges, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        (members, mostSteps) => {
          const registers = members.map((edges) => readAt(edges.toSorted((a, b) => a - b)));
          const intervals = groupIntervals(registers, mostSteps);
          let endUs = -Infinity;
          for (const interval of intervals) {
            expect(interval.startUs).toBeGreaterThanOrEqual(endUs);
            ({ endUs } = interval);
            expect(interval.endUs - interval.startUs).toBeLessThanOrEqual(mostSteps * STEP_US);
            const own = interval.members.filter((member) => member !== undefined);
            expect(own.length).toBeGreaterThan(0);
            for (const { startUs, endUs: end, amount } of own) {
              expect([startUs, end]).toEqual([interval.startUs, interval.endUs]);
              expect(amount).toBe(showed(end / STEP_US) - showed(startUs / STEP_US));
            }
          }
        },
      ),
    );
  });

  test('do not depend on the order of the members', () => {
    const someEdges = fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(someEdges, { minLength: 2, maxLength: 5 }), (members) => {
        const registers = members.map((edges) => readAt(edges.toSorted((a, b) => a - b)));
        const turned = groupIntervals(registers.toReversed()).map(({ members: own, ...rest }) => ({
          ...rest,
          members: own.toReversed(),
        }));
        expect(turned).toEqual(groupIntervals(registers));
      }),
    );
  });

  test('leave out a member at a time when at least it lacks a reading there', () => {
    const someEdges = fc.uniqueArray(fc.nat({ max: 40 }), { minLength: 20, maxLength: 41 });
    fc.assert(
      fc.property(fc.array(someEdges, { minLength: 2, maxLength: 4 }), (members) => {
        const registers = members.map((edges) => readAt(edges.toSorted((a, b) => a - b)));
        for (const { startUs, endUs, members: own } of groupIntervals(registers, 4))
          for (const [m, interval] of own.entries()) {
            const edges = members[m] ?? [];
            const hasBoth = edges.includes(startUs / STEP_US) && edges.includes(endUs / STEP_US);
            expect(interval !== undefined).toBe(hasBoth);
          }
      }),
    );
  });
});
