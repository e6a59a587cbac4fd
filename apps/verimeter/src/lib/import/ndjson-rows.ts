import { type CsvRow, CsvFormatError } from '../csv/record-splitter.ts';
import { cellText } from '../export/row-format.ts';
import { HeaderError, type OpenedTable } from './opened-table.ts';

/** No line is longer. */
const MAX_LINE_CHARS = 1 << 20;

type JsonLine =
  | { readonly kind: 'object'; readonly object: Readonly<Record<string, unknown>> }
  | { readonly kind: 'malformed'; readonly problem: string };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseLine(text: string): JsonLine {
  try {
    const object: unknown = JSON.parse(text);
    return isObject(object)
      ? { kind: 'object', object }
      : { kind: 'malformed', problem: 'is no JSON object' };
  } catch {
    return { kind: 'malformed', problem: 'is no JSON' }; // the parser's own words quote the line
  }
}

/** Texts of the lines that are not empty, with their numbers from 1. */
async function* splitLines(
  source: AsyncIterable<Buffer>,
): AsyncGenerator<readonly { readonly line: number; readonly text: string }[]> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let line = 0;
  const take = (text: string): { line: number; text: string } => {
    line += 1;
    return { line, text: text.endsWith('\r') ? text.slice(0, -1) : text };
  };
  for await (const piece of source) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > MAX_LINE_CHARS)
      throw new CsvFormatError(`line ${line + parts.length + 1} is longer than 1 MiB`);
    yield parts.map(take).filter(({ text }) => text.trim() !== '');
  }
  const last = take(rest + decoder.decode());
  if (last.text.trim() !== '') yield [last];
}

/** The cells of an object in the order of the header; a field that is missing is empty. */
function toRow(header: readonly string[], line: number, text: string): CsvRow {
  const parsed = parseLine(text);
  if (parsed.kind === 'malformed') return { line, raw: text, problem: parsed.problem };
  const { object } = parsed;
  const surplus = Object.keys(object).find((name) => !header.includes(name));
  if (surplus !== undefined)
    return {
      line,
      raw: text,
      problem: `has the field ${JSON.stringify(surplus)}, which the first line does not have; write every field in every line, null where it is empty`,
    };
  const fields = header.map((name) => {
    const value = object[name];
    return value === undefined ? '' : cellText(value);
  });
  return { line, raw: text, fields };
}

/** Objects, one per line; the first one says which fields there are. @throws HeaderError, CsvFormatError */
export async function openNdjson(source: AsyncIterable<Buffer>): Promise<OpenedTable> {
  const parts = splitLines(source);
  let first = await parts.next();
  while (first.done !== true && first.value.length === 0) first = await parts.next();
  const [head] = first.done === true ? [] : first.value;
  if (head === undefined) throw new HeaderError('the file is empty');
  const parsed = parseLine(head.text);
  if (parsed.kind === 'malformed') throw new HeaderError(`the first line ${parsed.problem}`);
  const header = Object.keys(parsed.object);
  const begun = first.done === true ? [] : first.value;
  async function* rows(): AsyncGenerator<readonly CsvRow[]> {
    yield begun.map(({ line, text }) => toRow(header, line, text));
    for await (const part of parts) yield part.map(({ line, text }) => toRow(header, line, text));
  }
  return { header, rows: rows() };
}
