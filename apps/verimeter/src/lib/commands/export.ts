import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pool, readTenants } from '@verimeter/registry';
import { UsageError, choice } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase, withStore } from '../database.ts';
import { typedColumns } from '../export/column-types.ts';
import { EXPORTS, EXPORT_KINDS, type Row, exportCells } from '../export/exports.ts';
import { queryRows } from '../export/query-rows.ts';
import { readingRows } from '../export/reading-rows.ts';
import type { RowFormat } from '../export/row-format.ts';
import { interruptible } from '../interruption.ts';
import { createRowProgress } from '../progress.ts';
import { fileError, writeWhole } from '../whole-file.ts';

const FORMATS = ['csv', 'ndjson', 'parquet'] as const;

/** Each is loaded when it is asked for. */
const LOADERS: Readonly<Record<(typeof FORMATS)[number], () => Promise<RowFormat>>> = {
  csv: async () => (await import('../export/text-formats.ts')).csvFormat,
  ndjson: async () => (await import('../export/text-formats.ts')).ndjsonFormat,
  parquet: async () => (await import('../export/parquet-format.ts')).parquetFormat,
};

/** Intervals are exported as they are kept; days that no service has formed yet are formed now. */
async function formIntervals(pool: Pool, { environment, tenant }: CommandContext): Promise<void> {
  if (!(await readTenants(pool)).some((known) => known.tenant === tenant)) return;
  const { lookForDays, scanRegisters } = await import('@verimeter/analytics');
  await withStore(pool, environment, async (store) => {
    await scanRegisters({ pool, store, tenant });
    await lookForDays({ pool, store, tenant });
  });
}

/** Exports results or data, in constant memory. */
export async function run(context: CommandContext): Promise<number> {
  const kind = choice(context.positionals[0], EXPORT_KINDS, 'what to export');
  const formatName = choice(context.option('format') ?? 'csv', FORMATS, '--format');
  const out = context.option('out') ?? '-';
  if (formatName === 'parquet' && out === '-' && process.stdout.isTTY)
    throw new UsageError('a Parquet file is not for the terminal: add --out FILE');
  const spec = EXPORTS[kind];
  const format = await LOADERS[formatName]();
  const { environment, tenant } = context;

  async function write(found: AsyncIterable<readonly Row[]>): Promise<void> {
    let rows = 0;
    const progress = out === '-' ? undefined : createRowProgress(`export ${kind}`);
    const cells = exportCells(spec, found, (count) => {
      rows += count;
      progress?.update(rows, undefined);
    });
    const pieces = format(typedColumns(spec), cells);
    if (out === '-') {
      // Stdout is not ended with the export: the process writes to it until it exits.
      await pipeline(Readable.from(pieces), process.stdout, { end: false });
      return;
    }
    const file = path.resolve(environment.workingDirectory, out);
    try {
      await interruptible((signal) => writeWhole(file, pieces, { signal }));
    } catch (error) {
      throw fileError(error, out);
    }
    progress?.finish(rows);
  }

  await withDatabase(environment, 'verimeter-export', async (pool) => {
    const { sql, fetchRows } = spec;
    if (kind === 'intervals') await formIntervals(pool, context);
    return sql === undefined
      ? withStore(pool, environment, (store) => write(readingRows(pool, store, tenant)))
      : write(queryRows(pool, tenant, { sql, fetchRows }));
  });
  return 0;
}
