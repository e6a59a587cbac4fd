import { expect, test } from 'vitest';
import {
  addCombination,
  addCombinations,
  addGram,
  addProducts,
  dotColumns,
  dotRange,
} from '../src/index.ts';
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

/** Pairs of columns multiplied one by one: what the blocked sums must agree with, whatever the remainders of their blocks. */
function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = from; t < to; t++) sum += (a[t] ?? NaN) * (b[t] ?? NaN);
  return sum;
}

const repeated = [...columns, ...columns.map((column) => column.map((value) => 2 * value - 1))];

test.each([1, 2, 3, 4, 5, 7, 8, 9, 12])('cross products of %i columns', (count) => {
  const list = repeated.slice(0, count);
  const gram = new Float64Array(count * count);
  addGram(gram, list, from, to);
  const products = new Float64Array(count * columns.length);
  addProducts(products, list, columns, { from, to });
  const moments = new Float64Array(count);
  const y = columns[3] ?? new Float64Array();
  dotColumns(moments, list, y, { from, to });
  list.forEach((a, i) => {
    list.forEach((b, j) => {
      expectClose(gram[i * count + j], j <= i ? product(a, b) : 0, { absolute: 1e-12 });
    });
    columns.forEach((b, j) => {
      expectClose(products[i * columns.length + j], product(a, b), { absolute: 1e-12 });
    });
    expectClose(moments[i], product(a, y), { absolute: 1e-12 });
  });
});

test.each([1, 3, 4, 6, 9])('a combination of %i columns is added', (count) => {
  const list = repeated.slice(0, count);
  const coefficients = Float64Array.from({ length: count + 2 }, (_, j) => 0.3 * j - 0.7);
  const y = Float64Array.from(columns[0] ?? [], (_, t) => t);
  const expectedSum = y.map((value, t) =>
    list.reduce((sum, column, j) => sum + (coefficients[j + 2] ?? NaN) * (column[t] ?? NaN), value),
  );
  addCombination(y, list, coefficients, 2);
  expectClose(y, expectedSum, { absolute: 1e-12 });
});

// The kernel's memory holds 65536 doubles: 70 columns of 2000 rows take several steps, of rows as of series.
test('sums of more rows and columns than the kernel holds at once', () => {
  const rows = 2000;
  const list = Array.from({ length: 70 }, (_, j) =>
    Float64Array.from({ length: rows }, (__, t) => Math.sin(1.7 * j + 0.01 * (j + 1) * t)),
  );
  const plain = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let t = 0; t < rows; t++) sum += (a[t] ?? NaN) * (b[t] ?? NaN);
    return sum;
  };
  const gram = new Float64Array(70 * 70);
  addGram(gram, list, 0, rows);
  const products = new Float64Array(70 * 70);
  addProducts(products, list, list.toReversed(), { from: 0, to: rows });
  // sums of 2000 products of order 1: some ulp of 1000
  expectClose(
    gram,
    list.flatMap((a, i) => list.map((b, j) => (j <= i ? plain(a, b) : 0))),
    { absolute: 1e-11 },
  );
  expectClose(
    products,
    list.flatMap((a) => list.toReversed().map((b) => plain(a, b))),
    { absolute: 1e-11 },
  );
  const coefficients = Float64Array.from({ length: 9 * 70 }, (_, k) => Math.cos(k));
  const series = Array.from({ length: 9 }, (_, c) => new Float64Array(rows).fill(c));
  addCombinations(series, list, coefficients);
  series.forEach((values, c) => {
    const wanted = new Float64Array(rows).fill(c);
    addCombination(wanted, list, coefficients, c * 70);
    expectClose(values, wanted, { absolute: 1e-12 });
  });
});
