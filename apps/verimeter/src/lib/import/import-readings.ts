import {
  type ReadingBatch,
  type ReadingStore,
  type WriteOutcomes,
  OUTCOME,
  createReadingBatch,
} from '@verimeter/reading-store';
import {
  type Pool,
  type PoolClient,
  addToLedger,
  addToQuarantine,
  ensureChannels,
  readChannels,
  readDevices,
  withTransaction,
} from '@verimeter/registry';
import { findQuantity, isIdentifier, sameUnit } from '@verimeter/telemetry';
import { PartitionDroppedError } from '@verimeter/timescale-store';
import type { CsvRow } from '../csv/record-splitter.ts';
import { countsOf, createAnswers } from './later-answers.ts';
import {
  type ImportMemory,
  type ImportPosition,
  ResumeError,
  type RowCounts,
} from './import-memory.ts';
import { type BatchAccount, createBatchAccount } from './reading-account.ts';
import {
  type ChannelDirectory,
  type ImportChannel,
  type ReadingProblem,
  type TimeReader,
  createChannelDirectory,
  createTimeReader,
  exportedFlags,
  judgeTime,
  parseValue,
} from './reading-rows.ts';
import { rowProblem } from './registry-rows.ts';
import type { RejectFile } from './rejects.ts';

/** Rows per transaction: large enough for COPY, small enough for flat memory (docs/decisions/0071). */
const BATCH_ROWS = 25_000;

export interface ReadingCounts {
  rows: number;
  stored: number;
  duplicate: number;
  conflicting: number;
}

export interface ReadingImportOptions {
  readonly pool: Pool;
  readonly store: ReadingStore<PoolClient>;
  readonly tenant: string;
  /** Names the file in ledger and quarantine. */
  readonly source: string;
  readonly rejects: RejectFile;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  /** Of a file that is imported again after it was cut off. */
  readonly memory?: ImportMemory | undefined;
  readonly onProgress?: ((counts: Readonly<ReadingCounts>) => void) | undefined;
}

/** One transaction's worth of rows. */
interface Pending {
  readonly batch: ReadingBatch;
  /** Channel of each row of the batch. */
  readonly channels: ImportChannel[];
  readonly newChannels: ImportChannel[];
  readonly account: BatchAccount;
  readonly receivedAtUs: number;
  rows: number;
}

/** Cells of a row, empty where the file does not have the column. */
interface Cells {
  readonly deviceId: string;
  readonly quantity: string;
  readonly ts: string;
  readonly value: string;
  readonly unit: string;
  /** Columns of an export. */
  readonly quality: string;
  readonly tsSource: string;
  readonly current: string;
}

const cell = (fields: readonly string[], position: number): string =>
  (fields[position] ?? '').trim();

/** Reads the cells of a row by the header's positions. */
function createCellReader(
  positions: ReadonlyMap<string, number>,
): (fields: readonly string[]) => Cells {
  const at = (name: string): number => positions.get(name) ?? -1;
  const [device, quantity, ts, value, unit] = [
    at('device_id'),
    at('quantity'),
    at('ts'),
    at('value'),
    at('unit'),
  ];
  const [quality, tsSource, current] = [at('quality'), at('ts_source'), at('current')];
  return (fields) => ({
    deviceId: cell(fields, device),
    quantity: cell(fields, quantity),
    ts: cell(fields, ts),
    value: cell(fields, value),
    unit: cell(fields, unit),
    quality: quality < 0 ? '' : cell(fields, quality),
    tsSource: tsSource < 0 ? '' : cell(fields, tsSource),
    current: current < 0 ? '' : cell(fields, current),
  });
}

/** Everything but the device is good and the unit is the catalogue's: the reading as a device would publish it. */
function nativeForm(
  cells: Cells,
  times: TimeReader,
  receivedAtUs: number,
): { quantity: string; tsUs: number; value: number } | undefined {
  const quantity = findQuantity(cells.quantity);
  const tsUs = times.parse(cells.ts);
  const value = parseValue(cells.value);
  if (quantity === undefined || !isIdentifier(cells.deviceId)) return undefined;
  if (typeof tsUs !== 'number' || typeof value !== 'number') return undefined;
  if (typeof judgeTime(tsUs, receivedAtUs) !== 'number') return undefined;
  if (cells.unit !== '' && !sameUnit(cells.unit, quantity.unit)) return undefined;
  return { quantity: quantity.name, tsUs, value };
}

/**
 * Imports readings in constant memory: while one batch is written, the next one is read. Each batch is one transaction
 * with its channels, conflicts, quarantine and ledger, so that an import that was cut off is simply repeated.
 */
