import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type FrozenArea, MODEL_VERSION } from '@verimeter/drift';
import { frozenAreaFromBytes, frozenAreaToBytes } from './frozen-area-bytes.ts';

/** Frozen areas of a tenant, one file each. They can be formed again from the readings: nothing is lost with them. */
export interface AreaFiles {
  /** Undefined: there is none of this version of the estimator. */
  readonly read: (groupId: string) => Promise<FrozenArea | undefined>;
  /** Resolves with its size. */
  readonly write: (area: FrozenArea) => Promise<number>;
}

export function openAreaFiles(directory: string, tenant: string): AreaFiles {
  const folder = path.join(directory, tenant, MODEL_VERSION);
  // a thousand or so files per folder
  const fileOf = (groupId: string): string =>
    path.join(folder, String(bucketOf(groupId)), `${groupId}.area`);
  return {
    async read(groupId) {
      try {
        return frozenAreaFromBytes(await readFile(fileOf(groupId)));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        // torn by a power failure: as good as none
        if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
        throw error;
      }
    },
    async write(area) {
      const file = fileOf(area.groupId);
      await mkdir(path.dirname(file), { recursive: true });
      // A reader sees the old area or the new one.
      const bytes = frozenAreaToBytes(area);
      await writeFile(`${file}.new`, bytes);
      await rename(`${file}.new`, file);
      return bytes.length;
    },
  };
}

const BUCKETS = 64;

function bucketOf(groupId: string): number {
  let hash = 0;
  for (const letter of groupId) hash = (31 * hash + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return hash % BUCKETS;
}
