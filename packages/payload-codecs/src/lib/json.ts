/** A payload above this is not decoded: `too_large`. Bytes. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024;
/** More levels of arrays and objects than this are not decoded: `too_deep`. */
export const MAX_DEPTH = 32;

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

export type JsonParse =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: 'malformed' | 'too_deep'; readonly message: string };

// The one global a pure decoder needs beyond the language: WHATWG Encoding.
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean },
) => { decode(bytes: Uint8Array): string };

const utf8 = new TextDecoder('utf-8', { fatal: true });

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * Members (colons outside strings) of a JSON text, or undefined where it nests deeper than {@link MAX_DEPTH}. One pass
 * over the bytes: a recursive parser must not be the one to find out that a text is a million levels deep.
 */
function countMembers(bytes: Uint8Array): number | undefined {
  let depth = 0;
  let members = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (inString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COLON) members += 1;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) return undefined;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return members;
}

/** Members of a parsed value, all levels; recursion is bounded by {@link MAX_DEPTH}. */
function membersOf(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') members += membersOf(item);
    return members;
  }
  for (const key in value) {
    members += 1;
    const item = value[key];
    if (typeof item === 'object') members += membersOf(item);
  }
  return members;
}

/**
 * JSON (RFC 8259) in UTF-8, a byte order mark accepted. A member name that appears twice in one object is malformed:
 * `JSON.parse` would keep the last value and lose the first without a trace.
 */
export function parseJson(payload: Uint8Array): JsonParse {
  const members = countMembers(payload);
  if (members === undefined) {
    return { ok: false, reason: 'too_deep', message: `more than ${MAX_DEPTH} levels of nesting` };
  }
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    return { ok: false, reason: 'malformed', message: 'the payload is not valid UTF-8' };
  }
  let value: JsonValue;
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is what JSON.parse returns
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    const cause = error instanceof Error ? error.message : 'unreadable';
    return { ok: false, reason: 'malformed', message: `not JSON: ${printable(cause)}` };
  }
  if (membersOf(value) !== members) {
    return {
      ok: false,
      reason: 'malformed',
      message: 'a member name appears twice in one object; send each name once',
    };
  }
  return { ok: true, value };
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Own member of an object that was read from JSON, so that `constructor` and friends are not found: what such an object inherits are functions
 * and, as `__proto__`, the prototype of objects, and JSON holds neither. A third of the cost of asking first whether the member is its own.
 */
export function member(object: JsonObject, key: string): JsonValue | undefined {
  const value = object[key];
  return typeof value === 'function' || value === Object.prototype ? undefined : value;
}

/** Text of a sender made fit for messages and field paths: at most 80 characters, no control characters. */
export function printable(text: string): string {
  if (isPlain(text)) return text;
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  // oxlint-disable-next-line no-control-regex -- control characters are what is removed
  return short.toWellFormed().replaceAll(/[\u0000-\u001f\u007f]/g, '\u{fffd}');
}

/** Whether nothing need be done, which is the rule: looked at by character, at a tenth of what the replacement costs. */
function isPlain(text: string): boolean {
  if (text.length > 80) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f || code >= 0xd800) return false;
  }
  return true;
}

/** The JSON type of a value, for messages. */
export function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
