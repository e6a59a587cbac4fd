import { expect, test } from 'vitest';
import {
  cusumRunLength,
  cusumThreshold,
  ewmaRunLength,
  ewmaWidth,
  twoSidedCusumRunLength,
} from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const { cusum, ewma } = reference.charts;

// Published tables give three figures.
const PRINTED = { relative: 0.006 };
// Error of the extrapolated chain of 100 states against the integral equation.
const CHAIN = { relative: 2e-5 };
// The same where the limits are many steps lambda z apart: lambda 0.05.
const FINE_CHAIN = { relative: 2e-4 };

test('one-sided CUSUM: the integral equation', () => {
  expectClose(
    cusum.map((entry) => cusumRunLength(entry, { shift: entry.shift })),
    cusum.map((entry) => entry.runLength),
    CHAIN,
  );
});

test('EWMA: the integral equation', () => {
  expectClose(
    ewma.map((entry) => ewmaRunLength(entry, { shift: entry.shift })),
    ewma.map((entry) => entry.runLength),
    FINE_CHAIN,
  );
});

test('more states come nearer to the integral equation', () => {
  for (const entry of cusum.slice(0, 4)) {
    const error = (states: number): number =>
      Math.abs(cusumRunLength(entry, { shift: entry.shift, states }) - entry.runLength);
    expect(error(160)).toBeLessThan(error(20) / 8);
  }
});

// Lucas (1976), Lucas and Crosier (1982), as tabulated by D. C. Montgomery, "Introduction to Statistical Quality Control", CUSUM
// chapter, for k = 1/2.
test('two-sided CUSUM: the published tables', () => {
  const shifts = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3];
  expectClose(
    shifts.map((shift) => twoSidedCusumRunLength({ allowance: 0.5, threshold: 4 }, { shift })),
    [168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19],
    PRINTED,
  );
  expectClose(
    shifts.map((shift) => twoSidedCusumRunLength({ allowance: 0.5, threshold: 5 }, { shift })),
    [465, 139, 38, 17, 10.4, 5.75, 4.01, 3.11, 2.57],
    PRINTED,
  );
});

test('two-sided CUSUM with a head start of half the threshold: the published table', () => {
  expectClose(
    [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3].map((shift) =>
      twoSidedCusumRunLength({ allowance: 0.5, threshold: 5, headStart: 2.5 }, { shift }),
    ),
    [430, 122, 28.7, 11.2, 6.35, 3.37, 2.36, 1.86, 1.54],
    PRINTED,
  );
});

// Chains of 400 states without extrapolation, printed to one or two decimals: up to 3e-4 short.
test.each([
  [0.5, 4, [167.7, 26.63, 8.38, 3.34]],
  [0.5, 4.77, [368.5, 35.21, 9.92, 3.86]],
  [0.5, 5, [465.4, 38, 10.38, 4.01]],
  [0.5, 8, [9481, 84, 16.37, 6.01]],
  [0.25, 8, [368.4, 28.76, 11.39, 5.21]],
  [0.25, 10, [1035.6, 36.71, 14.06, 6.36]],
])('two-sided CUSUM, k %f, h %f: the chain of 400 states', (allowance, threshold, lengths) => {
  expectClose(
    [0, 0.5, 1, 2].map((shift) => twoSidedCusumRunLength({ allowance, threshold }, { shift })),
    lengths,
    { relative: 3e-4, absolute: 0.006 },
  );
});

// Lucas and Saccucci (1990), as tabulated by Montgomery, EWMA chapter.
test.each([
  [0.4, 3.054, [500, 224, 71.2, 28.4, 14.3]],
  [0.25, 2.998, [500, 170, 48.2, 20.1, 11.1]],
  [0.2, 2.962, [500, 150, 41.8, 18.2, 10.5]],
  [0.1, 2.814, [500, 106, 31.3, 15.9, 10.3]],
  [0.05, 2.615, [500, 84.1, 28.8, 16.4, 11.4]],
])('EWMA with lambda %f: the published table', (lambda, width, lengths) => {
  expectClose(
    [0, 0.25, 0.5, 0.75, 1].map((shift) => ewmaRunLength({ lambda, width }, { shift })),
    lengths,
    PRINTED,
  );
});

test('a chart can be designed for a run length', () => {
  // The chain's error of 2e-5 in a run length that grows by e per unit of threshold.
  expectClose(cusumThreshold(0.5, 465.4), 5, { absolute: 2e-4 });
  expectClose(ewmaWidth(0.1, 499.6), 2.814, { absolute: 2e-4 });
});

test('lambda 1 is the Shewhart chart', () => {
  // 1 / P(|Z| > 3) = 370.398347...; every state is the same.
  expectClose(ewmaRunLength({ lambda: 1, width: 3 }), 370.3983473449564, { relative: 1e-10 });
});
