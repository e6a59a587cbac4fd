import type { CsvRow } from '../csv/record-splitter.ts';

/** A file of rows, in whatever form: its columns, and the rows behind them in arrays as they come. */
export interface OpenedTable {
  readonly header: readonly string[];
  readonly rows: AsyncGenerator<readonly CsvRow[]>;
  /** Share of the file that was read, 0 to 1, where its size is known. */
  readonly share?: () => number;
}

/** The columns of a file cannot be used; nothing was stored. */
export class HeaderError extends Error {
  readonly code = 'bad_header';
}
