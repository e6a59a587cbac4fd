import { formatTimestamp } from '@verimeter/telemetry';
import { csvLine } from '../csv/write-csv.ts';
import { type FormatColumn, type RowBatch, type RowFormat, cellText } from './row-format.ts';

/** Instants as RFC 3339 in UTC, all else as it is. */
function printable(columns: readonly FormatColumn[], row: readonly unknown[]): unknown[] {
  return row.map((value, index) =>
    columns[index]?.type === 'instant' && typeof value === 'number'
      ? formatTimestamp(value)
      : value,
  );
}

export const csvFormat: RowFormat = async function* csvFormat(
  columns: readonly FormatColumn[],
  batches: AsyncIterable<RowBatch>,
) {
  yield csvLine(columns.map(({ name }) => name));
  for await (const rows of batches)
    yield rows.map((row) => csvLine(printable(columns, row).map(cellText))).join('');
};

/** One JSON object per line; what may not be claimed is null. */
export const ndjsonFormat: RowFormat = async function* ndjsonFormat(
  columns: readonly FormatColumn[],
  batches: AsyncIterable<RowBatch>,
) {
  for await (const rows of batches)
    yield rows
      .map((row) => {
        const values = printable(columns, row);
        const entries = columns.map(({ name }, index) => [name, values[index]] as const);
        return `${JSON.stringify(Object.fromEntries(entries))}\n`;
      })
      .join('');
};