export async function importReadings(
  header: readonly string[],
  positions: ReadonlyMap<string, number>,
  rows: AsyncIterable<readonly CsvRow[]>,
  options: ReadingImportOptions,
): Promise<ReadingCounts> {
  const { pool, tenant, rejects } = options;
  const directory = createChannelDirectory(
    (await readDevices(pool, tenant)).map((device) => device.deviceId),
    await readChannels(pool, tenant),
  );
  const read = createCellReader(positions);
  const times = createTimeReader();
  const done = options.memory?.from;
  const counts: ReadingCounts = {
    rows: 0,
    stored: done?.stored ?? 0,
    duplicate: done?.duplicate ?? 0,
    conflicting: done?.conflicting ?? 0,
  };
  let committed = done?.rows ?? 0;
  let pending = open(options);
  let writing: Promise<void> = Promise.resolve();
  const answers = createAnswers(options, (found, answered) => {
    counts.rows += answered;
    add(counts, found);
    options.onProgress?.(counts);
  });
  for (const batch of done?.batches ?? []) answers.expect(batch);

  try {
    await readAll();
  } finally {
    await writing.catch(() => undefined); // whatever went wrong: nothing is written behind the caller's back
  }
  await writing;
  await answers.all();
  await options.memory?.forget();
  return counts;

  async function readAll(): Promise<void> {
    for await (const part of rows)
      for (const row of part) {
        if (done !== undefined && counts.rows + pending.rows < done.rows) {
          pass(row, done);
          continue;
        }
        pending.rows += 1;
        const problem = addRow(row);
        if (problem !== undefined) rejects.add({ row, ...problem });
        if (pending.rows >= BATCH_ROWS) await flush();
      }
    if (done !== undefined && counts.rows < done.rows)
      throw new ResumeError('the file ends before the row at which it was cut off');
    await flush();
  }

  /**
   * A row that was committed before the file was cut off. Where some of those were rejected, each is judged again: it has to be in the
   * file of rejected rows once more, and one that is good by now has to be stored.
   */
  function pass(row: CsvRow, { rows: until, rejected }: ImportPosition): void {
    if (rejected > 0) {
      const problem = addRow(row);
      if (problem !== undefined) rejects.add({ row, ...problem });
    }
    counts.rows += 1;
    const complete = counts.rows === until;
    if (complete && rejects.count !== rejected)
      throw new ResumeError('other rows are rejected than when the file was cut off');
    if (!complete && counts.rows % BATCH_ROWS > 0) return;
    pending = open(options); // nothing of it is stored once more
    options.onProgress?.(counts);
  }

  function addRow(row: CsvRow): ReadingProblem | undefined {
    const broken = rowProblem(row, header.length);
    if (broken !== undefined || row.fields === undefined) {
      const problem: ReadingProblem = {
        reason: 'malformed',
        field: '',
        message: broken?.message ?? 'is no CSV record',
      };
      pending.account.reject({ row, problem, deviceId: '', registered: false });
      return problem;
    }
    const cells = read(row.fields);
    const problem = place(cells, directory, times, pending);
    if (problem === undefined) return undefined;
    const registered = directory.has(cells.deviceId);
    const native =
      problem.reason === 'unknown_device'
        ? nativeForm(cells, times, pending.receivedAtUs)
        : undefined;
    const deviceId = isIdentifier(cells.deviceId) ? cells.deviceId : '';
    pending.account.reject({
      row,
      problem,
      deviceId,
      registered,
      ...(native === undefined ? {} : { native }),
    });
    return problem;
  }

  async function flush(): Promise<void> {
    await writing; // one batch at a time, in the order of the file: the first value of an instant stays
    if (pending.rows === 0) return;
    pending.newChannels.push(...directory.takeNew());
    // A store that answers later is not run away from.
    await answers.few();
    writing = write(pending, rejects.count);
    // The next await of `writing` reports a failure; until then it must not count as unhandled.
    writing.catch(() => undefined);
    pending = open(options);
    await rejects.drained();
  }

  async function write(part: Pending, rejected: number): Promise<void> {
    const reached = { rows: committed + part.rows, rejected };
    const outcomes = await writeBatch(part, options, async (client, found) => {
      const later = options.store.pendingBatches;
      const batch = found.length > 0 ? later?.numberOf(found) : undefined;
      await options.memory?.remember(client, reached, batch ?? countsOf(found));
    });
    committed = reached.rows;
    answers.take(outcomes, part.rows);
  }
}

