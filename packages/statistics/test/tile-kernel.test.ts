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
