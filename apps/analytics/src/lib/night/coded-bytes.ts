import { crc32 } from 'node:zlib';

/**
 * A value as bytes: length of a header, checksum of all behind it, the header (JSON in which series and numbers that JSON lacks are
 * references), then the series. Members named in `single` are kept in single precision.
 */
export function toBytes(
  value: object,
  single: ReadonlySet<string> = new Set(),
): Uint8Array<ArrayBuffer> {
  const series: (Float64Array | Float32Array | Int8Array)[] = [];
  let length = 0;
  const reference = (values: Float64Array | Float32Array | Int8Array): Reference => {
    series.push(values);
    const from = length;
    length += Math.ceil(values.byteLength / 8) * 8;
    return { $: kindOf(values), at: from, length: values.length };
  };
  const header = JSON.stringify(value, (key, item: unknown) => {
    if (item instanceof Float64Array)
      return reference(single.has(key) ? new Float32Array(item) : item);
    if (item instanceof Float32Array || item instanceof Int8Array) return reference(item);
    if (item instanceof Map) return { $: 'map', entries: [...item] };
    if (typeof item === 'number' && !Number.isFinite(item))
      return { $: 'number', text: String(item) };
    return item;
  });
  const text = new TextEncoder().encode(header);
  const start = Math.ceil((HEAD_BYTES + text.length) / 8) * 8;
  const bytes = new Uint8Array(start + length);
  bytes.set(text, HEAD_BYTES);
  let next = start;
  for (const values of series) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), next);
    next += Math.ceil(values.byteLength / 8) * 8;
  }
  const head = new DataView(bytes.buffer);
  head.setUint32(0, text.length, true);
  head.setUint32(4, crc32(bytes.subarray(HEAD_BYTES)), true);
  return bytes;
}

/** Undefined where the bytes are not what `toBytes` made: torn by a power failure. */
export function fromBytes(bytes: Uint8Array): ReturnType<typeof JSON.parse> {
  if (bytes.length < HEAD_BYTES) return undefined;
  // series begin on multiples of eight bytes of a buffer of their own
  const { buffer } = new Uint8Array(bytes);
  const head = new DataView(buffer);
  if (head.getUint32(4, true) !== crc32(bytes.subarray(HEAD_BYTES))) return undefined;
  const length = head.getUint32(0, true);
  const start = Math.ceil((HEAD_BYTES + length) / 8) * 8;
  const text = new TextDecoder().decode(new Uint8Array(buffer, HEAD_BYTES, length));
  return JSON.parse(text, (_key, item: unknown) => {
    if (!isCoded(item)) return item;
    if (item.$ === 'map') return new Map(item.entries);
    if (item.$ === 'number') return Number(item.text);
    if (item.$ === 'f64') return new Float64Array(buffer, start + item.at, item.length);
    if (item.$ === 'i8') return new Int8Array(buffer, start + item.at, item.length);
    return new Float64Array(new Float32Array(buffer, start + item.at, item.length));
  });
}

/** Length of the header and checksum. */
const HEAD_BYTES = 8;

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

/** Nothing that is kept has a member of this name. */
function isCoded(value: unknown): value is Coded {
  return typeof value === 'object' && value !== null && '$' in value;
}

function kindOf(values: Float64Array | Float32Array | Int8Array): Kind {
  return values instanceof Float64Array ? 'f64' : values instanceof Float32Array ? 'f32' : 'i8';
}
