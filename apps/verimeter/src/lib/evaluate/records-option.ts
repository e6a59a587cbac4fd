import path from 'node:path';
import { UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import type { LinesFile } from './json-lines.ts';

/** --out and --resume: the file of records that a run keeps, as `open` opens it in the directory; undefined without --out. */
export async function openRecordsOption<T>(
  context: CommandContext,
  open: (directory: string, resume: boolean) => Promise<LinesFile<T>>,
): Promise<LinesFile<T> | undefined> {
  const out = context.option('out');
  const resume = context.flag('resume');
  if (out !== undefined)
    return open(path.resolve(context.environment.workingDirectory, out), resume);
  if (resume) throw new UsageError('--resume needs the --out DIR of the run to go on with');
  return undefined;
}
