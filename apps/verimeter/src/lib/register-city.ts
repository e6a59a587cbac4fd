import path from 'node:path';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Pool } from '@verimeter/registry';
import { CITY_ZONE, type CityTables } from '@verimeter/simulator';
import type { Environment } from '../config.ts';
import { csvLine } from './csv/write-csv.ts';
import { importFile } from './import/import-file.ts';

type TableRow = CityTables[keyof CityTables][number];

async function* csvBytes(rows: readonly TableRow[]): AsyncGenerator<Buffer> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  yield Buffer.from(csvLine(columns));
  for (const row of rows) {
    const cells = new Map<string, string>(Object.entries(row));
    yield Buffer.from(csvLine(columns.map((column) => cells.get(column) ?? '')));
  }
}

/** Of the tenant of a city: its people live by their own clock, and what is told by local days is told by theirs. */
export const zoneOfCity = ({ zone, zoneGiven }: Pick<Environment, 'zone' | 'zoneGiven'>): string =>
  zoneGiven ? zone : CITY_ZONE;

/** Registers the city's devices, groups and members the way a utility would: through the import of files. */
export async function registerCity(
  pool: Pool,
  tables: CityTables,
  options: {
    readonly store: ReadingStore;
    readonly tenant: string;
    readonly zone: string;
    readonly directory: string;
  },
): Promise<number> {
  for (const kind of ['devices', 'groups', 'members'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- members name devices and groups
    const result = await importFile(kind, csvBytes(tables[kind]), {
      pool,
      store: options.store,
      tenant: options.tenant,
      zone: options.zone,
      fileName: `city ${kind}`,
      rejectedPath: path.join(options.directory, `city-${kind}.rejected.csv`),
      nowUs: () => Date.now() * 1000,
    });
    if (result.rejected > 0)
      throw new Error(
        `${result.rejected} ${kind} of the city were rejected: ${result.rejected_file ?? ''}`,
      );
  }
  return tables.devices.length;
}
