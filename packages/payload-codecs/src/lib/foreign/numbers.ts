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
  const trimmed = text.trim();
  if (NO_VALUE.has(trimmed.toLowerCase())) return MISSING;
  const match = NUMBER.exec(trimmed);
  if (match === null) return UNREADABLE;
  const value = Number(match[1]);
  return Number.isFinite(value) ? { ok: true, value, suffix: match[2] ?? '' } : UNREADABLE;
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
