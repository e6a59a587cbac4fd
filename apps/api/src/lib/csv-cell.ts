/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

/**
 * A cell of RFC 4180. A text that a spreadsheet would work out is led by an apostrophe, unless it is an identifier, which must stay the
 * string it is; numbers keep their sign.
 */
export function csvCell(value: unknown, isIdentifier = false): string {
  if (value === null || value === undefined) return '';
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  const text =
    typeof value === 'string' && !isIdentifier && FORMULA.test(value) ? `'${written}` : written;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const IDENTIFIERS = new Set(['device_id', 'group_id']);

/** The cells of the columns as a line. */
export function csvLine(columns: readonly string[], valueOf: (column: string) => unknown): string {
  return `${columns.map((name) => csvCell(valueOf(name), IDENTIFIERS.has(name))).join(',')}\r\n`;
}
