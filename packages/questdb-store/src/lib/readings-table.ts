import { FLAG } from '@verimeter/telemetry';
import { CREATE_HISTORY } from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import { QuestDbError } from './questdb-error.ts';

export const TABLE = 'readings';

/** Receive times are whole seconds from here on, in 32 bits: to 2068. A multiple of an hour. */
export const RECEIVED_EPOCH_S = Date.UTC(2000, 0, 1) / 1000;

export const receivedSeconds = (us: number): number => Math.floor(us / 1e6) - RECEIVED_EPOCH_S;
export const receivedUs = (seconds: number): number => (seconds + RECEIVED_EPOCH_S) * 1e6;

/**
 * The value is part of the key: what is sent again is absorbed, and whatever is sent, nothing that is there is overwritten. Partitions
 * are days, and the id of the channel is an indexed symbol (docs/decisions/0116); an index block is a third of the quarter-hours of a day.
 */
const CREATE = `
  CREATE TABLE IF NOT EXISTS ${TABLE} (
    ts TIMESTAMP, channel SYMBOL CAPACITY 65536 INDEX CAPACITY 32, value DOUBLE, flags SHORT, received INT
  ) TIMESTAMP(ts) PARTITION BY DAY WAL DEDUP UPSERT KEYS(ts, channel, value)`;

async function createTables(http: QuestDbHttp): Promise<void> {
  await http.query(CREATE);
  await http.query(CREATE_HISTORY);
}

/** Remembers that both tables are there; the first one who asks makes them. */
export function createTableOnce(http: QuestDbHttp): () => Promise<void> {
  let made: Promise<void> | undefined;
  return () => {
    made ??= createTables(http).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

export interface WalState {
  /** Last transaction that was accepted, and last one that readers see. */
  readonly accepted: number;
  readonly applied: number;
  readonly suspended: boolean;
}

export async function readWalState(
  http: QuestDbHttp,
  timeoutMs?: number,
  table = TABLE,
): Promise<WalState> {
  const [row] = await http.query(
    `SELECT sequencerTxn, writerTxn, suspended FROM wal_tables() WHERE name = '${table}'`,
    timeoutMs,
  );
  if (row === undefined) throw new QuestDbError(`QuestDB has no table ${table}`);
  const [accepted, applied, suspended] = row;
  return { accepted: Number(accepted), applied: Number(applied), suspended: suspended === true };
}

/** @throws QuestDbError where nothing that is sent will be shown until somebody acts. */
export function checkWal({ suspended, applied }: WalState, table = TABLE): void {
  if (suspended)
    throw new QuestDbError(
      `QuestDB has suspended the table ${table} after transaction ${applied} (disk full?): see its log, mend the cause, then run in its console: ALTER TABLE ${table} RESUME WAL`,
    );
}

/** `sync`: what QuestDB has accepted survives a power loss; otherwise it survives the end of its process only. */
export async function readCommitMode(http: QuestDbHttp): Promise<string> {
  const [row] = await http.query(
    `SELECT value FROM (SHOW PARAMETERS) WHERE property_path = 'cairo.commit.mode'`,
  );
  const mode = row?.[0];
  return typeof mode === 'string' ? mode : 'unknown';
}

/** Of readings that were not ahead of their arrival. */
export const NOT_FUTURE = `(flags & ${FLAG.future}) = 0`;

/** A literal of microseconds since 1970. */
export const instant = (us: number): string => {
  if (!Number.isSafeInteger(us)) throw new RangeError(`${us} is no whole number of microseconds`);
  return `cast(${us} AS timestamp)`;
};

/** A condition for some channels. SQL of QuestDB over HTTP has no parameters: everything inserted is a checked integer. */
export function channelIn(channelIds: readonly number[]): string {
  if (!channelIds.every(Number.isSafeInteger))
    throw new RangeError('a channel id is a whole number');
  return `channel IN (${channelIds.map((id) => `'${id}'`).join(',')})`;
}

/** As many channels as one statement names: an address has at most 64 KiB. */
export const CHANNELS_AT_A_TIME = 1000;

export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let k = 0; k < items.length; k += size) chunks.push(items.slice(k, k + size));
  return chunks;
}
