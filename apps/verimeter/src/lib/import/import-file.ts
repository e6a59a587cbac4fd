import path from 'node:path';
import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, type PoolClient, ensureTenant } from '@verimeter/registry';
import { type FileKind, readHeader } from './files.ts';
import { type ImportMemory, recallImport } from './import-memory.ts';
import { type ReadingCounts, importReadings } from './import-readings.ts';
import { importRegistry } from './import-registry.ts';
import { type FileOnDisk, openTable } from './open-table.ts';
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
  readonly store: ReadingStore<PoolClient>;
  readonly tenant: string;
  /** Zone of the tenant, where it is created. */
  readonly zone: string;
  /** Name of the file, for messages, ledger and quarantine. */
  readonly fileName: string;
  /** Where rejected rows are written, should there be any. */
  readonly rejectedPath: string;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  /** Where the bytes come from, if that is a file on disk. */
  readonly file?: FileOnDisk | undefined;
  /**
   * Readings: the file's identity, under which the database remembers how far it was imported; `anew` starts at its beginning all the
   * same.
   */
  readonly resume?: { readonly identity: string; readonly anew: boolean } | undefined;
  /** `share` of the file that was read, 0 to 1, where its size is known. */
  readonly onProgress?:
    | ((counts: Readonly<ReadingCounts>, share: number | undefined) => void)
    | undefined;
  /** The import goes on behind this row. */
  readonly onResume?: ((rows: number) => void) | undefined;
  /** Called with the rejects before the file is closed, to tell a person about them. */
  readonly onRejects?: ((rejects: RejectFile) => void) | undefined;
}

/**
 * Imports a file of CSV, NDJSON or Parquet (docs/spec/files.md). The header is checked before anything is stored; each row that cannot be
 * stored is reported in the file of rejected rows and the others are stored.
 *
 * @throws {HeaderError} for an unknown or missing column; {@link CsvFormatError} for what has none of the
 * forms; {@link ResumeError} where the import has to start anew.
 */
export async function importFile(
  kind: FileKind,
  source: AsyncIterable<Buffer>,
  options: ImportOptions,
): Promise<ImportResult> {
  const { header, rows, share } = await openTable(source, options.file);
  const positions = readHeader(kind, header);
  await ensureTenant(options.pool, options.tenant, options.zone);
  const rejects = createRejectFile(options.rejectedPath, header);
  let memory: ImportMemory | undefined;
  if (kind === 'readings' && options.resume !== undefined) {
    const { identity, anew } = options.resume;
    memory = await recallImport(options.pool, options.tenant, identity, anew);
    if (memory.from !== undefined) options.onResume?.(memory.from.rows);
  }
  const shared = { pool: options.pool, tenant: options.tenant, rejects };
  let counts: ReadingCounts;
  try {
    counts =
      kind === 'readings'
        ? await importReadings(header, positions, rows, {
            ...shared,
            store: options.store,
            source: path.basename(options.fileName),
            nowUs: options.nowUs,
            memory,
            onProgress: (sums) => options.onProgress?.(sums, share?.()),
          })
        : { ...(await importRegistry(kind, header, positions, rows, shared)), conflicting: 0 };
  } catch (error) {
    await rejects.close().catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
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
