import { expect, test } from 'vitest';
import { createTileKernel, SIDE } from '../src/lib/tile-kernel.ts';
import { sequence } from './matrices.ts';

test.each([0, 1, 2, 7, 250])('the tile of %i rows has the bits of the plain loop', (rows) => {
  const other = SIDE * rows;
  const out = 2 * SIDE * rows;
  const { memory, multiply } = createTileKernel(out + SIDE * SIDE);
  memory.set(sequence(out, 5 + rows));
  const wanted = Float64Array.from({ length: SIDE * SIDE }, (_, tile) => {
    let sum = 0;
    for (let r = 0; r < rows; r++)
      sum +=
        (memory[SIDE * r + Math.floor(tile / SIDE)] ?? NaN) *
        (memory[other + SIDE * r + (tile % SIDE)] ?? NaN);
    return sum;
  });
  multiply(0, other, rows, out);
  expect(memory.subarray(out, out + SIDE * SIDE)).toEqual(wanted);
});

test.each([1, 2, 9])('%i panels are solved with the bits of the plain loop', (panels) => {
  const n = SIDE * panels;
  const stride = SIDE * n;
  const x = stride * panels;
  const { memory, solve } = createTileKernel(x + SIDE * n);
  memory.set(sequence(x + SIDE * n, 3 + panels));
  const l = (row: number, k: number): number =>
    memory[stride * Math.floor(row / SIDE) + SIDE * k + (row % SIDE)] ?? NaN;
  const wanted = memory.slice(x);
  for (let side = 0; side < SIDE; side++)
    for (let row = 0; row < n; row++) {
      const panel = SIDE * Math.floor(row / SIDE);
      const known = (k: number): number => wanted[SIDE * k + side] ?? NaN;
      let sum = 0;
      for (let k = 0; k < panel; k++) sum += l(row, k) * known(k);
      let value = known(row) - sum;
      for (let k = panel; k < row; k++) value -= l(row, k) * known(k);
      wanted[SIDE * row + side] = value / l(row, row);
    }
  solve(0, x, panels, stride);
  expect(memory.slice(x, x + SIDE * n)).toEqual(wanted.slice(0, SIDE * n));
});
