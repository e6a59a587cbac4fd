import type { CsvRow } from '../csv/record-splitter.ts';
import type { CellValue, Column } from './files.ts';
import type { RejectedRow } from './rejects.ts';

/** A row of a registry file, cells by the name of their table column. */
export interface RegistryRow {
  readonly row: CsvRow;
  readonly cells: Readonly<Record<string, CellValue>>;
}

/** Whether text contains what no registry field may: a character of broken UTF-8, or NUL (PostgreSQL refuses it). */
const hasBrokenText = (text: string): boolean => text.includes('\uFFFD') || text.includes('\0');

/** Why a row cannot be read at all, or undefined. */
export function rowProblem(row: CsvRow, headerLength: number): RejectedRow | undefined {
  if (row.fields === undefined)
    return { row, reason: 'malformed', field: '', message: row.problem ?? 'is no CSV record' };
  if (row.fields.length !== headerLength)
    return {
      row,
      reason: 'malformed',
      field: '',
      message: `has ${row.fields.length} fields where the header has ${headerLength}`,
    };
  if (hasBrokenText(row.raw))
    return { row, reason: 'malformed', field: '', message: 'is not valid UTF-8 text' };
  return undefined;
}

/** Reads the cells of a row. Only the columns that the file has are set, besides those of the key. */
export function readRegistryRow(
  row: CsvRow,
  columns: readonly Column[],
  positions: ReadonlyMap<string, number>,
): RegistryRow | RejectedRow {
  const cells: Record<string, CellValue> = {};
  for (const column of columns) {
    const position = positions.get(column.name);
    if (position === undefined && !column.isKey) continue;
    const written = (position === undefined ? '' : (row.fields?.[position] ?? '')).trim();
    if (written === '') {
      if (column.required)
        return {
          row,
          reason: 'missing_value',
          field: column.name,
          message: 'is required and empty',
        };
      cells[column.target] = column.whenEmpty;
      if (column.beside !== undefined) cells[column.beside.target] = column.beside.whenEmpty;
      continue;
    }
    const cell = column.parse(written);
    if (!cell.ok)
      return { row, reason: 'invalid_value', field: column.name, message: cell.message };
    cells[column.target] = cell.value;
    if (column.beside !== undefined) cells[column.beside.target] = column.beside.of(written);
  }
  return { row, cells };
}
