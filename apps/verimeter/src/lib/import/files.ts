import {
  DEVICE_KINDS,
  GROUP_KINDS,
  MEMBER_ROLES,
  isIdentifier,
  parseTimestamp,
} from '@verimeter/telemetry';
import {
  INSTRUMENT_CATEGORIES,
  LEGAL_EVENT_KINDS,
  TECHNOLOGIES,
  VERIFICATION_KINDS,
  isCalendarDate,
  parseValidity,
} from '@verimeter/metrology';
import { VERIFICATION_MARKS } from '@verimeter/api-schema';
import { HeaderError } from './opened-table.ts';

export const FILE_KINDS = [
  'devices',
  'groups',
  'members',
  'readings',
  'verifications',
  'legal-events',
] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export type CellValue = string | number | boolean | null;
type Cell =
  | { readonly ok: true; readonly value: CellValue }
  | { readonly ok: false; readonly message: string };

/** A column of an import file and where its cells go. */
export interface Column {
  readonly name: string;
  readonly required: boolean;
  /** Column of the table; differs from `name` for members (`from`, `to`) and errors in percent. */
  readonly target: string;
  readonly sqlType: string;
  readonly isKey: boolean;
  readonly parse: (text: string) => Cell;
  /** What an empty cell or a missing column means; default null. */
  readonly whenEmpty: CellValue;
  /** A second column of the table that the same cell fills. */
  readonly beside?: {
    readonly target: string;
    readonly sqlType: string;
    readonly of: (written: string) => CellValue;
    readonly whenEmpty: CellValue;
  };
}

const fine = (value: CellValue): Cell => ({ ok: true, value });
const bad = (message: string): Cell => ({ ok: false, message });

const text = (written: string): Cell => fine(written);
const identifier = (written: string): Cell =>
  isIdentifier(written) ? fine(written) : bad('must be 1 to 128 of A-Z a-z 0-9 . _ : @ -');
const date = (written: string): Cell =>
  isCalendarDate(written) ? fine(written) : bad('must be a date YYYY-MM-DD');
/** A day, or a month where the mark tells no day: valid to its last day. */
const validity = (written: string): Cell => {
  const found = parseValidity(written);
  return found === undefined
    ? bad('must be a date YYYY-MM-DD, or a month YYYY-MM')
    : fine(found.until);
};
const oneOf =
  (choices: readonly string[]) =>
  (written: string): Cell =>
    choices.includes(written) ? fine(written) : bad(`must be one of ${choices.join(', ')}`);

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A finite decimal number within bounds; a decimal comma is named as such, because it is the usual mistake. */
const decimal =
  (minimum: number, maximum: number, scale = 1) =>
  (written: string): Cell => {
    if (!DECIMAL.test(written))
      return bad(
        /^[+-]?\d+,\d+$/.test(written)
          ? 'must be a number with a decimal point, not a comma'
          : 'must be a number',
      );
    const value = Number(written);
    if (!(value >= minimum && value <= maximum))
      return bad(`must be between ${minimum} and ${maximum}`);
    return fine(value / scale);
  };
const whole =
  (minimum: number, maximum: number) =>
  (written: string): Cell => {
    const value = /^\d{1,9}$/.test(written) ? Number(written) : NaN;
    return value >= minimum && value <= maximum
      ? fine(value)
      : bad(`must be a whole number from ${minimum} to ${maximum}`);
  };
const truth = (written: string): Cell =>
  written === 'true' || written === 'false'
    ? fine(written === 'true')
    : bad('must be true or false');

