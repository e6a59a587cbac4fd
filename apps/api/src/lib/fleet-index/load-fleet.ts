import type { PoolClient } from '@verimeter/registry';
import { to as copyTo } from 'pg-copy-streams';
import { FleetIndex } from './fleet-index.ts';
import { ALL_ROWS, parseFleetRow } from './fleet-rows.ts';
import { FleetTable } from './fleet-table.ts';

const NEWLINE = 10;
/** The longest that a timer can wait. */
const NEVER_MS = 2 ** 31 - 1;

/** The whole fleet of the client's tenant. `expected`: about how many rows. */
export async function loadFleet(client: PoolClient, expected: number): Promise<FleetIndex> {
  const table = new FleetTable(expected);
  // pg puts its query timeout into `callback`, which pg-copy-streams 7.0.0 neither has nor calls for COPY TO.
  const query = Object.assign(copyTo(`COPY (${ALL_ROWS}) TO STDOUT`), {
    callback: () => undefined,
    query_timeout: NEVER_MS,
  });
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of client.query(query) as AsyncIterable<Buffer>)
      rest = readLines(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), table);
  } finally {
    query.callback();
  }
  table.loaded();
  const index = new FleetIndex(table);
  await index.sortAll();
  return index;
}

/** Takes the whole lines; returns what is left. */
function readLines(bytes: Buffer, table: FleetTable): Buffer {
  const end = bytes.lastIndexOf(NEWLINE);
  if (end >= 0)
    for (const line of bytes.toString('utf8', 0, end).split('\n')) table.load(parseFleetRow(line));
  return bytes.subarray(end + 1);
}
