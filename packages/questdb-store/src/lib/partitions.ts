import { HISTORY, type Month, monthNamed } from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import { QuestDbError } from './questdb-error.ts';
import { TABLE } from './readings-table.ts';

const DAY_US = 86_400e6;

export interface Partition extends Month {
  readonly table: string;
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly parquetBytes: number;
}

/** Days and, of history, months, by time. */
export async function readPartitions(http: QuestDbHttp): Promise<Partition[]> {
  const partitions: Partition[] = [];
  for (const table of [TABLE, HISTORY]) {
    // oxlint-disable-next-line no-await-in-loop -- what moves may be in both
    const rows = await http.query(
      `SELECT name, numRows, diskSize, isParquet, parquetFileSize FROM table_partitions('${table}') WHERE attached AND numRows > 0`,
    );
    for (const [name, count, bytes, isParquet, parquetBytes] of rows)
      partitions.push({
        table,
        name: String(name),
        ...(table === HISTORY ? monthNamed(String(name)) : dayNamed(String(name))),
        rows: Number(count),
        bytes: Math.max(0, Number(bytes)),
        parquetBytes: isParquet === true ? Number(parquetBytes) : 0,
      });
  }
  return partitions.toSorted((a, b) => a.fromUs - b.fromUs);
}

/** Day partitions are named by their day (UTC). */
function dayNamed(name: string): Month {
  const fromUs = Date.parse(`${name.slice(0, 10)}T00:00:00Z`) * 1000;
  if (Number.isNaN(fromUs))
    throw new QuestDbError(`QuestDB has a partition ${name}, which is no day`);
  return { fromUs, untilUs: fromUs + DAY_US };
}
