import { constants } from 'node:fs';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type FleetPrior, MODEL_VERSION } from '@verimeter/drift';
import { FORMAT_OF_V8, fromBytes, toBytes } from './coded-bytes.ts';
import { type KeptArea, keptFromBytes, keptToBytes } from './kept-area.ts';

/** What the fleet knows from night to night. Microseconds since 1970. */
export interface KeptFleet {
  /** Names this state; files of areas carry it. */
  readonly generation: string;
  readonly prior: FleetPrior;
  /** Readings that arrived later than this may be missing in areas that the last complete night went on with. */
  readonly markUs: number;
  /** What the store showed at the mark. */
  readonly shown: string;
  /** The latest as-of of that night; absent before the first one is complete. */
  readonly latestUs?: number;
  /** A night that was begun and is not complete: its mark. */
  readonly begun?: Pick<KeptFleet, 'markUs' | 'shown'>;
}

/**
 * Files of a tenant, of one version of the estimator and of these files. All of it can be formed again from the readings: nothing is lost
 * with it but the time of full analyses.
 */
export interface KeptFiles {
  /** Undefined: there is none. */
  readonly readArea: (groupId: string) => Promise<KeptArea | undefined>;
  /** Resolves with its size. */
  readonly writeArea: (area: KeptArea) => Promise<number>;
  readonly readFleet: () => Promise<KeptFleet | undefined>;
  readonly writeFleet: (fleet: KeptFleet) => Promise<void>;
}

/** Changes with what is in the files. */
const FORMAT = `3.${FORMAT_OF_V8}`;

export function openKeptFiles(directory: string, tenant: string): KeptFiles {
  // a tenant may be named `..`
  const folder = path.join(directory, `tenant-${tenant}`, `${MODEL_VERSION}-${FORMAT}`);
  const fleetFile = path.join(folder, 'fleet');
  // a thousand or so files per folder
  const fileOf = (groupId: string): string =>
    path.join(folder, String(hashOf(groupId) % FOLDERS), `${groupId}.area`);
  return {
    async readArea(groupId) {
      const bytes = await readIfThere(fileOf(groupId));
      return bytes === undefined ? undefined : keptFromBytes(bytes);
    },
    async writeArea(area) {
      const bytes = keptToBytes(area);
      await replace(fileOf(area.groupId), bytes);
      return bytes.length;
    },
    async readFleet() {
      const bytes = await readIfThere(fleetFile);
      return bytes === undefined ? undefined : fromBytes(bytes);
    },
    writeFleet: (fleet) => replace(fleetFile, toBytes(fleet)),
  };
}

/** @throws the error of the file system where nothing can be kept in the directory */
export async function makeWritable(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A reader sees the old file or the new one. */
async function replace(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, bytes);
  await rename(`${file}.new`, file);
}

const HASHES = 1_000_003;
const FOLDERS = 64;

/** A place in 0 to 1 of a group, by its id alone. */
export const placeOf = (groupId: string): number => ((hashOf(groupId) * 7919) % HASHES) / HASHES;

/** The same on every machine and day. */
export function hashOf(groupId: string): number {
  let hash = 0;
  for (const letter of groupId) hash = (31 * hash + (letter.codePointAt(0) ?? 0)) % HASHES;
  return hash;
}
