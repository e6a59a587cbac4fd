import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import type { CitySize } from './sizes.ts';

const schema = z.object({
  version: z.literal(1),
  seed: z.number().int(),
  size: z.enum(['small', 'tiny']),
  origin: z.string(),
  /** Everything up to this instant was acknowledged by the broker, ms since 1970; null: nothing yet. */
  publishedThroughMs: z.number().nullable(),
});

export type SimulatorState = z.infer<typeof schema>;

/** The state directory holds another city, or a file that is not a state. */
export class StateFileError extends Error {
  readonly code = 'simulator_state';
}

const FILE = 'simulator.json';

/** The state of an earlier start, or undefined on the first one. @throws {StateFileError} */
async function readState(directory: string): Promise<SimulatorState | undefined> {
  const path = join(directory, FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new StateFileError(
      `${path} is not a state of the simulator; remove it to start a new city`,
      {
        cause: error,
      },
    );
  }
}

/** Continues the city of the directory, or begins one whose history ends today. @throws {StateFileError} */
export async function openState(
  directory: string,
  wanted: { readonly seed: number; readonly size: CitySize; readonly origin: string },
): Promise<SimulatorState> {
  const found = await readState(directory);
  if (found === undefined) {
    const state: SimulatorState = { version: 1, ...wanted, publishedThroughMs: null };
    await writeState(directory, state);
    return state;
  }
  if (found.seed !== wanted.seed || found.size !== wanted.size)
    throw new StateFileError(
      `${join(directory, FILE)} belongs to city ${found.size} with seed ${found.seed}; ` +
        `use that seed, or another data directory for seed ${wanted.seed}`,
    );
  return found;
}

export async function writeState(directory: string, state: SimulatorState): Promise<void> {
  await writeJson(directory, FILE, state);
}

/** Replaces a file in one step, so that a kill leaves the old or the new one. */
export async function writeJson(directory: string, name: string, value: unknown): Promise<void> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, name);
  await writeFile(`${path}.new`, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
