import path from 'node:path';
import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, ensureTenant } from '@verimeter/registry';
import { readCsv } from '../csv/read-csv.ts';
import type { CsvRow } from '../csv/record-splitter.ts';
import { type FileKind, HeaderError, readHeader } from './files.ts';
import { type ReadingCounts, importReadings } from './import-readings.ts';
import { importRegistry } from './import-registry.ts';
import { type RejectFile, createRejectFile } from './rejects.ts';

export interface ImportResult {
  readonly rows: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly conflicting: number;
  readonly rejected: number;
  readonly rejected_file: string | null;
}

export interface ImportOptions {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  /** Zone of the tenant, where it is created. */
  readonly zone: string;
  /** Name of the file, for messages, ledger and quarantine. */
  readonly fileName: string;
  /** Where rejected rows are written, should there be any. */
  readonly rejectedPath: string;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  readonly onProgress?: ((counts: Readonly<ReadingCounts>) => void) | undefined;
  /** Called with the rejects before the file is closed, to tell a person about them. */
  readonly onRejects?: ((rejects: RejectFile) => void) | undefined;
}

/** The header, and the rows after it. */
async function openCsv(
  source: AsyncIterable<Buffer>,
): Promise<{ header: readonly string[]; rows: AsyncGenerator<readonly CsvRow[]> }> {
  const pieces = readCsv(source);
  const first = await pieces.next();
  const head = first.done === true ? undefined : first.value[0];
  if (head === undefined || first.done === true) throw new HeaderError('the file is empty');
  if (head.fields === undefined)
    throw new HeaderError(`the header is no CSV record: ${head.problem ?? ''}`);
  const rest = first.value.slice(1);
  async function* rows(): AsyncGenerator<readonly CsvRow[]> {
    if (rest.length > 0) yield rest;
    yield* pieces;
  }
  return { header: head.fields, rows: rows() };
}

/**
 * Imports a CSV file (CONTRACTS section 3). The header is checked before anything is stored; each row that cannot be
 * stored is reported in the file of rejected rows and the others are stored.
 *
 * @throws {HeaderError} for an unknown or missing column; {@link CsvFormatError} for what is no CSV text.
 */
export async function importFile(
  kind: FileKind,
  source: AsyncIterable<Buffer>,
  options: ImportOptions,
): Promise<ImportResult> {
  const { header, rows } = await openCsv(source);
  const positions = readHeader(kind, header);
  await ensureTenant(options.pool, options.tenant, options.zone);
  const rejects = createRejectFile(options.rejectedPath, header);
  const shared = { pool: options.pool, tenant: options.tenant, rejects };
  const counts =
    kind === 'readings'
      ? await importReadings(header, positions, rows, {
          ...shared,
          store: options.store,
          source: path.basename(options.fileName),
          nowUs: options.nowUs,
          onProgress: options.onProgress,
        })
      : { ...(await importRegistry(kind, header, positions, rows, shared)), conflicting: 0 };
  options.onRejects?.(rejects);
  return {
    rows: counts.rows,
    stored: counts.stored,
    duplicate: counts.duplicate,
    conflicting: counts.conflicting,
    rejected: rejects.count,
    rejected_file: await rejects.close(),
  };
}
