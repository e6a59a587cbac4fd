import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { CommandError } from '../arguments.ts';

/** A file with one JSON object per line that grows as work is finished. */
export interface LinesFile<T> {
  /** What was there when it was opened. */
  readonly records: readonly T[];
  append(record: T): Promise<void>;
}

/** Without `resume` the file begins anew. */
export async function openLines<T>(
  file: string,
  schema: z.ZodType<T>,
  resume: boolean,
): Promise<LinesFile<T>> {
  await mkdir(path.dirname(file), { recursive: true });
  const records = resume ? await readLines(file, schema).catch(noneYet<T>) : [];
  // What a killed run left half written is dropped: its piece of work is done again.
  await writeFile(file, records.map(lineOf).join(''));
  let last: Promise<void> = Promise.resolve();
  return {
    records,
    append(record) {
      last = last.then(() => appendFile(file, lineOf(record)));
      return last;
    },
  };
}

/** @throws CommandError where a line in the middle is not a record. */
export async function readLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    if (line === '' || index === lines.length - 1) return [];
    const parsed = schema.safeParse(valueOf(line));
    if (!parsed.success)
      throw new CommandError(
        `${file} line ${index + 1} is not a record of this version (${parsed.error.issues[0]?.path.join('.')}): remove it, or use another --out`,
      );
    return [parsed.data];
  });
}

/** Undefined, which is no record, where the line is not JSON. */
function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const lineOf = (record: unknown): string => `${JSON.stringify(record)}\n`;

function noneYet<T>(error: NodeJS.ErrnoException): T[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
