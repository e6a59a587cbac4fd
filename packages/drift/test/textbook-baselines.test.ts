import { expect, test } from 'vitest';
import { textbookEstimates } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };
import { smallAreaInput } from './small-area.ts';
import { element } from './element.ts';

// A hair of 1e-9 on the diagonal and the smoothing of a quantum of some 1e-5 kW.h (no register is that fine) stand between
// the code and numpy's least squares on the energies themselves.
const TOLERANCE = 2e-6;

const input = smallAreaInput();
const estimates = textbookEstimates(input, element(input.areas, 0));

test('least squares with one square loss and a constant: numpy lstsq', () => {
  expect(estimates.map(({ deviceId }) => deviceId)).toEqual(
    Array.from({ length: 12 }, (_, i) => `M${String(i).padStart(2, '0')}`),
  );
  expectClose(
    estimates.map(({ leastSquares }) => leastSquares),
    reference.textbook.leastSquares,
    TOLERANCE,
  );
});

test('ridge whose strength five contiguous folds choose: numpy on augmented rows, another choice would show', () => {
  expectClose(
    estimates.map(({ ridge }) => ridge),
    reference.textbook.ridge,
    TOLERANCE,
  );
  // the choice lies inside the range, so that a wrong fold or penalty would change it
  expect(reference.textbook.chosen).toBe(0.01);
});

test('the loss is not absorbed without a rest: errors stay errors', () => {
  for (const { leastSquares } of estimates) expect(Math.abs(leastSquares)).toBeLessThan(0.1);
});
