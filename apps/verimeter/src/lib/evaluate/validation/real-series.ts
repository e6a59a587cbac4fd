import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { ChannelFacts } from '@verimeter/telemetry';
import { CommandError } from '../../arguments.ts';
import type { Half } from '../series-folder.ts';

/** A channel made of a real series. */
export interface RealChannel {
  readonly set: string;
  readonly facts: ChannelFacts;
  readonly tsUs: Float64Array;
  readonly value: Float64Array;
  /** Falls of the register, as they are in the file. */
  readonly falls: number;
}

type Lines = AsyncIterable<readonly string[]>;

/** Sets are read where they are; a folder has at least one of them. */
export async function* readRealSeries(folder: string, half: Half): AsyncGenerator<RealChannel> {
  let found = 0;
  for (const set of SETS) {
    // oxlint-disable-next-line no-await-in-loop -- one file in memory at a time
    for (const file of await filesOf(path.join(folder, set.folder), set.name)) {
      let index = 0;
      // oxlint-disable-next-line no-await-in-loop
      for (const channel of await set.read(linesOf(file, set.separator))) {
        if ((index++ % 2 === 0) === (half === 'tune')) {
          found++;
          yield channel;
        }
      }
    }
  }
  if (found === 0)
    throw new CommandError(
      `${folder}: none of ${SETS.map((set) => `${set.folder}/${set.name.source}`).join(', ')} is in it`,
    );
}

async function filesOf(folder: string, name: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((entry) => name.test(entry))
    .toSorted()
    .map((entry) => path.join(folder, entry));
}

async function* linesOf(file: string, separator: string): Lines {
  const input = createReadStream(file);
  const text = file.endsWith('.gz') ? input.pipe(createGunzip()) : input;
  for await (const line of createInterface({ input: text, crlfDelay: Infinity }))
    if (line !== '') yield line.split(separator);
}

interface RealSet {
  readonly folder: string;
  readonly name: RegExp;
  readonly separator: string;
  readonly read: (lines: Lines) => Promise<RealChannel[]>;
}

const QUARTER_US = 900e6;
const HOUR_US = 3600e6;
/** A Monday; the series say week and interval only. */
const MONDAY_US = Date.UTC(2019, 9, 28) * 1000;
/** Where a made register begins. */
const START = 1000;

const ENERGY: Omit<ChannelFacts, 'maximumRate'> = {
  quantity: 'active_energy_import',
  kind: 'register',
  unit: 'kW.h',
};
const WATER: ChannelFacts = {
  quantity: 'water_volume',
  kind: 'register',
  unit: 'm3',
  // Q3 2.5 m3/h: the usual size of a home
  maximumRate: 5,
};
/** 3 x 63 A at 253 V, kW. */
const HOME_RATE = 47.8;

/** A register that counts amounts given per interval; NaN amounts are intervals without reading at their end. */
function counted(
  set: string,
  facts: ChannelFacts,
  amounts: readonly number[],
  startUs: number,
  stepUs: number,
): RealChannel {
  const tsUs: number[] = [startUs];
  const value: number[] = [START];
  let total = START;
  let falls = 0;
  for (const [k, amount] of amounts.entries()) {
    if (Number.isNaN(amount)) continue;
    if (amount < 0) falls++;
    total = Math.round((total + amount) * 1e6) / 1e6;
    tsUs.push(startUs + (k + 1) * stepUs);
    value.push(total);
  }
  return { set, facts, tsUs: Float64Array.from(tsUs), value: Float64Array.from(value), falls };
}

async function households(lines: Lines): Promise<RealChannel[]> {
  const channels: RealChannel[] = [];
  let isHeader = true;
  for await (const cells of lines) {
    if (!isHeader)
      channels.push(
        counted(
          'electricity 15 min',
          { ...ENERGY, maximumRate: HOME_RATE },
          cells.slice(1).map(Number),
          MONDAY_US,
          QUARTER_US,
        ),
      );
    isHeader = false;
  }
  return channels;
}

/** Columns of a table with one column of times. */
async function columnsOf(
  lines: Lines,
): Promise<{ readonly times: string[]; readonly columns: Map<string, number[]> }> {
  const times: string[] = [];
  let names: readonly string[] | undefined;
  const columns = new Map<string, number[]>();
  for await (const cells of lines) {
    if (names === undefined) {
      names = cells.slice(1);
      for (const name of names) columns.set(name, []);
      continue;
    }
    times.push(cells[0] ?? '');
    for (const [k, name] of names.entries()) {
      const text = cells[k + 1] ?? '';
      columns.get(name)?.push(text === '' ? Number.NaN : Number(text));
    }
  }
  return { times, columns };
}

/** Litres per hour. */
async function waterHours(lines: Lines): Promise<RealChannel[]> {
  const { times, columns } = await columnsOf(lines);
  const startUs = Date.parse(`${(times[0] ?? '').replace(' ', 'T')}Z`) * 1000;
  return [...columns.values()].map((litres) =>
    counted(
      'water hourly',
      WATER,
      litres.map((litre) => litre / 1000),
      startUs,
      HOUR_US,
    ),
  );
}

const dayFirst = (text: string): number => {
  const [, day, month, year, time = ''] = /^(\d\d)\/(\d\d)\/(\d{4}) (.+)$/.exec(text) ?? [];
  const full = time.length === 5 ? `${time}:00` : time;
  return Date.parse(`${year}-${month}-${day}T${full}Z`) * 1000;
};

