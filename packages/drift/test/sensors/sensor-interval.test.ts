import { expect, test } from 'vitest';
import { errorInterval } from '../../src/lib/sensors/sensor-interval.ts';

const part = (weight: number, mean: number, sd: number, drifted: boolean) => ({
  weight,
  mean,
  variance: sd * sd,
  path: drifted ? 0 : -1,
  drifted,
  size: 0,
  sizeVariance: 0,
});

test('an interval counts drifts twice', () => {
  const [low, high] = errorInterval([part(0.9, 0, 0.03, false), part(0.1, 0.1, 0.05, true)]);
  // bisection of 0.9 F(x / 0.03) + 0.2 F((x - 0.1) / 0.05) = 1.1 x 0.025 and 1.1 x 0.975, F of Python's statistics.NormalDist
  expect(low).toBeCloseTo(-0.056266644502, 9);
  expect(high).toBeCloseTo(0.15458114975, 9);
});

test('where nothing or everything drifts it is the interval of the error', () => {
  for (const drifted of [false, true]) {
    const [low, high] = errorInterval([part(1, 0.02, 0.03, drifted)]);
    expect(low).toBeCloseTo(0.02 - 1.959963985 * 0.03, 9);
    expect(high).toBeCloseTo(0.02 + 1.959963985 * 0.03, 9);
  }
});
