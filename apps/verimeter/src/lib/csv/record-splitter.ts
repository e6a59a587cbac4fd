/** A row of a CSV file, or what is wrong with it. `line` is where it starts, counted from 1. */
export interface CsvRow {
  readonly line: number;
  /** As written, without its line end. */
  readonly raw: string;
  /** Undefined where the text is no CSV record; `problem` then says why. */
  readonly fields?: readonly string[];
  readonly problem?: string;
}

/** No record, quoted line breaks included, is longer: beyond it a quote was opened and never closed. */
const MAX_RECORD_CHARS = 1 << 20;

export class CsvFormatError extends Error {
  readonly code = 'csv_format';
}

/**
 * Splits CSV text (RFC 4180; LF or CRLF) that arrives in pieces into records. Empty lines are skipped. A line that
 * is no record (a stray quote) is given back as such and reading goes on with the next line.
 */
export interface RecordSplitter {
  push(text: string): CsvRow[];
  /** The rows of an unfinished last line. */
  end(): CsvRow[];
}

type Scan =
  | { readonly kind: 'record'; readonly end: number; readonly fields: readonly string[] }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed'; readonly problem: string };

const INCOMPLETE: Scan = { kind: 'incomplete' };
const malformed = (problem: string): Scan => ({ kind: 'malformed', problem });

/** Reads one record that has quotes in it. RFC 4180 section 2, rules 5 to 7. */
function scanQuoted(text: string, start: number, final: boolean): Scan {
  const fields: string[] = [];
  let position = start;
  for (;;) {
    if (text[position] === '"') {
      let value = '';
      let from = position + 1;
      for (;;) {
        const quote = text.indexOf('"', from);
        if (quote < 0)
          return final ? malformed('a quoted field is opened and never closed') : INCOMPLETE;
        value += text.slice(from, quote);
        if (quote + 1 >= text.length && !final) return INCOMPLETE; // may be the first of a pair
        from = quote + 1;
        if (text[from] !== '"') break;
        value += '"';
        from += 1;
      }
      fields.push(value);
      position = from;
    } else {
      let end = position;
      while (end < text.length && text[end] !== ',' && text[end] !== '\n') {
        if (text[end] === '"') return malformed('a quote stands inside a field that is not quoted');
        end += 1;
      }
      if (end >= text.length && !final) return INCOMPLETE;
      const carriage = text[end - 1] === '\r' && text[end] === '\n' && end > position;
      fields.push(text.slice(position, carriage ? end - 1 : end));
      position = end;
    }
    if (position >= text.length)
      return final ? { kind: 'record', end: position, fields } : INCOMPLETE;
    if (text[position] === ',') {
      position += 1;
      continue;
    }
    if (text[position] === '\r') {
      if (position + 1 >= text.length)
        return final ? { kind: 'record', end: position + 1, fields } : INCOMPLETE;
      if (text[position + 1] === '\n') return { kind: 'record', end: position + 2, fields };
    } else if (text[position] === '\n') return { kind: 'record', end: position + 1, fields };
    return malformed('text follows the closing quote of a field');
  }
}

function countLines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1))
    count += 1;
  return count;
}

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

export function createRecordSplitter(): RecordSplitter {
  let rest = '';
  let line = 1;

  function split(text: string, final: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    let position = 0;
    let quote = text.indexOf('"');
    while (position < text.length) {
      let newline = text.indexOf('\n', position);
      if (newline < 0) {
        if (!final) break;
        newline = text.length;
      }
      if (quote >= 0 && quote < position) quote = text.indexOf('"', position);
      if (quote < 0 || quote > newline) {
        const end = text[newline - 1] === '\r' && newline > position ? newline - 1 : newline;
        if (end > position) {
          const raw = text.slice(position, end);
          rows.push({ line, raw, fields: raw.split(',') });
        }
        position = newline + 1;
        line += 1;
        continue;
      }
      const scan = scanQuoted(text, position, final);
      if (scan.kind === 'record') {
        const raw = withoutLineEnd(text.slice(position, scan.end));
        rows.push({ line, raw, fields: scan.fields });
        line += countLines(text, position, scan.end);
        position = scan.end;
        continue;
      }
      if (scan.kind === 'incomplete' && text.length - position <= MAX_RECORD_CHARS) break;
      const problem =
        scan.kind === 'malformed' ? scan.problem : 'a quoted field is longer than 1 MiB';
      rows.push({ line, raw: withoutLineEnd(text.slice(position, newline)), problem });
      position = newline + 1;
      line += 1;
    }
    rest = position < text.length ? text.slice(position) : '';
    if (rest.length > MAX_RECORD_CHARS)
      throw new CsvFormatError(`line ${line} is longer than 1 MiB: this is no CSV file`);
    return rows;
  }

  return {
    push: (text) => split(rest === '' ? text : rest + text, false),
    end() {
      const text = rest;
      rest = '';
      return split(text, true);
    },
  };
}
