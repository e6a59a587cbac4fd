import { expect, test } from 'vitest';
import { addGram, dotRange } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import { lowerTriangle } from './matrices.ts';
import reference from './reference/reference.json' with { type: 'json' };

const { from, to, ...expected } = reference.gram_and_ridge;
const columns = expected.columns.map((column) => Float64Array.from(column));

// Sums of 28 products of order 1 in another order than numpy's: a few ulp of the largest partial sum, about 30.
const TOLERANCE = { absolute: 1e-13 };

test('the cross products over a range are those of numpy, in the lower triangle only', () => {
  const n = columns.length;
  const gram = new Float64Array(n * n);
  addGram(gram, columns, from, to);
  expectClose(lowerTriangle(gram, n), lowerTriangle(expected.gram.flat(), n), TOLERANCE);
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(gram[i * n + j]).toBe(0);
});

test('two halves of a range add up to the whole', () => {
  const n = columns.length;
  const gram = new Float64Array(n * n);
  addGram(gram, columns, from, 20);
  addGram(gram, columns, 20, to);
  expectClose(lowerTriangle(gram, n), lowerTriangle(expected.gram.flat(), n), TOLERANCE);
});

test('an empty range adds nothing', () => {
  const gram = new Float64Array(4).fill(7);
  addGram(gram, columns.slice(0, 2), 9, 9);
  expect(Array.from(gram)).toEqual([7, 7, 7, 7]);
});

test('a dot product over a range', () => {
  const [, second, , , fifth] = columns;
  if (second === undefined || fifth === undefined) throw new Error('the fixture has six columns');
  expectClose(dotRange(second, fifth, from, to), expected.dotRange, TOLERANCE);
});
