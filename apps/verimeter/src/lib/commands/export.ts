import { createWriteStream } from 'node:fs';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { type Pool, readTenants } from '@verimeter/registry';
import { CommandError, UsageError, choice } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase, withStore } from '../database.ts';
import { EXPORTS, EXPORT_KINDS, type Row, exportText } from '../export/exports.ts';
import { queryRows } from '../export/query-rows.ts';
import { readingRows } from '../export/reading-rows.ts';
import { say } from '../output.ts';
import { grouped } from '../progress.ts';

const FORMATS = ['csv', 'ndjson'] as const;

/** Stdout is not ended with the export: the process writes to it until it exits. */
async function send(pieces: AsyncIterable<string>, target: Writable, end: boolean): Promise<void> {
  await pipeline(Readable.from(pieces), target, { end });
}

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
  const wanted = context.option('format') ?? 'csv';
  if (wanted === 'parquet')
    throw new UsageError(`--format parquet is not offered; formats are ${FORMATS.join(', ')}`);
  const format = choice(wanted, FORMATS, '--format');
  const out = context.option('out') ?? '-';
  const file = out === '-' ? undefined : path.resolve(context.environment.workingDirectory, out);
  const spec = EXPORTS[kind];
  let rows = 0;
  async function write(found: AsyncIterable<readonly Row[]>): Promise<void> {
    const pieces = exportText(spec, found, format, (count) => {
      rows += count;
    });
    try {
      if (file === undefined) await send(pieces, process.stdout, false);
      else await send(pieces, createWriteStream(file), true);
    } catch (error) {
      if (
        error instanceof Error &&
        'code' in error &&
        ['ENOENT', 'EACCES', 'EISDIR'].includes(String(error.code))
      )
        throw new CommandError(`${out}: ${error.message}`, { cause: error });
      throw error;
    }
  }
  const { environment, tenant } = context;
  await withDatabase(environment, 'verimeter-export', async (pool) => {
    const { sql, fetchRows } = spec;
    if (kind === 'intervals') await formIntervals(pool, context);
    return sql === undefined
      ? withStore(pool, environment, (store) => write(readingRows(pool, store, tenant)))
      : write(queryRows(pool, tenant, { sql, fetchRows }));
  });
  if (file !== undefined) say(`${grouped(rows)} rows of ${kind} in ${out}`);
  return 0;
}
