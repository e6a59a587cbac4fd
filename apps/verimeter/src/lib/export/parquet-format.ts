import { constants, zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { type FormatColumn, type RowBatch, type RowFormat, cellText } from './row-format.ts';

/** Rows of a group, at least: what is in memory at once, here and at the reader. DuckDB's own files have as many. */
const GROUP_ROWS = 122_880;

/** Level 3: less than half of Snappy in less time (docs/decisions/0122). Read by Arrow, DuckDB, Polars and Spark. */
const zstd = (input: Uint8Array): Uint8Array =>
  zstdCompressSync(input, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });

const PHYSICAL = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  instant: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
} as const satisfies Readonly<Record<FormatColumn['type'], Omit<SchemaElement, 'name'>>>;

const schemaOf = (columns: readonly FormatColumn[]): SchemaElement[] => [
  { name: 'root', num_children: columns.length },
  ...columns.map(({ name, type }): SchemaElement => ({
    name,
    repetition_type: 'OPTIONAL',
    ...PHYSICAL[type],
  })),
];

/** A cell as Parquet holds it; null where it is empty. */
function parquetCell(column: FormatColumn, value: unknown): unknown {
  if (value == null) return null;
  switch (column.type) {
    case 'text':
      return cellText(value);
    case 'double':
      if (typeof value === 'number') return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'instant':
      // Infinity: an open end, which no timestamp of Parquet is.
      if (typeof value === 'number') return Number.isFinite(value) ? BigInt(value) : null;
      break;
    default:
      column.type satisfies never;
  }
  throw new TypeError(`column ${column.name} is no ${column.type}: ${cellText(value)}`);
}

/** Apache Parquet: a row group at a time. */
export const parquetFormat: RowFormat = async function* parquetFormat(
  columns: readonly FormatColumn[],
  batches: AsyncIterable<RowBatch>,
) {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: schemaOf(columns),
    codec: 'ZSTD',
    compressors: { ZSTD: zstd },
    createdBy: 'verimeter',
  });
  let group: unknown[][] = columns.map(() => []);
  let rows = 0;

  function written(): Uint8Array {
    const bytes = writer.getBytes().slice(); // the writer goes on in the same buffer
    writer.index = 0;
    return bytes;
  }

  async function close(): Promise<Uint8Array> {
    await parquet.write({
      columnData: columns.map(({ name }, index) => ({ name, data: group[index] ?? [] })),
      rowGroupSize: rows, // one group
    });
    group = columns.map(() => []);
    rows = 0;
    return written();
  }

  for await (const batch of batches) {
    for (const row of batch)
      for (const [index, column] of columns.entries())
        group[index]?.push(parquetCell(column, row[index]));
    rows += batch.length;
    if (rows >= GROUP_ROWS) yield await close();
  }
  if (rows > 0) yield await close();
  await parquet.finish();
  yield written();
};
