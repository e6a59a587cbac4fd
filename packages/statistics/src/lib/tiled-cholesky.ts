import { createTileKernel, SIDE, type TileKernel } from './tile-kernel.ts';

/** Below this size the plain loops are as fast. */
export const LEAST_TILED = 32;

let shared = createTileKernel(1 << 16);

/** The kernel of this module, its memory large enough; what was in it is lost. */
function kernelWith(doubles: number): TileKernel {
  if (shared.memory.length < doubles) shared = createTileKernel(doubles);
  return shared;
}

/**
 * The lower triangle in panels of four rows: element (4 i + r, k) of panel i at i * SIDE * width + SIDE * k + r. Rows beyond the last
 * are those of a unit matrix.
 */
function packRows(memory: Float64Array, a: Float64Array, n: number, width: number): void {
  for (let row = 0; row < width; row++) {
    let next = SIDE * width * Math.floor(row / SIDE) + (row % SIDE);
    const panelEnd = SIDE * (Math.floor(row / SIDE) + 1);
    for (let k = 0; k < panelEnd; k++, next += SIDE)
      memory[next] = row < n && k <= row ? (a[row * n + k] as number) : k === row ? 1 : 0;
  }
}

/** `choleskyInPlace` in tiles of four rows and columns. */
export function tiledCholeskyInPlace(a: Float64Array, n: number): number | undefined {
  const panels = Math.ceil(n / SIDE);
  const width = SIDE * panels;
  const tile = width * width;
  const { memory, multiply, solve } = kernelWith(tile + SIDE * SIDE);
  packRows(memory, a, n, width);
  let logDeterminant = 0;
  for (let i = 0; i < panels; i++) {
    const panel = SIDE * width * i;
    const diagonal = panel + SIDE * SIDE * i;
    // left of the diagonal the panel's rows are right-hand sides of those above
    solve(0, panel, i, SIDE * width);
    multiply(panel, panel, SIDE * i, tile);
    for (let k = 0; k < SIDE * SIDE; k++)
      memory[diagonal + k] = (memory[diagonal + k] as number) - (memory[tile + k] as number);
    for (let c = 0; c < SIDE; c++) {
      const pivot = factorColumn(memory, diagonal, c);
      if (pivot === undefined) return undefined;
      logDeterminant += Math.log(pivot);
    }
  }
  for (let row = 0; row < n; row++) {
    let next = SIDE * width * Math.floor(row / SIDE) + (row % SIDE);
    for (let k = 0; k <= row; k++, next += SIDE) a[row * n + k] = memory[next] as number;
  }
  return logDeterminant;
}

/** Column c of the factor of the 4 x 4 block at `at`; its pivot squared, or undefined where that is not positive. */
function factorColumn(memory: Float64Array, at: number, c: number): number | undefined {
  for (let r = c; r < SIDE; r++) {
    let value = memory[at + SIDE * c + r] as number;
    for (let q = 0; q < c; q++)
      value -= (memory[at + SIDE * q + r] as number) * (memory[at + SIDE * q + c] as number);
    memory[at + SIDE * c + r] = value;
  }
  const pivot = memory[at + (SIDE + 1) * c] as number;
  if (!(pivot > 0)) return undefined;
  const root = Math.sqrt(pivot);
  for (let r = c; r < SIDE; r++)
    memory[at + SIDE * c + r] = (memory[at + SIDE * c + r] as number) / root;
  return pivot;
}

/** `solveLowerRowsInPlace` in tiles of four rows of L and four right-hand sides. */
export function tiledSolveLowerRowsInPlace(
  l: Float64Array,
  n: number,
  rows: Float64Array,
  count: number,
): void {
  const panels = Math.ceil(n / SIDE);
  const width = SIDE * panels;
  const x = width * width;
  const { memory, solve } = kernelWith(x + SIDE * width);
  packRows(memory, l, n, width);
  for (let first = 0; first < count; first += SIDE) {
    const some = Math.min(SIDE, count - first);
    memory.fill(0, x, x + SIDE * width);
    for (let r = 0; r < some; r++) {
      const row = (first + r) * n;
      for (let k = 0, to = x + r; k < n; k++, to += SIDE) memory[to] = rows[row + k] as number;
    }
    solve(0, x, panels, SIDE * width);
    for (let r = 0; r < some; r++) {
      const row = (first + r) * n;
      for (let k = 0, from = x + r; k < n; k++, from += SIDE)
        rows[row + k] = memory[from] as number;
    }
  }
}
