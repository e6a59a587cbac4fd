import type { JsonValue } from '../json.ts';

/** Texts that stand for no value, in lower case. */
const NO_VALUE = new Set([
  '',
  'null',
  'nan',
  '-nan',
  'inf',
  '+inf',
  '-inf',
  'infinity',
  '+infinity',
  '-infinity',
  'unavailable',
  'unknown',
  'none',
  'n/a',
]);

/** No unit begins with what may go on with a number: `12,5` is not 12 of something. */
const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*((?:[^\s\d.,]\S*)?)$/;

/**
 * The number that a value is or holds as text, with a unit behind it if there is one (X-01, SC-07). `missing`: the sender has none;
 * `unreadable`: something else, such as a decimal comma.
 */
export type NumberParse =
  | { readonly ok: true; readonly value: number; readonly suffix: string }
  | { readonly ok: false; readonly why: 'missing' | 'unreadable' };

const MISSING: NumberParse = { ok: false, why: 'missing' };
const UNREADABLE: NumberParse = { ok: false, why: 'unreadable' };

export function parseNumber(text: string): NumberParse {
  const plain = plainNumber(text);
  if (!Number.isNaN(plain)) return { ok: true, value: plain, suffix: '' };
  const trimmed = text.trim();
  if (NO_VALUE.has(trimmed.toLowerCase())) return MISSING;
  const match = NUMBER.exec(trimmed);
  if (match === null) return UNREADABLE;
  const value = Number(match[1]);
  return Number.isFinite(value) ? { ok: true, value, suffix: match[2] ?? '' } : UNREADABLE;
}

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** A whole number of so many digits is a double, and one quotient of two of them is rounded once: it is what the text stands for. */
const MOST_DIGITS = 15;

/** The form nearly all numbers have, `318.204` or `-5`, at a quarter of the cost of the grammar above; NaN: it is another one. */
function plainNumber(text: string): number {
  const isNegative = text.charCodeAt(0) === MINUS;
  const begin = isNegative ? 1 : 0;
  let digits = 0;
  let divisor = 0;
  let count = 0;
  for (let at = begin; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === POINT) {
      if (divisor > 0 || count === 0 || at === text.length - 1) return Number.NaN;
      divisor = 1;
      continue;
    }
    if (code < ZERO || code > ZERO + 9 || count === MOST_DIGITS) return Number.NaN;
    digits = digits * 10 + code - ZERO;
    divisor *= 10;
    count += 1;
  }
  if (count === 0) return Number.NaN;
  const value = divisor > 0 ? digits / divisor : digits;
  return isNegative ? -value : value;
}

/** The number of a field that is numeric, without its unit; undefined where it is missing or unreadable. */
export function numberOf(raw: JsonValue | undefined): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  if (typeof raw !== 'string') return undefined;
  const parsed = parseNumber(raw);
  return parsed.ok ? parsed.value : undefined;
}

/** The text of a field that names something: a text, or a number as it is written; undefined: neither, or empty. */
export function nameOf(raw: JsonValue | undefined): string | undefined {
  if (typeof raw === 'number' && Number.isFinite(raw)) return String(raw);
  if (typeof raw !== 'string') return undefined;
  const name = raw.trim();
  return name === '' ? undefined : name;
}
