import { type JsonParse, type JsonValue, MAX_DEPTH, printable } from '../json.ts';

// The one global a pure decoder needs beyond the language: WHATWG Encoding.
declare const TextDecoder: new (label: string) => { decode(bytes: Uint8Array): string };

/** Not fatal: a byte that is no UTF-8 spoils a name, not the readings beside it. */
const utf8 = new TextDecoder('utf-8');

/** The text of a payload, without byte order mark and the NUL bytes that C firmware leaves at the end. */
export function textOf(payload: Uint8Array): string {
  let end = payload.length;
  while (end > 0 && payload[end - 1] === 0) end -= 1;
  return utf8.decode(end === payload.length ? payload : payload.subarray(0, end));
}

const OPENING = /[[{]/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether a JSON text nests deeper than {@link MAX_DEPTH}; brackets within strings do not count. */
function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) {
      for (index += 1; index < bytes.length && bytes[index] !== QUOTE; index += 1)
        if (bytes[index] === BACKSLASH) index += 1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}

/** Whether a text has more opening brackets than the levels it may have; few messages do, and only those are looked at byte by byte. */
function hasManyBrackets(text: string): boolean {
  let brackets = 0;
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
    brackets += 1;
    if (brackets > MAX_DEPTH) return true;
  }
  for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) {
    brackets += 1;
    if (brackets > MAX_DEPTH) return true;
  }
  return false;
}

/**
 * JSON of a device: as `parseJson`, but what stands in front of the first bracket (a log prefix) or behind the value (carriage return, NUL) is
 * left out, a bare `NaN` is null, and of a name that appears twice the last value counts, as in the parsers these devices were tested with.
 */
export function parseForeignJson(payload: Uint8Array): JsonParse {
  const text = textOf(payload);
  if (hasManyBrackets(text) && isTooDeep(payload))
    return { ok: false, reason: 'too_deep', message: `more than ${MAX_DEPTH} levels of nesting` };
  const whole = parse(text);
  if (whole.ok) return whole;
  const start = text.search(OPENING);
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1;
  if (start < 0 || end <= start) return whole;
  const value = text.slice(start, end);
  if (value.length < text.length) {
    const inner = parse(value);
    if (inner.ok) return inner;
  }
  if (!NO_NUMBER.test(value)) return whole;
  const numbers = parse(withoutNoNumbers(value));
  return numbers.ok ? numbers : whole;
}

/** What languages write that know no better where JSON has no number. */
const NO_NUMBER = /-?\b(?:NaN|nan|Infinity|inf)\b/;
const NO_NUMBERS = new RegExp(NO_NUMBER, 'g');

/** A JSON text with `null` for what is no number; what stands in strings stays. */
function withoutNoNumbers(text: string): string {
  let mended = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('"', at);
    mended += text.slice(at, open < 0 ? text.length : open).replaceAll(NO_NUMBERS, 'null');
    if (open < 0) break;
    let close = open + 1;
    while (close < text.length && text.charCodeAt(close) !== QUOTE)
      close += text.charCodeAt(close) === BACKSLASH ? 2 : 1;
    at = Math.min(close + 1, text.length);
    mended += text.slice(open, at);
  }
  return mended;
}

function parse(text: string): JsonParse {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is what JSON.parse returns
    return { ok: true, value: JSON.parse(text) as JsonValue };
  } catch (error) {
    const cause = error instanceof Error ? error.message : 'unreadable';
    return { ok: false, reason: 'malformed', message: `not JSON: ${printable(cause)}` };
  }
}
