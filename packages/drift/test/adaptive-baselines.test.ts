import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { crossValidatedLasso, solveLasso } from '../src/lib/lasso.ts';
import { recursiveLeastSquares } from '../src/lib/recursive-least-squares.ts';
import { foldSums, plus, type Sums } from '../src/lib/textbook-baselines.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/baselines.json' with { type: 'json' };

const columns = reference.columns.map((column) => Float64Array.from(column));
const y = Float64Array.from(reference.y);
const { n } = reference;

/** Loss and constant as penalised by nothing: solved away by plain elimination, one after the other. */
function eliminate(sums: Sums, keep: number): Sums {
  let { gram, moment } = sums;
  for (let p = moment.length; p > keep; p -= 1) {
    const last = p - 1;
    const pivot = at(gram, p * p - 1);
    const smaller = new Float64Array(last * last);
    for (let i = 0; i < last; i += 1)
      for (let j = 0; j < last; j += 1)
        smaller[i * last + j] =
          at(gram, i * p + j) - (at(gram, i * p + last) * at(gram, last * p + j)) / pivot;
    const old = { gram, moment };
    moment = moment
      .subarray(0, last)
      .map((value, i) => value - (at(old.gram, i * p + last) * at(old.moment, last)) / pivot);
    gram = smaller;
  }
  return { gram, moment, square: 0 };
}

test('the lasso is that of scikit-learn', () => {
  const sums = eliminate(foldSums(columns, y).reduce(plus), n);
  reference.penalties.forEach((penalty, index) => {
    const b = new Float64Array(n);
    solveLasso(sums, penalty, b);
    // Ends where no coefficient moves by more than 1e-7 in a sweep.
    expectClose(b, reference.lasso[index] ?? [], 1e-6);
  });
});

test('a penalty above every correlation leaves nothing', () => {
  const b = Float64Array.from({ length: n }, () => 0.1);
  solveLasso(eliminate(foldSums(columns, y).reduce(plus), n), 1e6, b);
  expect([...b]).toEqual([0, 0, 0, 0]);
});

test('cross-validation chooses the penalty of scikit-learn', () => {
  expectClose(crossValidatedLasso(foldSums(columns, y), n), reference.crossValidated, 1e-6);
});

test('recursive least squares with a factor per coefficient is that in information form', () => {
  // Covariance and information form lose different digits: the loss and the constant are nearly one direction.
  expectClose(recursiveLeastSquares(columns, y, reference.factors), reference.recursive, 1e-8);
});

test('without forgetting it is ridge regression', () => {
  const b = recursiveLeastSquares(
    columns,
    y,
    columns.map(() => 1),
  );
  const { gram, moment } = foldSums(columns, y).reduce(plus);
  const p = columns.length;
  for (let i = 0; i < p; i += 1) {
    let left = at(b, i);
    for (let j = 0; j < p; j += 1) left += at(gram, i * p + j) * at(b, j);
    expect(left).toBeCloseTo(at(moment, i), 9);
  }
});
