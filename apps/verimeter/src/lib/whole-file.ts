import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommandError } from './arguments.ts';

/**
 * Writes a file that is there as a whole or not at all: under the name with `.partial` until everything is on disk. A file of that name
 * that is there already stays until then. Returns its size.
 */
export async function writeWhole(
  file: string,
  pieces: AsyncIterable<string | Uint8Array>,
  options: { readonly signal?: AbortSignal | undefined; readonly mode?: number } = {},
): Promise<number> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const known = await stat(file).catch(() => undefined);
  if (known !== undefined && !known.isFile()) {
    // A pipe or a device: what is written to it is gone.
    await pipeline(Readable.from(pieces), createWriteStream(file), signal);
    return 0;
  }
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  const target = createWriteStream(partial, {
    flags: 'wx',
    flush: true,
    ...(options.mode === undefined ? {} : { mode: options.mode }),
  });
  try {
    await pipeline(Readable.from(pieces), target, signal);
    const { size } = await stat(partial);
    await rename(partial, file);
    return size;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOTDIR: 'part of the path is no directory',
  ENOSPC: 'no space left on the disk',
  EROFS: 'the file system is read-only',
};

/** What is wrong with a file, as a sentence with the name the user gave; other errors as they are. */
export function fileError(error: unknown, named: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const text = PROBLEMS[String(error.code)];
  return text === undefined ? error : new CommandError(`${named}: ${text}`, { cause: error });
}
