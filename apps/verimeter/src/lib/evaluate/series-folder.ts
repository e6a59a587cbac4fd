import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { type HouseholdSeries, INTERVALS_PER_WEEK } from '@verimeter/simulator';
import { CommandError } from '../arguments.ts';

/** Steps a register may have, kW.h; the largest that divides all values is a household's. */
const QUANTA = [1, 0.1, 0.01, 0.001] as const;
/** A household of the area's size: neither a hall with 400 kW nor a series of zeros. Means and largest interval, kW. */
const LEAST_MEAN = 0.005;
const LARGEST_MEAN = 8;
const LARGEST_PEAK = 40;
const COARSEST_QUANTUM = 0.01;

/** Households by their place in the file; every second one is for tuning, the others for reporting. */
export type Half = 'tune' | 'report';

export interface SeriesFolder {
  readonly households: readonly HouseholdSeries[];
  /** How many rows were left out (negative values, too coarse, empty, far too large). */
  readonly leftOut: number;
}

/**
 * Reads a folder with one CSV file (also .gz): a header `VID,wWW_III,…` (ISO week, interval of the week from 1) and a row
 * per household with kW.h per 15 minutes, whole weeks.
 */
export async function readSeriesFolder(folder: string, half: Half): Promise<SeriesFolder> {
  const file = await findFile(folder);
  const input = createReadStream(file);
  const lines = createInterface({
    input: file.endsWith('.gz') ? input.pipe(createGunzip()) : input,
    crlfDelay: Infinity,
  });
  const households: HouseholdSeries[] = [];
  let columns = 0;
  let index = -1;
  let leftOut = 0;
  for await (const line of lines) {
    if (columns === 0) {
      columns = headerColumns(line, file);
      continue;
    }
    if (line === '') continue;
    index += 1;
    if ((index % 2 === 0) !== (half === 'tune')) continue;
    const household = readHousehold(line, index, columns);
    if (household === undefined) leftOut += 1;
    else households.push(household);
  }
  if (households.length === 0) throw new CommandError(`${file}: no usable household in it`);
  return { households, leftOut };
}

async function findFile(folder: string): Promise<string> {
  const inside = path.join(folder, 'elec-swiss-15min');
  for (const directory of [folder, inside]) {
    // oxlint-disable-next-line no-await-in-loop
    const names = await readdir(directory).catch((): string[] => []);
    const name = names.toSorted().find((entry) => /15min.*\.csv(\.gz)?$/.test(entry));
    if (name !== undefined) return path.join(directory, name);
  }
  throw new CommandError(
    `${folder}: no file named *15min*.csv or *15min*.csv.gz in it or in its elec-swiss-15min`,
  );
}

function headerColumns(line: string, file: string): number {
  const names = line.split(',').slice(1);
  const bad = names.find((name) => !/^"?w\d+_\d+"?$/.test(name));
  if (bad !== undefined || names.length === 0 || names.length % INTERVALS_PER_WEEK !== 0)
    throw new CommandError(
      `${file}: the header must be VID and then whole weeks of ${INTERVALS_PER_WEEK} columns wWW_III`,
    );
  return names.length;
}

function readHousehold(line: string, id: number, columns: number): HouseholdSeries | undefined {
  const cells = line.split(',');
  if (cells.length !== columns + 1) return undefined;
  const energy = new Float32Array(columns);
  let sum = 0;
  let largest = 0;
  let finest = 0;
  for (let k = 0; k < columns; k += 1) {
    const text = cells[k + 1] ?? '';
    const value = text === '' ? Number.NaN : Number(text);
    if (!(value >= 0)) return undefined;
    energy[k] = value;
    sum += value;
    largest = Math.max(largest, value);
    while (finest < QUANTA.length - 1 && !isMultiple(value, QUANTA[finest] ?? 1)) finest += 1;
  }
  const quantum = QUANTA[finest] ?? 0.001;
  const mean = (4 * sum) / columns;
  if (mean < LEAST_MEAN || mean > LARGEST_MEAN || 4 * largest > LARGEST_PEAK) return undefined;
  if (quantum > COARSEST_QUANTUM) return undefined;
  return { id, energy, quantum };
}

function isMultiple(value: number, quantum: number): boolean {
  return Math.abs(value / quantum - Math.round(value / quantum)) < 1e-6;
}
