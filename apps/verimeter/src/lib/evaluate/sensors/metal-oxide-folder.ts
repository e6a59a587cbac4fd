import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { fitWeightedLeastSquares } from '@verimeter/statistics';
import { CommandError } from '../../arguments.ts';

/** One device of metal-oxide elements beside an analyser, hourly; NaN where missing. */
export interface MetalOxide {
  readonly startUs: number;
  readonly count: number;
  /** By quantity: what the element says, calibrated on its first days, and what the analyser says. */
  readonly pairs: Readonly<
    Record<string, { readonly sensor: Float64Array; readonly reference: Float64Array }>
  >;
  readonly temperature: Float64Array;
  readonly humidity: Float64Array;
}

const HOUR_US = 3_600_000_000;
/** Local winter time of the place is UTC+1. */
const ZONE_HOURS = 1;
const CALIBRATION_DAYS = 60;
const MISSING = -200;
const PAIRS: Readonly<Record<string, readonly [element: string, analyser: string]>> = {
  co: ['PT08.S1(CO)', 'CO(GT)'],
  no2: ['PT08.S4(NO2)', 'NO2(GT)'],
};

/**
 * Reads the Air Quality series of UCI (De Vito et al., 2008) from a folder: `Datetime` in local time (dd/mm/yyyy hh:mm:ss), resistances of
 * five elements, an analyser (GT), `T`, `RH`; blank or -200 where missing. As a user would, each element is calibrated linearly, with
 * temperature and humidity, against the analyser over its first 60 days, and never again.
 */
export async function readMetalOxideFolder(folder: string): Promise<MetalOxide> {
  const file = await findFile(folder);
  const input = createReadStream(file);
  const lines = createInterface({
    input: file.endsWith('.gz') ? input.pipe(createGunzip()) : input,
    crlfDelay: Infinity,
  });
  const rows: string[][] = [];
  for await (const line of lines) if (line.trim() !== '') rows.push(line.split(','));
  const [header, ...hours] = rows;
  const column = (name: string): Float64Array => {
    const index = header?.indexOf(name) ?? -1;
    if (index === -1) throw new CommandError(`${file}: no column ${name}`);
    return Float64Array.from(hours, (cells) => numberOf(cells[index]));
  };
  const [temperature, humidity] = [column('T'), column('RH')];
  const pairs: Record<string, { sensor: Float64Array; reference: Float64Array }> = {};
  for (const [quantity, [element, analyser]] of Object.entries(PAIRS)) {
    const reference = column(analyser);
    const sensor = calibrated(column(element), reference, [temperature, humidity]);
    pairs[quantity] = { sensor, reference };
  }
  return {
    startUs: instantOf(hours[0]?.[0] ?? '', file),
    count: hours.length,
    pairs,
    temperature,
    humidity,
  };
}

async function findFile(folder: string): Promise<string> {
  for (const directory of [path.join(folder, 'env-uci-airquality'), folder]) {
    // oxlint-disable-next-line no-await-in-loop
    const names = await readdir(directory).catch((): string[] => []);
    const name = names.toSorted().find((entry) => /air_?quality.*\.csv(\.gz)?$/i.test(entry));
    if (name !== undefined) return path.join(directory, name);
  }
  throw new CommandError(
    `${folder}: no file *air_quality*.csv or .csv.gz in it or in its env-uci-airquality`,
  );
}

function numberOf(text: string | undefined): number {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return value === MISSING ? Number.NaN : value;
}

function instantOf(text: string, file: string): number {
  const match = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):/.exec(text);
  if (match === null) throw new CommandError(`${file}: not dd/mm/yyyy hh:mm:ss: ${text}`);
  const [day, month, year, hour] = match.slice(1).map(Number);
  const ms = Date.UTC(year ?? 0, (month ?? 1) - 1, day, (hour ?? 0) - ZONE_HOURS);
  return Math.round((1000 * ms) / HOUR_US) * HOUR_US;
}

/** Zeros where values are missing: their weight is nothing. */
function whole(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isNaN(value) ? 0 : value));
}

/** Values of an element in the unit of the analyser, by the plane that fits the first days best. */
function calibrated(
  element: Float64Array,
  analyser: Float64Array,
  weather: readonly [Float64Array, Float64Array],
): Float64Array {
  const constant = new Float64Array(element.length).fill(1);
  const columns = [constant, element, ...weather];
  const finite = (k: number): boolean => columns.every((values) => !Number.isNaN(values[k]));
  const early = 24 * CALIBRATION_DAYS;
  const used = (_: number, k: number): number =>
    k < early && finite(k) && !Number.isNaN(analyser[k]) ? 1 : 0;
  const fit = fitWeightedLeastSquares(columns.map(whole), whole(analyser), element.map(used));
  if (fit === undefined) throw new CommandError('no day on which element and analyser both report');
  return element.map((_, k) => {
    if (!finite(k)) return Number.NaN;
    let value = 0;
    columns.forEach((values, position) => {
      value += (fit.coefficients[position] ?? 0) * (values[k] ?? 0);
    });
    return value;
  });
}
