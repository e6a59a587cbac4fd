/** Columns per side of a tile: its sixteen sums share eight loads, and hide the latency of each other's additions. */
export const SIDE = 4;

/**
 * Products of panels of four columns, two doubles at a time. JavaScript has no vector instructions and V8 makes none of its
 * loops: the same sums take five times longer there. The kernel is two WebAssembly functions, written out below; products and
 * sums are rounded one by one as IEEE doubles, in the order of the rows, so that they are bit for bit those of the plain loop.
 */
export interface TileKernel {
  /** Working memory. */
  readonly memory: Float64Array;
  /**
   * memory[out + 4 k + l] = sum over r < rows of memory[a + 4 r + k] memory[b + 4 r + l]; offsets count doubles.
   */
  readonly multiply: (a: number, b: number, rows: number, out: number) => void;
  /**
   * Solves L x = b in place for four right-hand sides at `x`, element (k, side) at 4 k + side. L: `panels` panels of four rows each
   * from `l` on, every one `stride` doubles behind the one before, element (row, k) of a panel at 4 k + row.
   */
  readonly solve: (l: number, x: number, panels: number, stride: number) => void;
}

/** What is used of the host's WebAssembly: this package knows no host types. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, object>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

const PAGE = 65_536;

// WebAssembly core specification 2.0, chapter 5: types, sections and instructions in their binary form.
/** "\0asm", version 1. */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const I32 = 0x7f;
const V128 = 0x7b;
const EMPTY = 0x40;
const END = 0x0b;

const block = 0x02;
const loop = 0x03;
const branch = (label: number): number[] => [0x0c, label];
const branchIf = (label: number): number[] => [0x0d, label];
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const i32 = (value: number): number[] => [0x41, value];
const i32Add = 0x6a;
const i32Sub = 0x6b;
const i32IsZero = 0x45;
const i32Equal = 0x46;
const i32ShiftLeft = 0x74;
/** Alignment of doubles (2^3 bytes), then the offset. */
const access = (offset: number): number[] => [3, ...unsigned(offset)];
const load = (offset: number): number[] => [0xfd, 0x00, ...access(offset)];
const loadTwice = (offset: number): number[] => [0xfd, 0x0a, ...access(offset)];
const store = (offset: number): number[] => [0xfd, 0x0b, ...access(offset)];
const add = [0xfd, 0xf0, 0x01];
const subtract = [0xfd, 0xf1, 0x01];
const multiply = [0xfd, 0xf2, 0x01];
const divide = [0xfd, 0xf3, 0x01];
const zero = [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)];

/** LEB128 */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];

const WIDTH = 8 * SIDE;

/** Locals of a function: addresses and counts, then two vectors of b, one of a, eight sums. */
interface Locals {
  readonly a: number;
  readonly b: number;
  /** Rows that are left. */
  readonly rows: number;
  readonly y: readonly [number, number];
  readonly x: number;
  readonly sums: number;
}

/** Adds the products of `rows` rows of a and b to the sums; both addresses end behind them. */
function productLoop({ a, b, rows, y, x, sums }: Locals): number[] {
  const code: number[] = [block, EMPTY, loop, EMPTY];
  code.push(...get(rows), i32IsZero, ...branchIf(1));
  y.forEach((own, half) => code.push(...get(b), ...load(16 * half), ...set(own)));
  for (let k = 0; k < SIDE; k++) {
    code.push(...get(a), ...loadTwice(8 * k), ...set(x));
    y.forEach((own, half) => {
      const sum = sums + 2 * k + half;
      code.push(...get(sum), ...get(x), ...get(own), ...multiply, ...add, ...set(sum));
    });
  }
  for (const local of [a, b]) code.push(...get(local), ...i32(WIDTH), i32Add, ...set(local));
  code.push(...get(rows), ...i32(1), i32Sub, ...set(rows), ...branch(0), END, END);
  return code;
}