/** Registers in litres at their own times. */
async function waterRegisters(lines: Lines): Promise<RealChannel[]> {
  const byUser = new Map<string, Map<number, number>>();
  for await (const [user = '', time = '', register = ''] of lines) {
    const atUs = dayFirst(time);
    if (Number.isNaN(atUs)) continue;
    const readings = byUser.get(user) ?? new Map<number, number>();
    byUser.set(user, readings);
    // the first one stays, as in the store
    if (!readings.has(atUs)) readings.set(atUs, Number(register) / 1000);
  }
  return [...byUser.values()].map((readings) => {
    const rows = [...readings].toSorted(([a], [b]) => a - b);
    const value = Float64Array.from(rows, ([, litres]) => litres);
    return {
      set: 'water registers',
      facts: WATER,
      tsUs: Float64Array.from(rows, ([atUs]) => atUs),
      value,
      falls: value.filter((one, k) => k > 0 && one < (value[k - 1] ?? 0)).length,
    };
  });
}

/** Net inflow, L/s, as a register of the district's meter. */
async function districts(lines: Lines): Promise<RealChannel[]> {
  const { times, columns } = await columnsOf(lines);
  const startUs = dayFirst(times[0] ?? '');
  return [...columns.values()].map((flow) =>
    counted(
      'district inflow',
      { ...WATER, maximumRate: undefined },
      flow.map((litres) => Math.round(litres * 3600) / 1000),
      startUs,
      HOUR_US,
    ),
  );
}

const instants = (
  set: string,
  of: { readonly quantity: string; readonly unit: string },
  times: readonly number[],
  values: readonly number[],
): RealChannel => {
  const kept = values.flatMap((value, k) => (Number.isNaN(value) ? [] : [k]));
  return {
    set,
    facts: { ...of, kind: 'instant' },
    tsUs: Float64Array.from(kept, (k) => times[k] ?? 0),
    value: Float64Array.from(kept, (k) => values[k] ?? 0),
    falls: 0,
  };
};

const UCI = new Map([
  ['CO(GT)', { quantity: 'co', unit: 'mg/m3' }],
  ['NO2(GT)', { quantity: 'no2', unit: 'ug/m3' }],
  ['T', { quantity: 'temperature', unit: 'Cel' }],
  ['RH', { quantity: 'humidity', unit: '%' }],
]);

/** What this set writes where its instruments had no value; copies of it leave the cell empty. */
const NO_VALUE = -200;

async function roadside(lines: Lines): Promise<RealChannel[]> {
  const { times, columns } = await columnsOf(lines);
  const instantsUs = times.map(dayFirst);
  return [...UCI].map(([name, of]) =>
    instants(
      'roadside station',
      of,
      instantsUs,
      (columns.get(name) ?? []).map((value) => (Number.isNaN(value) ? NO_VALUE : value)),
    ),
  );
}

const BEIJING = new Map([
  ['PM2.5', { quantity: 'pm2_5', unit: 'ug/m3' }],
  ['PM10', { quantity: 'pm10', unit: 'ug/m3' }],
  ['SO2', { quantity: 'so2', unit: 'ug/m3' }],
  ['NO2', { quantity: 'no2', unit: 'ug/m3' }],
  ['CO', { quantity: 'co', unit: 'ug/m3' }],
  ['O3', { quantity: 'o3', unit: 'ug/m3' }],
  ['TEMP', { quantity: 'temperature', unit: 'Cel' }],
  ['PRES', { quantity: 'pressure', unit: 'hPa' }],
]);

async function stations(lines: Lines): Promise<RealChannel[]> {
  let names: readonly string[] = [];
  const times: number[] = [];
  const columns = new Map<string, number[]>();
  for await (const cells of lines) {
    if (names.length === 0) {
      names = cells;
      continue;
    }
    const [year = 0, month = 0, day = 0, hour = 0] = cells.slice(0, 4).map(Number);
    times.push(Date.UTC(year, month - 1, day, hour) * 1000);
    for (const name of BEIJING.keys()) {
      const text = cells[names.indexOf(name)] ?? '';
      const column = columns.get(name) ?? [];
      columns.set(name, column);
      column.push(text === '' || text === 'NA' ? Number.NaN : Number(text));
    }
  }
  return [...BEIJING].map(([name, of]) =>
    instants('regulatory station', of, times, columns.get(name) ?? []),
  );
}

const SETS: readonly RealSet[] = [
  { folder: 'elec-swiss-15min', name: /15min.*\.csv(\.gz)?$/, separator: ',', read: households },
  {
    folder: 'water-daiad-hourly',
    name: /^hourly.*\.csv(\.gz)?$/,
    separator: ',',
    read: waterHours,
  },
  {
    folder: 'water-daiad-hourly',
    name: /^raw_registers.*\.csv(\.gz)?$/,
    separator: ';',
    read: waterRegisters,
  },
  { folder: 'water-dma-bwdf', name: /^inflow.*\.csv(\.gz)?$/, separator: ',', read: districts },
  {
    folder: 'env-uci-airquality',
    name: /^air_quality.*\.csv(\.gz)?$/,
    separator: ',',
    read: roadside,
  },
  { folder: 'env-beijing-hourly', name: /\.csv(\.gz)?$/, separator: ',', read: stations },
];
