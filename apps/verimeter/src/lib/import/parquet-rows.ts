import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { formatTimestamp } from '@verimeter/telemetry';
import {
  type Compressors,
  type SchemaElement,
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from 'hyparquet';
import { type CsvRow, CsvFormatError } from '../csv/record-splitter.ts';
import { csvLine } from '../csv/write-csv.ts';
import { cellText } from '../export/row-format.ts';
import { HeaderError, type OpenedTable } from './opened-table.ts';

/** Rows given on at once. */
const PART_ROWS = 5000;

/** Snappy is built into hyparquet. */
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

const dayText = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);

/** Cells as a CSV file has them. */
const PARSERS = {
  timestampFromMilliseconds: (ms: bigint): string => formatTimestamp(Number(ms) * 1000),
  timestampFromMicroseconds: (us: bigint): string => formatTimestamp(Number(us)),
  timestampFromNanoseconds: (ns: bigint): string => formatTimestamp(Number(ns / 1000n)),
  dateFromDays: dayText,
};

/** A row of a Parquet file. It has no text of its own: that of a CSV file is made when it is asked for. */
class ParquetRow implements CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
  constructor(line: number, fields: readonly string[]) {
    this.line = line;
    this.fields = fields;
  }
  get raw(): string {
    return csvLine(this.fields).slice(0, -1);
  }
}

function textOf(value: unknown): string {
  if (value == null) return '';
  return typeof value === 'bigint' ? value.toString() : cellText(value);
}

/** @throws HeaderError */
function checkColumn({ name, num_children: children, logical_type: logical }: SchemaElement): void {
  if (children !== undefined && children > 0)
    throw new HeaderError(`column ${name} holds lists or structures; flat columns are needed`);
  if (logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC)
    throw new HeaderError(
      `column ${name} has times without a zone (isAdjustedToUTC is false); write them as UTC`,
    );
}

/**
 * A Parquet file, one row group in memory at a time. The number of a row counts from 1.
 * @throws HeaderError, CsvFormatError
 */
export async function openParquet(path: string): Promise<OpenedTable> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw new CsvFormatError('is damaged or cut off: its end is not that of a Parquet file', {
      cause,
    });
  });
  const elements = parquetSchema(metadata).children.map(({ element, children }) => ({
    ...element,
    num_children: children.length,
  }));
  for (const element of elements) checkColumn(element);
  const header = elements.map(({ name }) => name);
  const total = Number(metadata.num_rows);
  let done = 0;

  async function readGroup(rowStart: number, rowEnd: number): Promise<unknown[][]> {
    let values: unknown[][] = [];
    await parquetRead({
      file,
      metadata,
      compressors: COMPRESSORS,
      parsers: PARSERS,
      rowStart,
      rowEnd,
      onComplete: (complete) => (values = complete),
    });
    return values;
  }

  async function* rows(): AsyncGenerator<readonly CsvRow[]> {
    for (const group of metadata.row_groups) {
      const count = Number(group.num_rows);
      // oxlint-disable-next-line no-await-in-loop -- one group in memory
      const values = await readGroup(done, done + count);
      for (let from = 0; from < values.length; from += PART_ROWS) {
        const first = done + 1;
        const part = values.slice(from, from + PART_ROWS);
        done += part.length;
        yield part.map((cells, index) => new ParquetRow(first + index, cells.map(textOf)));
      }
    }
  }
  return { header, rows: rows(), share: () => (total === 0 ? 1 : done / total) };
}
