import { expect, test } from 'vitest';
import { studentCdf, studentQuantile } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const { p, student, studentCdf: values } = reference.distributions;

test('the distribution function, its lower tail to relative accuracy', () => {
  expectClose(
    values.map(({ t, degrees }) => studentCdf(t, degrees)),
    values.map((entry) => entry.cdf),
    { relative: 2e-13 },
  );
});

test('quantiles are those of scipy', () => {
  for (const { degrees, quantiles } of student)
    // 1 - p carries the rounding of p: 1e-12 relative at 0.9999.
    expectClose(
      p.map((probability) => studentQuantile(probability, degrees)),
      quantiles,
      { relative: 2e-12, absolute: 1e-15 },
    );
});

// Student's table: t(0.975) of 10 degrees is 2.228, of 1 it is 12.706.
test('the values everyone knows', () => {
  expectClose(studentQuantile(0.975, 10), 2.228, { absolute: 5e-4 });
  expectClose(studentQuantile(0.975, 1), 12.706, { absolute: 5e-4 });
});

test('the ends and beyond', () => {
  expect([studentCdf(-Infinity, 4), studentCdf(0, 4), studentCdf(Infinity, 4)]).toEqual([
    0, 0.5, 1,
  ]);
  expect([studentQuantile(0, 4), studentQuantile(0.5, 4), studentQuantile(1, 4)]).toEqual([
    -Infinity,
    0,
    Infinity,
  ]);
  expect(studentQuantile(2, 4)).toBeNaN();
});