/** A date (00:00 UTC) or an instant with zone; as text that PostgreSQL reads. */
function dateOrInstant(written: string): Cell {
  if (isCalendarDate(written)) return fine(`${written}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(written)) return bad('is no date of the calendar');
  const parsed = parseTimestamp(written);
  if (parsed.ok) return fine(written);
  return bad(
    parsed.reason === 'missing_zone'
      ? 'has no time zone; add Z or an offset such as +07:00'
      : 'must be a date YYYY-MM-DD or a time such as 2026-11-23T07:15:00Z',
  );
}

const column = (
  name: string,
  sqlType: string,
  parse: (written: string) => Cell,
  options: Partial<Pick<Column, 'required' | 'target' | 'isKey' | 'whenEmpty' | 'beside'>> = {},
): Column => ({
  name,
  sqlType,
  parse,
  required: options.required ?? false,
  target: options.target ?? name,
  isKey: options.isKey ?? false,
  whenEmpty: options.whenEmpty ?? null,
  ...(options.beside === undefined ? {} : { beside: options.beside }),
});

const VALID_UNTIL = column('valid_until', 'date', validity, {
  beside: {
    target: 'valid_until_precision',
    sqlType: 'text',
    of: (written) => parseValidity(written)?.precision ?? 'day',
    whenEmpty: 'day',
  },
});

const KEY = { required: true, isKey: true } as const;

const DEVICES: readonly Column[] = [
  column('device_id', 'text', identifier, KEY),
  column('kind', 'text', oneOf(DEVICE_KINDS), { required: true }),
  column('serial', 'text', text),
  column('manufacturer', 'text', text),
  column('model', 'text', text),
  column('type_approval', 'text', text),
  column('accuracy_class', 'text', text),
  column('nominal', 'text', text),
  column('ratio', 'text', text),
  column('phases', 'smallint', whole(1, 3)),
  column('built_year', 'smallint', whole(1900, 2200)),
  column('installed_on', 'date', date),
  column('verified_on', 'date', date),
  VALID_UNTIL,
  column('lat', 'float8', decimal(-90, 90)),
  column('lon', 'float8', decimal(-180, 180)),
  column('address', 'text', text),
  column('technology', 'text', oneOf(TECHNOLOGIES)),
  column('category', 'text', oneOf(INSTRUMENT_CATEGORIES)),
];

const GROUPS: readonly Column[] = [
  column('group_id', 'text', identifier, KEY),
  column('kind', 'text', oneOf(GROUP_KINDS), { required: true }),
  column('name', 'text', text),
  column('technical_loss', 'float8', (written) => {
    const cell = decimal(0, 1)(written);
    return cell.ok && cell.value === 1 ? bad('must be a ratio of the supply below 1') : cell;
  }),
];

const MEMBERS: readonly Column[] = [
  column('group_id', 'text', identifier, KEY),
  column('device_id', 'text', identifier, KEY),
  column('role', 'text', oneOf(MEMBER_ROLES), { required: true }),
  column('from', 'timestamptz', dateOrInstant, {
    target: 'valid_from',
    isKey: true,
    whenEmpty: '-infinity',
  }),
  column('to', 'timestamptz', dateOrInstant, { target: 'valid_to', whenEmpty: 'infinity' }),
  column('feeder', 'text', text),
];

const VERIFICATIONS: readonly Column[] = [
  column('device_id', 'text', identifier, KEY),
  column('verified_on', 'date', date, KEY),
  column('result', 'text', oneOf(['pass', 'fail']), { required: true }),
  column('kind', 'text', oneOf(VERIFICATION_KINDS)),
  column('certificate_no', 'text', text, { isKey: true, whenEmpty: '' }),
  column('body', 'text', text),
  VALID_UNTIL,
  column('test_point', 'text', text, { isKey: true, whenEmpty: '' }),
  column('error_percent', 'float8', decimal(-1e6, 1e6, 100), { target: 'error' }),
  column('expanded_uncertainty_percent', 'float8', decimal(0, 1e6, 100), {
    target: 'expanded_uncertainty',
  }),
  column('coverage_factor', 'float8', decimal(0, 100)),
  column('as_found', 'boolean', truth),
  column('mark', 'text', oneOf(VERIFICATION_MARKS)),
  column('seal_no', 'text', text),
  column('procedure', 'text', text),
];

const LEGAL_EVENTS: readonly Column[] = [
  column('device_id', 'text', identifier, KEY),
  column('kind', 'text', oneOf(LEGAL_EVENT_KINDS), KEY),
  column('on', 'date', date, { ...KEY, target: 'happened_on' }),
  column('note', 'text', text),
];

/** Cells of readings are parsed by the reading importer itself, a hundred thousand rows a second. */
const READINGS: readonly Column[] = [
  column('device_id', 'text', identifier, KEY),
  column('quantity', 'text', text, KEY),
  column('ts', 'timestamptz', text, KEY),
  column('value', 'float8', text, { required: true }),
  column('unit', 'text', text),
];

export const FILE_COLUMNS: Readonly<Record<FileKind, readonly Column[]>> = {
  devices: DEVICES,
  groups: GROUPS,
  members: MEMBERS,
  readings: READINGS,
  verifications: VERIFICATIONS,
  'legal-events': LEGAL_EVENTS,
};

/** Columns that the file of rejected rows adds: such a file can be mended and imported again as it is. */
export const REJECT_COLUMNS = [
  'reject_line',
  'reject_reason',
  'reject_field',
  'reject_message',
  'reject_row',
] as const;

/**
 * What an export of readings has beside the columns of a file of readings. They are taken together or not at all: such a file is what
 * this product wrote.
 */
export const EXPORTED_READING_COLUMNS = ['quality', 'received_at', 'ts_source', 'current'] as const;

const isReadingExport = (kind: FileKind, names: readonly string[]): boolean =>
  kind === 'readings' &&
  [...READINGS.map(({ name }) => name), ...EXPORTED_READING_COLUMNS].every((name) =>
    names.includes(name),
  );

/** Position in the file of each known column that the header has. @throws HeaderError */
export function readHeader(kind: FileKind, header: readonly string[]): ReadonlyMap<string, number> {
  const columns = FILE_COLUMNS[kind];
  const names = header.map((name) => name.trim());
  const known: readonly string[] = [
    ...columns.map(({ name }) => name),
    ...(isReadingExport(kind, names) ? EXPORTED_READING_COLUMNS : []),
  ];
  const [first = ''] = names;
  const separator =
    names.length === 1 ? [';', '\t', '|'].find((mark) => first.includes(mark)) : undefined;
  if (separator !== undefined)
    throw new HeaderError(
      `the columns are separated by ${JSON.stringify(separator)}; CSV with commas is needed`,
    );
  const positions = new Map<string, number>();
  const unknown: string[] = [];
  for (const [index, name] of names.entries()) {
    if (REJECT_COLUMNS.some((reject) => reject === name)) continue;
    if (!known.includes(name)) unknown.push(name);
    else if (positions.has(name)) throw new HeaderError(`column ${name} is there twice`);
    else positions.set(name, index);
  }
  if (unknown.length > 0)
    throw new HeaderError(
      `unknown column ${unknown.map((name) => JSON.stringify(name)).join(', ')}; a ${kind} file may have ${columns
        .map(({ name }) => name)
        .join(', ')}`,
    );
  const missing = columns.filter(({ name, required }) => required && !positions.has(name));
  if (missing.length > 0)
    throw new HeaderError(
      `missing column ${missing.map(({ name }) => name).join(', ')}; ${kind} need it in the header`,
    );
  return positions;
}
