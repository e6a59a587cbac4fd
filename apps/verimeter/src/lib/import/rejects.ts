import { type WriteStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { csvLine } from '../csv/write-csv.ts';
import type { CsvRow } from '../csv/record-splitter.ts';
import { REJECT_COLUMNS } from './files.ts';

/** A row that was not stored. */
export interface RejectedRow {
  readonly row: CsvRow;
  readonly reason: string;
  /** The column, empty where it is the row as a whole. */
  readonly field: string;
  /** One sentence: what is wrong and how to mend it. */
  readonly message: string;
}

/** Collects rejected rows into a CSV file that can be mended and imported again. */
export interface RejectFile {
  readonly count: number;
  /** How many rows per reason. */
  readonly reasons: ReadonlyMap<string, number>;
  /** The first few, for the terminal. */
  readonly examples: readonly RejectedRow[];
  add(rejected: RejectedRow): void;
  /** Holds the caller back while the disk is slower than the rejects come. */
  drained(): Promise<void>;
  /** The file's path, or null where nothing was rejected. */
  close(): Promise<string | null>;
}

const EXAMPLES = 5;

/** The file is created with the first rejected row. */
export function createRejectFile(file: string, header: readonly string[]): RejectFile {
  let stream: WriteStream | undefined;
  let failure: Error | undefined;
  let count = 0;
  const reasons = new Map<string, number>();
  const examples: RejectedRow[] = [];
  // A mended file that is rejected again does not carry the marks of the first time.
  const kept = header
    .map((name, index) => ({ name: name.trim(), index }))
    .filter(({ name }) => !REJECT_COLUMNS.some((reject) => reject === name));

  function open(): WriteStream {
    const created = createWriteStream(file);
    created.on('error', (error) => (failure = error));
    created.write(csvLine([...kept.map(({ name }) => name), ...REJECT_COLUMNS]));
    return created;
  }

  return {
    get count() {
      return count;
    },
    reasons,
    examples,
    add(rejected) {
      stream ??= open();
      count += 1;
      reasons.set(rejected.reason, (reasons.get(rejected.reason) ?? 0) + 1);
      if (examples.length < EXAMPLES) examples.push(rejected);
      const { row, reason, field, message } = rejected;
      // A row that is not split into the header's columns is kept as written in the last column.
      const whole = row.fields?.length === header.length ? row.fields : undefined;
      stream.write(
        csvLine([
          ...kept.map(({ index }) => whole?.[index] ?? ''),
          String(row.line),
          reason,
          field,
          message,
          whole === undefined ? row.raw : '',
        ]),
      );
    },
    async drained() {
      if (failure !== undefined) throw failure;
      if (stream?.writableNeedDrain === true) await once(stream, 'drain');
    },
    async close() {
      if (failure !== undefined) throw failure;
      if (stream === undefined) return null;
      stream.end();
      await finished(stream);
      return file;
    },
  };
}