/** Offsets in doubles become addresses. */
const toAddresses = (locals: readonly number[]): number[] =>
  locals.flatMap((local) => [...get(local), ...i32(3), i32ShiftLeft, ...set(local)]);

function multiplyBody(): number[] {
  const out = 3;
  const locals: Locals = { a: 0, b: 1, rows: 2, y: [4, 5], x: 6, sums: 7 };
  const code = [...toAddresses([locals.a, locals.b, out]), ...productLoop(locals)];
  for (let k = 0; k < 2 * SIDE; k++)
    code.push(...get(out), ...get(locals.sums + k), ...store(16 * k));
  return [1, 3 + 2 * SIDE, V128, ...code, END];
}

function solveBody(): number[] {
  const [l, start, panels, stride, panel] = [0, 1, 2, 3, 4] as const;
  const locals: Locals = { a: 5, b: 6, rows: 7, y: [8, 9], x: 10, sums: 11 };
  const { a, b, x, sums } = locals;
  const code = [...toAddresses([l, start, stride]), block, EMPTY, loop, EMPTY];
  code.push(...get(panel), ...get(panels), i32Equal, ...branchIf(1));
  code.push(...get(l), ...set(a), ...get(start), ...set(b));
  code.push(...get(panel), ...i32(2), i32ShiftLeft, ...set(locals.rows));
  for (let k = 0; k < 2 * SIDE; k++) code.push(...zero, ...set(sums + k));
  code.push(...productLoop(locals));
  // a and b are now at the triangle of the panel and at the four unknowns that it determines
  for (let c = 0; c < SIDE; c++) {
    const own = [sums + 2 * c, sums + 2 * c + 1];
    own.forEach((sum, half) =>
      code.push(...get(b), ...load(WIDTH * c + 16 * half), ...get(sum), ...subtract, ...set(sum)),
    );
    for (let q = 0; q < c; q++) {
      code.push(...get(a), ...loadTwice(WIDTH * q + 8 * c), ...set(x));
      own.forEach((sum, half) => {
        const known = sums + 2 * q + half;
        code.push(...get(sum), ...get(x), ...get(known), ...multiply, ...subtract, ...set(sum));
      });
    }
    code.push(...get(a), ...loadTwice(WIDTH * c + 8 * c), ...set(x));
    own.forEach((sum, half) => {
      code.push(...get(sum), ...get(x), ...divide, ...set(sum));
      code.push(...get(b), ...get(sum), ...store(WIDTH * c + 16 * half));
    });
  }
  code.push(...get(l), ...get(stride), i32Add, ...set(l));
  code.push(...get(panel), ...i32(1), i32Add, ...set(panel), ...branch(0), END, END);
  return [2, 4, I32, 3 + 2 * SIDE, V128, ...code, END];
}

const name = (ascii: string): number[] => [
  ascii.length,
  ...Array.from(ascii, (letter) => letter.charCodeAt(0)),
];

function kernelModule(): Uint8Array<ArrayBuffer> {
  const bodies = [multiplyBody(), solveBody()].flatMap((body) => [
    ...unsigned(body.length),
    ...body,
  ]);
  return Uint8Array.from([
    ...HEADER,
    ...section(1, [1, 0x60, 4, I32, I32, I32, I32, 0]),
    ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 1]),
    ...section(3, [2, 0, 0]),
    ...section(7, [2, ...name('multiply'), 0, 0, ...name('solve'), 0, 1]),
    ...section(10, [2, ...bodies]),
  ]);
}

/** A kernel with memory for so many doubles. */
export function createTileKernel(doubles: number): TileKernel {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((8 * doubles) / PAGE) });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(kernelModule()), {
    env: { memory },
  });
  return {
    memory: new Float64Array(memory.buffer),
    multiply: instance.exports['multiply'] as TileKernel['multiply'],
    solve: instance.exports['solve'] as TileKernel['solve'],
  };
}
