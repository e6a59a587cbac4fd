import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { AirQuantity } from '@verimeter/simulator';
import { CommandError } from '../../arguments.ts';
import type { Stations } from './stations-trial.ts';

/** Earlier years are for tuning, later ones for reporting. */
export type YearsHalf = 'tune' | 'report';

const HOUR_US = 3_600_000_000;
/** Local time of the stations is UTC+8. */
const ZONE_HOURS = 8;
const COLUMNS: Readonly<Partial<Record<string, AirQuantity>>> = {
  'PM2.5': 'pm2_5',
  PM10: 'pm10',
  NO2: 'no2',
  O3: 'o3',
  TEMP: 'temperature',
  PRES: 'pressure',
};

/**
 * Reads a folder with one CSV file (also .gz) per station: `year,month,day,hour` in local time, then columns of which `PM2.5`, `PM10`,
 * `NO2`, `O3` (ug/m3), `TEMP`, `DEWP` (Cel) and `PRES` (hPa) are used; hourly, without holes, all of the same length.
 */
export async function readStationsFolder(folder: string, half: YearsHalf): Promise<Stations> {
  const directory = await findDirectory(folder);
  const names = (await readdir(directory)).filter((name) => /\.csv(\.gz)?$/.test(name)).toSorted();
  const read = await Promise.all(names.map((name) => readStation(path.join(directory, name))));
  const [first] = read;
  if (first === undefined) throw new CommandError(`${directory}: no station in it`);
  const bad = read.findIndex(
    ({ startUs, count }) => startUs !== first.startUs || count !== first.count,
  );
  if (bad !== -1)
    throw new CommandError(
      `${names[bad] ?? ''}: does not cover the hours of ${names[0] ?? ''}; all stations must`,
    );
  const middle = Math.floor(first.count / 2);
  const [from, to] = half === 'tune' ? [0, middle] : [middle, first.count];
  return {
    startUs: first.startUs + from * HOUR_US,
    count: to - from,
    stations: read.map(({ quantities }, index) => ({
      name: (names[index] ?? '').replace(/\.csv(\.gz)?$/, ''),
      quantities: Object.fromEntries(
        Object.entries(quantities).map(([name, values]) => [name, values.slice(from, to)]),
      ),
    })),
  };
}

async function findDirectory(folder: string): Promise<string> {
  const inside = path.join(folder, 'env-beijing-hourly');
  for (const directory of [inside, folder]) {
    // oxlint-disable-next-line no-await-in-loop
    const names = await readdir(directory).catch((): string[] => []);
    if (names.some((name) => /\.csv(\.gz)?$/.test(name))) return directory;
  }
  throw new CommandError(
    `${folder}: no *.csv or *.csv.gz of stations in it or in its env-beijing-hourly`,
  );
}

interface ReadStation {
  readonly startUs: number;
  readonly count: number;
  readonly quantities: Readonly<Record<string, Float64Array>>;
}

async function readStation(file: string): Promise<ReadStation> {
  const input = createReadStream(file);
  const lines = createInterface({
    input: file.endsWith('.gz') ? input.pipe(createGunzip()) : input,
    crlfDelay: Infinity,
  });
  const rows: string[][] = [];
  for await (const line of lines) if (line !== '') rows.push(line.split(','));
  const [header, ...hours] = rows;
  const column = (name: string): number => header?.indexOf(name) ?? -1;
  const [firstHour] = hours;
  if (firstHour === undefined || column('year') === -1)
    throw new CommandError(`${file}: the header must begin with year,month,day,hour`);
  const part = (name: string): number => Number(firstHour[column(name)]);
  const startUs =
    1000 * Date.UTC(part('year'), part('month') - 1, part('day'), part('hour') - ZONE_HOURS);
  const values = (name: string): Float64Array => {
    const index = column(name);
    return Float64Array.from(hours, (cells) => numberOf(cells[index]));
  };
  const quantities: Record<string, Float64Array> = {};
  for (const [name, quantity] of Object.entries(COLUMNS))
    if (quantity !== undefined && column(name) !== -1) quantities[quantity] = values(name);
  if (column('TEMP') !== -1 && column('DEWP') !== -1)
    quantities['humidity'] = humidity(values('TEMP'), values('DEWP'));
  return { startUs, count: hours.length, quantities };
}

function numberOf(text: string | undefined): number {
  return text === undefined || text === '' || text === 'NA' ? Number.NaN : Number(text);
}

/** % by the Magnus formula. */
function humidity(temperature: Float64Array, dewPoint: Float64Array): Float64Array {
  return temperature.map((t, k) =>
    Math.min(100, 100 * Math.exp(magnus(dewPoint[k] ?? Number.NaN) - magnus(t))),
  );
}

function magnus(celsius: number): number {
  return (17.625 * celsius) / (243.04 + celsius);
}
