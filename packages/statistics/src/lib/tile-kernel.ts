/** Columns per side of a tile: its sixteen sums share eight loads, and hide the latency of each other's additions. */
export const SIDE = 4;

/**
 * Products of panels of four columns, two doubles at a time. JavaScript has no vector instructions and V8 makes none of its
 * loops: the same sums take five times longer there. The kernel is a WebAssembly function, written out below; products and
 * sums are rounded one by one as IEEE doubles, in the order of the rows, so that they are bit for bit those of the plain loop.
 */
export interface TileKernel {
  /** Working memory. */
  readonly memory: Float64Array;
  /**
   * memory[out + 4 k + l] = sum over r < rows of memory[a + 4 r + k] memory[b + 4 r + l]; offsets count doubles.
   */
  readonly multiply: (a: number, b: number, rows: number, out: number) => void;
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
const i32ShiftLeft = 0x74;
/** Alignment of doubles (2^3 bytes), then the offset. */
const access = (offset: number): number[] => [3, ...unsigned(offset)];
const load = (offset: number): number[] => [0xfd, 0x00, ...access(offset)];
const loadTwice = (offset: number): number[] => [0xfd, 0x0a, ...access(offset)];
const store = (offset: number): number[] => [0xfd, 0x0b, ...access(offset)];
const add = [0xfd, 0xf0, 0x01];
const multiply = [0xfd, 0xf2, 0x01];

/** LEB128 */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];

/** The locals of the function: parameters a, b, rows, out; two vectors of b, one of a, eight sums. */
const A = 0;
const B = 1;
const ROWS = 2;
const OUT = 3;
const Y = [4, 5] as const;
const X = 6;
const SUMS = 7;
const WIDTH = 8 * SIDE;

function kernelBody(): number[] {
  const code: number[] = [];
  // offsets in doubles become addresses
  for (const local of [A, B, OUT]) code.push(...get(local), ...i32(3), i32ShiftLeft, ...set(local));
  code.push(block, EMPTY, loop, EMPTY);
  code.push(...get(ROWS), i32IsZero, ...branchIf(1));
  Y.forEach((y, half) => code.push(...get(B), ...load(16 * half), ...set(y)));
  for (let k = 0; k < SIDE; k++) {
    code.push(...get(A), ...loadTwice(8 * k), ...set(X));
    Y.forEach((y, half) => {
      const sum = SUMS + 2 * k + half;
      code.push(...get(sum), ...get(X), ...get(y), ...multiply, ...add, ...set(sum));
    });
  }
  for (const local of [A, B]) code.push(...get(local), ...i32(WIDTH), i32Add, ...set(local));
  code.push(...get(ROWS), ...i32(1), i32Sub, ...set(ROWS), ...branch(0), END, END);
  for (let k = 0; k < 2 * SIDE; k++) code.push(...get(OUT), ...get(SUMS + k), ...store(16 * k));
  return [1, 3 + 2 * SIDE, V128, ...code, END];
}

const name = (ascii: string): number[] => [
  ascii.length,
  ...Array.from(ascii, (letter) => letter.charCodeAt(0)),
];

function kernelModule(): Uint8Array<ArrayBuffer> {
  const body = kernelBody();
  return Uint8Array.from([
    ...HEADER,
    ...section(1, [1, 0x60, 4, I32, I32, I32, I32, 0]),
    ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('multiply'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
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
  };
}
