import { accessSync, constants, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Pool, PoolClient } from '@verimeter/registry';
import { CommandError, UsageError, choice } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { openSource } from '../csv/read-csv.ts';
import { CsvFormatError } from '../csv/record-splitter.ts';
import { withDatabase, withStore } from '../database.ts';
import { FILE_KINDS } from '../import/files.ts';
import { ResumeError, fileIdentity } from '../import/import-memory.ts';
import { HeaderError } from '../import/opened-table.ts';
import { type ImportResult, importFile } from '../import/import-file.ts';
import type { RejectFile } from '../import/rejects.ts';
import { say, writeLine } from '../output.ts';
import { createRowProgress, grouped } from '../progress.ts';

const isWritable = (directory: string): boolean => {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false; // the question was whether it is; why not does not matter
  }
};

/** Beside the imported file where that is possible, else in the data directory. */
async function rejectedPath(context: CommandContext, file: string): Promise<string> {
  const given = context.option('rejected');
  if (given !== undefined) return path.resolve(context.environment.workingDirectory, given);
  const name = `${file === '-' ? 'stdin' : path.basename(file).replace(/(\.csv|\.ndjson|\.parquet)?(\.gz)?$/i, '')}.rejected.csv`;
  if (file !== '-' && isWritable(path.dirname(file))) return path.join(path.dirname(file), name);
  await mkdir(context.environment.dataDir, { recursive: true, mode: 0o711 });
  return path.join(context.environment.dataDir, name);
}

function tellRejects(rejects: RejectFile): void {
  if (rejects.count === 0) return;
  say(
    `${grouped(rejects.count)} rows rejected: ${[...rejects.reasons]
      .map(([reason, count]) => `${grouped(count)} ${reason}`)
      .join(', ')}`,
  );
  for (const { row, field, message } of rejects.examples)
    say(`  line ${row.line}: ${field === '' ? 'the row' : field} ${message}`);
  if (rejects.count > rejects.examples.length) say('  …');
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'may not be read',
  Z_DATA_ERROR: 'is damaged gzip',
  Z_BUF_ERROR: 'is cut off gzip',
};

function readableFileError(error: unknown, named: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const text = FILE_PROBLEMS[String(error.code)];
  return text === undefined ? error : new CommandError(`${named}: ${text}`, { cause: error });
}

/** Imports a file of CSV, NDJSON or Parquet; prints what became of its rows. */
export async function run(context: CommandContext): Promise<number> {
  const kind = choice(context.positionals[0], FILE_KINDS, 'what to import');
  const named = context.positionals[1];
  if (named === undefined) throw new UsageError(`import ${kind} needs a FILE (or - for stdin)`);
  const file = named === '-' ? named : path.resolve(context.environment.workingDirectory, named);
  const rejected = await rejectedPath(context, file);
  const progress = createRowProgress(`import ${kind}`);

  async function attempt(
    pool: Pool,
    store: ReadingStore<PoolClient>,
    anew: boolean,
  ): Promise<ImportResult> {
    const found = file === '-' ? undefined : statSync(file);
    // What is read from a pipe is gone: it is read once, from its start.
    const onDisk = found?.isFile() === true ? { path: file, bytes: found.size } : undefined;
    return importFile(kind, openSource(file), {
      pool,
      store,
      tenant: context.tenant,
      zone: context.environment.zone,
      fileName: named === '-' ? 'stdin' : file,
      file: onDisk,
      resume: onDisk === undefined ? undefined : { identity: await fileIdentity(file), anew },
      rejectedPath: rejected,
      nowUs: () => Date.now() * 1000,
      onProgress: ({ rows }, share) =>
        progress.update(rows, share === undefined || share === 0 ? undefined : rows / share),
      onResume: (rows) =>
        say(`import ${kind}: was cut off before; goes on behind row ${grouped(rows)}`),
      onRejects: tellRejects,
    });
  }

  let result: ImportResult;
  try {
    result = await withDatabase(context.environment, 'verimeter-import', (pool) =>
      withStore(pool, context.environment, async (store) => {
        try {
          return await attempt(pool, store, false);
        } catch (error) {
          if (!(error instanceof ResumeError)) throw error;
          say(`import ${kind}: ${error.message}; it is imported from its start`);
          return attempt(pool, store, true);
        }
      }),
    );
  } catch (error) {
    if (error instanceof HeaderError)
      throw new CommandError(`${named}: ${error.message}; nothing was imported`, { cause: error });
    if (error instanceof CsvFormatError)
      throw new CommandError(`${named}: ${error.message}`, { cause: error });
    throw readableFileError(error, named);
  }
  progress.finish(result.rows);
  await writeLine(
    context.json
      ? JSON.stringify(result)
      : `rows ${result.rows}, stored ${result.stored}, duplicate ${result.duplicate}, conflicting ${result.conflicting}, rejected ${result.rejected}${
          result.rejected_file === null ? '' : ` (${result.rejected_file})`
        }`,
  );
  return context.flag('strict') && result.rejected > 0 ? 1 : 0;
}
