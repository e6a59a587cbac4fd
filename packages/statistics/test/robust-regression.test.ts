import { describe, expect, test } from 'vitest';
import { type RobustLoss, fitRobustRegression } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const LOSSES: readonly RobustLoss[] = ['huber', 'bisquare'];

describe.each(LOSSES)('%s', (loss) => {
  const cases = reference.robust.filter((entry) => entry.loss === loss);

  test('coefficients, standard errors, scale and weights are those of statsmodels', () => {
    expect(cases).toHaveLength(2);
    for (const expected of cases) {
      const columns = expected.columns.map((column) => Float64Array.from(column));
      const fit = fitRobustRegression(columns, Float64Array.from(expected.y), {
        loss,
        tolerance: 1e-13,
        maximumIterations: 5000,
      });
      // Both iterate to rest; what remains is the rounding of a step over one less its rate of contraction.
      const tolerance = { relative: 1e-9, absolute: 1e-11 };
      expectClose(fit?.coefficients, expected.coefficients, tolerance);
      expectClose(fit?.deviations, expected.deviations, tolerance);
      expectClose(fit?.scale, expected.scale, tolerance);
      expectClose(fit?.weights, expected.weights, tolerance);
    }
  });

  test('one observation, however far off, hardly moves the line', () => {
    const x = Float64Array.from({ length: 30 }, (_, t) => t);
    const y = x.map((value, t) => 2 + 0.5 * value + 0.01 * Math.sin(7 * t));
    y[4] = 1e6;
    const fit = fitRobustRegression([x.map(() => 1), x], y, { loss, maximumIterations: 2000 });
    expect(fit?.converged).toBe(true);
    expectClose(fit?.coefficients, [2, 0.5], { absolute: 0.01 });
    expect(fit?.weights[4]).toBeLessThan(1e-6);
  });

  test('a line through all points has scale 0 and no standard errors', () => {
    const x = Float64Array.of(0, 1, 2, 3, 4);
    const fit = fitRobustRegression(
      [x.map(() => 1), x],
      x.map((value) => 1 + 2 * value),
      { loss },
    );
    expect(fit?.converged).toBe(true);
    expectClose(fit?.coefficients, [1, 2], { absolute: 1e-12 });
    expect(fit?.scale).toBe(0);
    expect(Array.from(fit?.deviations ?? [])).toEqual([0, 0]);
  });

  test('dependent columns have no fit', () => {
    const x = Float64Array.of(0, 1, 2, 3);
    expect(fitRobustRegression([x, x], x, { loss })).toBeUndefined();
  });
});

// W. N. Venables and B. D. Ripley, "Modern Applied Statistics with S", MASS::rlm(stack.loss ~ ., stackloss), printed digits.
test('stack loss: the published Huber estimate of MASS', () => {
  const stack = reference.robust.find((entry) => entry.name === 'stack loss');
  if (stack === undefined) throw new Error('the fixture has the stack loss data');
  const fit = fitRobustRegression(
    stack.columns.map((column) => Float64Array.from(column)),
    Float64Array.from(stack.y),
    { loss: 'huber' },
  );
  expectClose(fit?.coefficients, [-41.0265, 0.8294, 0.9261, -0.1278], { absolute: 5e-5 });
  expectClose(fit?.scale, 2.441, { absolute: 5e-4 });
});
