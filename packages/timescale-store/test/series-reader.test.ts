import { expect, test } from 'vitest';
import { openSeriesReader } from '../src/lib/series-reader.ts';

/** As the manual of PostgreSQL describes it ("Binary Format" of COPY), written field by field. */
const int16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
const int32 = (value: number): number[] => [...int16(value >> 16), ...int16(value)];
const HEADER = [...Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), ...int32(0), ...int32(0)];
const TRAILER = int16(-1);
const float8 = (value: number): number[] => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return [...bytes];
};
/** Microseconds since 2000-01-01. */
const timestamp = (us: number): number[] => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(us - Date.UTC(2000, 0, 1) * 1000));
  return [...bytes];
};
const array = (oid: number, elements: readonly number[][]): number[] => {
  const body = [
    ...int32(1),
    ...int32(0),
    ...int32(oid),
    ...int32(elements.length),
    ...int32(1),
    ...elements.flatMap((element) => [...int32(8), ...element]),
  ];
  return [...int32(body.length), ...body];
};
const row = (channelId: number, readings: readonly (readonly [number, number])[]): number[] => [
  ...int16(3),
  ...int32(4),
  ...int32(channelId),
  ...(readings.length === 0
    ? [...int32(-1), ...int32(-1)]
    : [
        ...array(
          1184,
          readings.map(([us]) => timestamp(us)),
        ),
        ...array(
          701,
          readings.map(([, value]) => float8(value)),
        ),
      ]),
];

const BEFORE_2000 = Date.UTC(1999, 11, 31, 23, 59, 59, 999) * 1000 + 999;
const NOW = Date.UTC(2026, 10, 28, 7) * 1000;
const copy = Buffer.from([
  ...HEADER,
  ...row(7, [
    [BEFORE_2000, 1.5],
    [NOW, -0.25],
  ]),
  ...row(8, []),
  ...row(2 ** 31 - 1, [[NOW + 1, Number.MAX_VALUE]]),
  ...TRAILER,
]);
const READINGS = [
  [7, BEFORE_2000, 1.5],
  [7, NOW, -0.25],
  [2 ** 31 - 1, NOW + 1, Number.MAX_VALUE],
];

function read(chunks: readonly Buffer[]): number[][] {
  const readings: number[][] = [];
  const reader = openSeriesReader((...reading) => void readings.push(reading));
  for (const chunk of chunks) reader.take(chunk);
  reader.end();
  return readings;
}

test('readings are the same however the copy is cut to pieces', () => {
  expect(read([copy])).toEqual(READINGS);
  for (let size = 1; size <= copy.length; size++) {
    const chunks = Array.from({ length: Math.ceil(copy.length / size) }, (_, k) =>
      copy.subarray(k * size, (k + 1) * size),
    );
    expect(read(chunks)).toEqual(READINGS);
  }
});

test('an empty copy has no readings', () => {
  expect(read([Buffer.from([...HEADER, ...TRAILER])])).toEqual([]);
});

test('a copy that breaks off is none, wherever it does', () => {
  for (let length = 0; length < copy.length; length++)
    expect(() => read([copy.subarray(0, length)])).toThrow('ended in the middle of a row');
});
