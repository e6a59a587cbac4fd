import { remembered } from '../../foreign/remember.ts';

/*
 * template = "{{" ( "value" / "value_json" 1*access ) *filter "}}" ; blanks between
 * access   = "." name / "['" text "']" / '["' text '"]'
 * filter   = "| float" / "| round(" 1*2DIGIT ")"
 * Any other template is refused: nothing of a payload is evaluated (HA-03).
 */

const ACCESS = /\.([A-Za-z_]\w*)|\[\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*\]/y;
const FILTER = /\s*\|\s*(?:float|round\(\s*(\d{1,2})\s*\))/y;
const BLANKS = /\s*/y;
const LONGEST = 200;

export interface Template {
  /** Names from the outside in; null: the payload itself. */
  readonly path: readonly string[] | null;
  /** Digits behind the point; null: all. */
  readonly places: number | null;
}

/** Undefined: not of the form. The same few are those of all devices of a kind. */
export const parseTemplate = remembered(templateOf);

function templateOf(template: string): Template | undefined {
  const text = template.trim();
  if (text.length > LONGEST || !text.startsWith('{{') || !text.endsWith('}}')) return undefined;
  const inner = text.slice(2, -2).trim();
  const isJson = inner.startsWith('value_json');
  if (!isJson && !inner.startsWith('value')) return undefined;
  let at = isJson ? 'value_json'.length : 'value'.length;
  const path: string[] = [];
  for (;;) {
    ACCESS.lastIndex = at;
    const match = ACCESS.exec(inner);
    if (!isJson || match === null) break;
    path.push(match[1] ?? match[2] ?? match[3] ?? '');
    at = ACCESS.lastIndex;
  }
  let places: number | null = null;
  while (at < inner.length) {
    FILTER.lastIndex = at;
    const match = FILTER.exec(inner);
    if (match === null) break;
    if (match[1] !== undefined) places = Number(match[1]);
    at = FILTER.lastIndex;
  }
  BLANKS.lastIndex = at;
  BLANKS.test(inner);
  if (at < inner.length && BLANKS.lastIndex < inner.length) return undefined;
  if (isJson && path.length === 0) return undefined;
  return { path: isJson ? path : null, places };
}