function open(options: ReadingImportOptions): Pending {
  const receivedAtUs = options.nowUs();
  return {
    batch: createReadingBatch(BATCH_ROWS),
    channels: [],
    newChannels: [],
    account: createBatchAccount({ tenant: options.tenant, file: options.source, receivedAtUs }),
    receivedAtUs,
    rows: 0,
  };
}

/** Puts a row into the batch, or says why it cannot be stored. */
function place(
  cells: Cells,
  directory: ChannelDirectory,
  times: TimeReader,
  { batch, channels, receivedAtUs }: Pending,
): ReadingProblem | undefined {
  const tsUs = times.parse(cells.ts);
  if (typeof tsUs !== 'number') return unlessUnknown(cells, directory) ?? tsUs;
  const future = judgeTime(tsUs, receivedAtUs);
  if (typeof future !== 'number') return unlessUnknown(cells, directory) ?? future;
  const flags = exportedFlags(cells);
  if (typeof flags !== 'number') return unlessUnknown(cells, directory) ?? flags;
  const value = parseValue(cells.value);
  if (typeof value !== 'number') return unlessUnknown(cells, directory) ?? value;
  // Last: only a row that is good otherwise may create a channel and fix its unit.
  const channel = directory.find(cells.deviceId, cells.quantity, cells.unit);
  if ('reason' in channel) return channel;
  const row = batch.length;
  channels.push(channel);
  batch.tsUs[row] = tsUs;
  batch.value[row] = value;
  batch.flags[row] = flags | future;
  batch.receivedAtUs[row] = receivedAtUs;
  batch.length = row + 1;
  return undefined;
}

/** A device that is not registered is the first thing to mend, whatever else is wrong with the row. */
function unlessUnknown(cells: Cells, directory: ChannelDirectory): ReadingProblem | undefined {
  return directory.has(cells.deviceId) ? undefined : directory.unknownDevice(cells.deviceId);
}

const keyOf = (channel: { readonly deviceId: string; readonly quantity: string }): string =>
  `${channel.deviceId}\n${channel.quantity}`;

/** Creates channels and sets their ids. Another sender may have fixed one in another unit in the meantime. */
async function createChannels(
  client: PoolClient,
  tenant: string,
  channels: readonly ImportChannel[],
): Promise<void> {
  const found = await ensureChannels(
    client,
    channels.map(({ deviceId, quantity, unit }) => ({ tenant, deviceId, quantity, unit })),
  );
  const byKey = new Map(found.map((channel) => [keyOf(channel), channel]));
  for (const channel of channels) {
    const stored = byKey.get(keyOf(channel));
    if (stored === undefined) continue;
    if (stored.unit !== channel.unit)
      throw new Error(
        `another sender has just fixed ${channel.quantity} of ${channel.deviceId} in ${stored.unit}, this file says ${channel.unit}; import the file again`,
      );
    channel.channelId = stored.channelId;
  }
}

/** Retention may drop the month of a reading just now: a second attempt makes it anew. */
async function writeBatch(
  pending: Pending,
  options: ReadingImportOptions,
  remember: (client: PoolClient, outcomes: WriteOutcomes) => Promise<void>,
): Promise<WriteOutcomes> {
  try {
    return await writeOnce(pending, options, remember);
  } catch (error) {
    if (!(error instanceof PartitionDroppedError)) throw error;
    return writeOnce(pending, options, remember);
  }
}

async function writeOnce(
  { batch, channels, newChannels, account }: Pending,
  options: ReadingImportOptions,
  remember: (client: PoolClient, outcomes: WriteOutcomes) => Promise<void>,
): Promise<WriteOutcomes> {
  const { pool, store, tenant } = options;
  return withTransaction(pool, async (client) => {
    await createChannels(client, tenant, newChannels);
    for (const [row, channel] of channels.entries()) {
      if (channel.channelId === undefined)
        throw new Error(`channel ${channel.quantity} of ${channel.deviceId} was not created`);
      batch.channelId[row] = channel.channelId;
    }
    const shares = store.answer === OUTCOME.pending ? account.shares(channels) : [];
    const result = await store.write(client, batch, { shares, awaited: true });
    account.settle(channels, result);
    await addToQuarantine(client, account.quarantine());
    await addToLedger(client, account.ledger());
    await remember(client, result);
    return result;
  });
}

function add(counts: Omit<ReadingCounts, 'rows'>, found: RowCounts): void {
  counts.stored += found.stored;
  counts.duplicate += found.duplicate;
  counts.conflicting += found.conflicting;
}
