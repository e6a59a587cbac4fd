import { expect, test } from 'vitest';
import { changePoints } from '../src/index.ts';
import reference from './reference/reference.json' with { type: 'json' };

test('changes are those of ruptures and of the search over every segmentation', () => {
  for (const { name, y, fits } of reference.changes)
    for (const { penalty, minimumLength, exact, ruptures } of fits) {
      const found = changePoints(Float64Array.from(y), { penalty, minimumLength });
      expect(found, `${name}, penalty ${penalty}`).toEqual(exact);
      expect(found, `${name}, penalty ${penalty}`).toEqual(ruptures);
    }
});

test('a step far from zero is found where it is', () => {
  const series = Float64Array.from(
    { length: 200 },
    (_, t) => 1e8 + (t < 120 ? 0 : 1) + 0.1 * Math.sin(t),
  );
  expect(changePoints(series, { penalty: 1 })).toEqual([120]);
});

test('a series too short for two segments has no change', () => {
  expect(changePoints(Float64Array.of(0, 9, 0), { penalty: 0.1, minimumLength: 2 })).toEqual([]);
  expect(changePoints(new Float64Array(0), { penalty: 1 })).toEqual([]);
  expect(changePoints(Float64Array.of(5), { penalty: 1 })).toEqual([]);
});
