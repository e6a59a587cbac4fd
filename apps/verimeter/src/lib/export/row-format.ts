/** Rows of a file, cells in the order of its columns: as the database gives them, instants as microseconds since 1970. */
export type RowBatch = readonly (readonly unknown[])[];

/** What the cells of a column are; each may be empty. */
export type ColumnType = 'text' | 'double' | 'boolean' | 'instant';

export interface FormatColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Writes rows in the form of a file, piece by piece in constant memory. */
export type RowFormat = (
  columns: readonly FormatColumn[],
  batches: AsyncIterable<RowBatch>,
) => AsyncGenerator<string | Uint8Array>;

/** A cell as text: empty for what may not be claimed; numbers in their shortest form that reads back equal. */
export function cellText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return '';
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? value.join(' ')
        : JSON.stringify(value);
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
    default:
      throw new TypeError(`no cell for a ${typeof value}`);
  }
}
