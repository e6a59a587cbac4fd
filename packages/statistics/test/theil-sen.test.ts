import { expect, test } from 'vitest';
import { theilSen } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };
import { TREND_VECTOR } from './trend-vector.ts';

const INDEX = TREND_VECTOR.map((_, t) => t);

// One subtraction and one division per slope.
const TOLERANCE = { relative: 1e-14, absolute: 1e-15 };

test('the check vector, to the ten digits that are given', () => {
  const fit = theilSen(INDEX, TREND_VECTOR);
  const digits = { absolute: 5e-11 };
  expectClose(fit?.slope, 0.0106110469, digits);
  expectClose(fit?.intercept, -0.0238263825, digits);
  expectClose(fit?.low, 0.0077920714, digits);
  expectClose(fit?.high, 0.012935275, digits);
});

test('slope, intercept and interval are those of scipy, with ties in x and in y', () => {
  for (const { y, x, even90, uneven95 } of reference.trends) {
    const values = Float64Array.from(y);
    const even = theilSen(
      values.map((_, t) => t),
      values,
      { confidence: 0.9 },
    );
    expectClose(
      [even?.slope, even?.intercept, even?.low, even?.high].map(Number),
      even90,
      TOLERANCE,
    );
    const uneven = theilSen(Float64Array.from(x), values);
    expectClose(
      [uneven?.slope, uneven?.intercept, uneven?.low, uneven?.high].map(Number),
      uneven95,
      TOLERANCE,
    );
  }
});

test('twice the variance of the score widens the interval to that of z times the root of two', () => {
  // The confidence whose z is the root of two times 1.2815515655446008 is 0.93007...: the same order statistics.
  const wide = theilSen(INDEX, TREND_VECTOR, { confidence: 0.8, varianceFactor: 2 });
  const same = theilSen(INDEX, TREND_VECTOR, { confidence: 0.9300648 });
  expect(wide).toEqual(same);
});

test('an interval cannot reach beyond the slopes there are', () => {
  const fit = theilSen(Float64Array.of(0, 1, 2), Float64Array.of(0, 1, 4), { confidence: 0.999 });
  expect(fit).toMatchObject({ slope: 2, low: 1, high: 3 });
});

test('without two different x there is no slope', () => {
  expect(theilSen(Float64Array.of(1, 1), Float64Array.of(0, 1))).toBeUndefined();
  expect(theilSen(Float64Array.of(1), Float64Array.of(0))).toBeUndefined();
});
