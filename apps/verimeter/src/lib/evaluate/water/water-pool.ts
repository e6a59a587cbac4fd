import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { HOURS_PER_WEEK, type WaterHomeSeries } from '@verimeter/simulator';
import { CommandError } from '../../arguments.ts';
import type { Half } from '../series-folder.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A home may stand so many times in one district, each time with other weeks. */
export const USES_PER_DISTRICT = 3;

/**
 * Reads a folder with one CSV file (also .gz): a header `hour_start,…` and a row per hour with the litres of each home. Homes by their
 * column: every second one is for tuning, the others for reporting. Whole weeks from the first Monday on.
 */
export async function readWaterPool(folder: string, half: Half): Promise<WaterHomeSeries[]> {
  const file = await findFile(folder);
  const bytes = await readFile(file);
  const text = (file.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes).toString('utf8');
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const homes = header.split(',').length - 1;
  if (!header.startsWith('hour_start,') || homes < 1)
    throw new CommandError(`${file}: the header must be hour_start and then a column per home`);
  const times = lines.map((line) => Date.parse(`${line.slice(0, 19).replace(' ', 'T')}Z`));
  const first = times.findIndex((at) => new Date(at).getUTCDay() === 1 && at % DAY_MS === 0);
  const uneven = times.findIndex((at, k) => k > 0 && at - (times[k - 1] ?? 0) !== HOUR_MS);
  if (first < 0 || uneven >= 0)
    throw new CommandError(
      `${file} line ${uneven < 0 ? 2 : uneven + 2}: hour_start must be every full hour, YYYY-MM-DD hh:mm:ss, with a Monday among them`,
    );
  const hours = Math.floor((lines.length - first) / HOURS_PER_WEEK) * HOURS_PER_WEEK;
  const series = Array.from({ length: homes }, () => new Float32Array(hours));
  for (let k = 0; k < hours; k += 1) {
    const cells = (lines[first + k] ?? '').split(',');
    for (let home = 0; home < homes; home += 1) {
      const litres = Number(cells[home + 1]);
      const own = series[home];
      if (!(litres >= 0) || own === undefined)
        throw new CommandError(
          `${file} line ${first + k + 2}: home ${home + 1} has no number of litres`,
        );
      own[k] = litres;
    }
  }
  return series.flatMap((litres, id) =>
    (id % 2 === 0) === (half === 'tune') ? [{ id, litres }] : [],
  );
}

async function findFile(folder: string): Promise<string> {
  const inside = path.join(folder, 'water-daiad-hourly');
  for (const directory of [folder, inside]) {
    // oxlint-disable-next-line no-await-in-loop
    const names = await readdir(directory).catch((): string[] => []);
    const name = names.toSorted().find((entry) => /hourly.*litres.*\.csv(\.gz)?$/.test(entry));
    if (name !== undefined) return path.join(directory, name);
  }
  throw new CommandError(
    `${folder}: no file named *hourly*litres*.csv or .csv.gz in it or in its water-daiad-hourly`,
  );
}
