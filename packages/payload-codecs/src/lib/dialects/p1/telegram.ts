import { type P1Code, codeOf } from './codes.ts';
import { crc16 } from './crc16.ts';

/*
 * telegram = header CRLF CRLF 1*( object CRLF ) "!" [ crc ] CRLF
 * header   = "/" 3ALPHA 1DIGIT ident
 * object   = obis 1*( [ CRLF ] "(" value ")" )      ; CRLF: the gas value of DSMR 2.2 and 3.0, long logs
 * obis     = codes.ts
 * value    = *VCHAR [ "*" unit ]
 * crc      = 4HEXDIG, CRC-16 from "/" to "!" inclusive, all lines ended by CR LF
 */
const CRC = /^[0-9A-Fa-f]{4}$/;

interface P1Object {
  readonly meaning: P1Code;
  readonly values: readonly string[];
}

/** Objects by OBIS code A-B:C.D.E; of a code that comes twice the first. */
export type P1Objects = ReadonlyMap<string, P1Object>;

/** The first value of a code; undefined: the telegram has none. */
export const firstValue = (objects: P1Objects, code: string): string | undefined =>
  objects.get(code)?.values[0];

export type TelegramParse =
  | { readonly ok: true; readonly objects: P1Objects; readonly unreadable: readonly string[] }
  | { readonly ok: false; readonly field: string; readonly message: string };

/** Lines without their ends, which a bridge may have changed. */
const linesOf = (text: string): string[] =>
  text.includes('\n') ? text.split(/\r?\n/) : text.split('\r');

/**
 * The telegrams in a text, each as its lines from `/` to `!`; what stands before and between them is left out, and the last one is
 * given even where its end is missing.
 */
export function telegramsIn(text: string): string[][] {
  const found: string[][] = [];
  let open: string[] | undefined;
  const begin = text.search(/^\//m);
  // a log prefix in front of the header
  const start = begin < 0 ? text.indexOf('/') : begin;
  if (start < 0) return found;
  for (const line of linesOf(text.slice(start))) {
    if (line.startsWith('/')) {
      open = [];
      found.push(open);
    }
    open?.push(line);
    if (line.startsWith('!')) open = undefined;
  }
  return found;
}

/** The objects of a telegram, given as its lines, whose CRC is right. */
export function readTelegram(lines: readonly string[], allowWithoutCrc: boolean): TelegramParse {
  const end = lines.at(-1) ?? '';
  if (!end.startsWith('!')) {
    const message = 'the telegram has no last line with "!": publish it whole';
    return { ok: false, field: '', message };
  }
  const stated = end.slice(1).trim();
  if (stated !== '' || !allowWithoutCrc) {
    const problem = crcProblem(lines, stated);
    if (problem !== undefined) return { ok: false, field: 'crc', message: problem };
  }
  return { ok: true, ...objectsOf(lines) };
}

function crcProblem(lines: readonly string[], stated: string): string | undefined {
  if (stated === '')
    return 'there is no CRC behind "!"; for meters of DSMR 2.2 and 3.0, which have none, set the option allow_without_crc of the source';
  if (!CRC.test(stated)) return 'the CRC behind "!" is not four hexadecimal digits';
  let crc = 0;
  for (let index = 0; index < lines.length - 1; index += 1)
    crc = crc16('\r\n', crc16(lines[index] ?? '', crc));
  crc = crc16('!', crc);
  if (crc === Number.parseInt(stated, 16)) return undefined;
  const own = crc.toString(16).toUpperCase().padStart(4, '0');
  return `the CRC is ${stated}, that of the lines ${own}: a line was lost or changed on the way`;
}

function objectsOf(lines: readonly string[]): { objects: P1Objects; unreadable: string[] } {
  const objects = new Map<string, P1Object>();
  const unreadable: string[] = [];
  let current: string[] = [];
  for (let index = 1; index < lines.length - 1; index += 1) {
    const line = lines[index]?.trim() ?? '';
    if (line === '') continue;
    const bracket = line.indexOf('(');
    if (bracket !== 0) {
      const meaning = bracket < 0 ? null : codeOf(line.slice(0, bracket));
      current = [];
      if (meaning === null) unreadable.push(line);
      else if (!objects.has(meaning.code)) objects.set(meaning.code, { meaning, values: current });
    }
    addValues(line, current);
  }
  return { objects, unreadable };
}

function addValues(line: string, values: string[]): void {
  for (let open = line.indexOf('('); open >= 0;) {
    const close = line.indexOf(')', open);
    if (close < 0) return;
    values.push(line.slice(open + 1, close).trim());
    open = line.indexOf('(', close);
  }
}
