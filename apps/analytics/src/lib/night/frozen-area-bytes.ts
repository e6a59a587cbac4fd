import type { FrozenArea } from '@verimeter/drift';

/**
 * A frozen area as bytes: length of a header, the header (JSON in which series and numbers that JSON lacks are references), then the
 * series. Of the information matrix the lower triangle is kept; products of single blocks and slopes of voltages, which
 * are most of it, in single precision: docs/decisions/0088.
 */
export function frozenAreaToBytes(area: FrozenArea): Uint8Array<ArrayBuffer> {
  const series: (Float64Array | Float32Array | Int8Array)[] = [];
  let length = 0;
  const reference = (values: Float64Array | Float32Array | Int8Array): Reference => {
    series.push(values);
    const from = length;
    length += Math.ceil(values.byteLength / 8) * 8;
    return { $: kindOf(values), at: from, length: values.length };
  };
  const { gram, p } = area.sums;
  const header = JSON.stringify(
    { ...area, sums: { ...area.sums, gram: lowerTriangle(gram, p) } },
    (key, value: unknown) => {
      if (value instanceof Float64Array)
        return reference(SINGLE.has(key) ? new Float32Array(value) : value);
      if (value instanceof Int8Array) return reference(value);
      if (value instanceof Map) return { $: 'map', entries: [...value] };
      if (typeof value === 'number' && !Number.isFinite(value))
        return { $: 'number', text: String(value) };
      return value;
    },
  );
  const text = new TextEncoder().encode(header);
  const start = Math.ceil((4 + text.length) / 8) * 8;
  const bytes = new Uint8Array(start + length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let next = start;
  for (const values of series) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), next);
    next += Math.ceil(values.byteLength / 8) * 8;
  }
  return bytes;
}

/** Single precision leaves 6e-8 of a product, and less than 1e-4 of any standard error. */
const SINGLE = new Set(['blockRows', 'slopes']);

type Kind = 'f64' | 'f32' | 'i8';

interface Reference {
  readonly $: Kind;
  readonly at: number;
  readonly length: number;
}

type Coded =
  | Reference
  | { readonly $: 'map'; readonly entries: readonly (readonly [unknown, unknown])[] }
  | { readonly $: 'number'; readonly text: string };

/** No object of a frozen area has a member of this name. */
function isCoded(value: unknown): value is Coded {
  return typeof value === 'object' && value !== null && '$' in value;
}

function kindOf(values: Float64Array | Float32Array | Int8Array): Kind {
  return values instanceof Float64Array ? 'f64' : values instanceof Float32Array ? 'f32' : 'i8';
}

export function frozenAreaFromBytes(bytes: Uint8Array): FrozenArea {
  // series begin on multiples of eight bytes of a buffer of their own
  const { buffer } = new Uint8Array(bytes);
  const length = new DataView(buffer).getUint32(0, true);
  const start = Math.ceil((4 + length) / 8) * 8;
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
  const area: FrozenArea = JSON.parse(text, (_key, value: unknown) => {
    if (!isCoded(value)) return value;
    if (value.$ === 'map') return new Map(value.entries);
    if (value.$ === 'number') return Number(value.text);
    if (value.$ === 'f64') return new Float64Array(buffer, start + value.at, value.length);
    if (value.$ === 'i8') return new Int8Array(buffer, start + value.at, value.length);
    return new Float64Array(new Float32Array(buffer, start + value.at, value.length));
  });
  const { gram, p } = area.sums;
  return { ...area, sums: { ...area.sums, gram: bothTriangles(gram, p) } };
}

function lowerTriangle(matrix: Float64Array, n: number): Float64Array {
  const out = new Float64Array((n * (n + 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++) {
    out.set(matrix.subarray(i * n, i * n + i + 1), next);
    next += i + 1;
  }
  return out;
}

function bothTriangles(lower: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  let next = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = lower[next++] ?? Number.NaN;
  return out;
}
