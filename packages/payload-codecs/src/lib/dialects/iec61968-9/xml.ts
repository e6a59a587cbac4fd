import { XMLParser, XMLValidator } from 'fast-xml-parser';
import {
  type JsonObject,
  type JsonValue,
  MAX_DEPTH,
  isObject,
  member,
  printable,
} from '../../json.ts';

/*
 * Elements by their local names (IE-06): an element is its text, or an object of its children and its attributes, which have @ in front.
 * Entities are left as they are written, and a document with a declaration of its type is refused before anything is parsed (IE-08): what
 * is not declared cannot grow, nor fetch anything.
 */

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: MAX_DEPTH,
});

export type XmlParse =
  | { readonly ok: true; readonly root: JsonObject }
  | { readonly ok: false; readonly reason: 'malformed' | 'too_deep'; readonly message: string };

const DECLARATION = /<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i;

/** @param text not longer than a payload may be */
export function parseXml(text: string): XmlParse {
  if (DECLARATION.test(text)) {
    const message =
      'document type declarations and entities are refused; send the document without';
    return { ok: false, reason: 'malformed', message };
  }
  if (isTooDeep(text))
    return { ok: false, reason: 'too_deep', message: `more than ${MAX_DEPTH} levels of elements` };
  try {
    const valid = XMLValidator.validate(text);
    if (valid !== true) return malformed(valid.err.msg);
    const root: unknown = parser.parse(text);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- texts, objects and arrays of such
    if (isObject(root as JsonValue)) return { ok: true, root: root as JsonObject };
    return malformed('it holds no element');
  } catch (error) {
    return malformed(error instanceof Error ? error.message : 'unreadable');
  }
}

const malformed = (why: string): XmlParse => ({
  ok: false,
  reason: 'malformed',
  message: `not XML: ${printable(why)}`,
});

/**
 * Whether more than {@link MAX_DEPTH} elements are open at once. Counted before the parser is asked; what begins with < but is no tag is
 * the parser's to refuse.
 */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const next = text[at + 1];
    if (next === '/') depth -= 1;
    else if (next !== '!' && next !== '?') {
      const end = text.indexOf('>', at);
      if (end < 0) return depth > MAX_DEPTH;
      if (text[end - 1] !== '/') depth += 1;
      if (depth > MAX_DEPTH) return true;
    }
  }
  return false;
}

/** Children of a name; one child and a list of them are alike (IE-05). */
export function children(element: JsonValue | undefined, name: string): readonly JsonValue[] {
  const found = isObject(element) ? member(element, name) : undefined;
  if (found === undefined) return [];
  return Array.isArray(found) ? found : [found];
}

export const child = (element: JsonValue | undefined, name: string): JsonValue | undefined =>
  children(element, name)[0];

/** Text of an element, without its attributes; undefined: it has none. */
export function textIn(element: JsonValue | undefined): string | undefined {
  const text = isObject(element) ? member(element, '#text') : element;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

/** The code an element refers to: its `ref`, or its text in documents of the first edition. */
export function referenceOf(element: JsonValue | undefined): string | undefined {
  const ref = isObject(element) ? member(element, '@ref') : undefined;
  return typeof ref === 'string' && ref.trim() !== '' ? ref.trim() : textIn(element);
}

/** Elements of a name, wherever they are; not within one another. */
export function findElements(root: JsonValue, name: string): JsonValue[] {
  const found: JsonValue[] = [];
  const look = (value: JsonValue): void => {
    if (Array.isArray(value)) for (const item of value) look(item);
    else if (isObject(value))
      for (const key of Object.keys(value)) {
        const inner = value[key];
        if (inner === undefined) continue;
        if (key === name) for (const one of Array.isArray(inner) ? inner : [inner]) found.push(one);
        else if (typeof inner === 'object') look(inner);
      }
  };
  look(root);
  return found;
}
