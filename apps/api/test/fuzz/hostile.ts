import fc from 'fast-check';

/** Values that have broken programs before, as JSON can write them. */
const HOSTILE: readonly unknown[] = [
  null,
  '',
  ' ',
  '\0',
  'a\0b',
  '\u{D800}',
  '\u{DFFF}x',
  '\u{202E}',
  "'; DROP TABLE devices; --",
  '%',
  '../../etc/passwd',
  '{{7*7}}',
  '0000-00-00',
  '0001-01-01',
  '9999-12-31',
  '9999-12-31T23:59:59.999999Z',
  '10000-01-01',
  '2026-02-30',
  '2026-13',
  '0000-00',
  '9999-12',
  '-infinity',
  'infinity',
  'NaN',
  '1e400',
  '-1',
  '9223372036854775807',
  '9223372036854775808',
  '9007199254740993',
  '00000000000000000001',
  0,
  -0,
  -1,
  0.5,
  5e-324,
  1e308,
  2_147_483_648,
  -2_147_483_649,
  9_007_199_254_740_991,
  1e21,
  true,
  [],
  {},
  [[[[[[[[]]]]]]]],
  { __proto__: null, constructor: 1, toString: 2 },
  'x'.repeat(5000),
];

export const hostile = fc.constantFrom(...HOSTILE);

/** The value with one part of it, or all of it, replaced, left out or doubled. */
export function spoilt(whole: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(whole, hostile, fc.nat({ max: 1000 }), fc.nat({ max: 5 }))
    .map(([value, bad, where, how]) => {
      const paths = pathsOf(value);
      const path = paths[where % paths.length] ?? [];
      return replaced(value, path, how, bad);
    });
}

type Path = readonly string[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]))];
}

function replaced(value: unknown, path: Path, how: number, bad: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    if (how === 0 && typeof value === 'object' && value !== null && !Array.isArray(value))
      return { ...value, surplus: bad };
    return bad;
  }
  if (Array.isArray(value))
    return value.map((part, index) =>
      String(index) === key ? replaced(part, rest, how, bad) : part,
    );
  if (typeof value !== 'object' || value === null) return bad;
  const entries = Object.entries(value);
  return Object.fromEntries(
    rest.length === 0 && how === 1
      ? entries.filter(([name]) => name !== key)
      : entries.map(([name, part]) => [name, name === key ? replaced(part, rest, how, bad) : part]),
  );
}
