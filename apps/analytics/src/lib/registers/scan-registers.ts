import type { ReadingStore } from '@verimeter/reading-store';
import {
  type Channel,
  channelsWithEvents,
  type FoundRegisterEvents,
  type Pool,
  readChannelsOf,
  readRegisterScan,
  type RegisterScan,
  replaceRegisterEvents,
  writeRegisterScan,
} from '@verimeter/registry';
import {
  EARLIEST_TS_US,
  QUANTITIES,
  type RegisterEvent,
  watchRegister,
} from '@verimeter/telemetry';
import pg from 'pg';
import { databaseNow } from '../night/night-frame.ts';
import { allArrivals, isSweepDue, recentArrivals } from '../arrivals-since.ts';
import { withTenantLock } from '../tenant-lock.ts';

const REGISTERS = QUANTITIES.flatMap(({ name, kind }) => (kind === 'register' ? name : []));
/** Years of readings of so many channels are looked through within the time that a statement may take. */
const CHANNELS_AT_A_TIME = 50;
/** PostgreSQL's code of a statement that took too long. */
const QUERY_CANCELED = '57014';
/** Unsteady registers of which the readings are looked at together. */
const SERIES_AT_A_TIME = 20;
/** A rise beyond this per hour may be a jump: that of a register of which nothing is known (docs/decisions/0096). */
const MOST_PER_HOUR = 100;
const DAY_US = 86_400e6;
/** A register with an event so long ago is looked at with each new reading: it may come back to where it was. */
const FRESH_US = 7 * DAY_US;

export interface ScanOptions {
  /** Acts as verimeter_service. */
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks through what a tenant's registers showed since the last look, and makes their events those that the readings say. Channels that
 * simply counted up are told by the database; of the others all readings are looked at, so that it does not matter in which order and
 * batches they came.
 */
export async function scanRegisters(options: ScanOptions): Promise<void> {
  const { pool, tenant } = options;
  await withTenantLock(pool, { name: 'registers', tenant }, options.signal, async () => {
    const last = await readRegisterScan(pool, tenant);
    if (last === undefined || last.nextChannel !== undefined) await scanFirst(options, last);
    if (last !== undefined && options.signal?.aborted !== true) await scanSince(options, last);
  });
}

/** Whether all of a tenant's registers were looked through once. */
export async function wereScanned(pool: Pool, tenant: string): Promise<boolean> {
  const last = await readRegisterScan(pool, tenant);
  return last !== undefined && last.nextChannel === undefined;
}

/** A look at everything that is shown. */
async function beginScan({ pool, store }: ScanOptions): Promise<RegisterScan> {
  const markUs = await databaseNow(pool);
  const shown = await store.shown();
  return { markUs, shown, swept: { readUs: markUs, shown }, nextChannel: undefined };
}

/** All channels, page by page: a look that was interrupted goes on where it was. */
async function scanFirst(options: ScanOptions, last: RegisterScan | undefined): Promise<void> {
  const { pool, tenant, signal } = options;
  const begun = last ?? (await beginScan(options));
  let fromId = last?.nextChannel ?? 0;
  for (;;) {
    if (signal?.aborted === true) return;
    // oxlint-disable-next-line no-await-in-loop -- one page of channels in memory at a time
    const channels = await readChannelsOf(pool, tenant, REGISTERS, {
      fromId,
      limit: CHANNELS_AT_A_TIME,
    });
    // oxlint-disable-next-line no-await-in-loop
    await scanChannels(options, begun.markUs, channels, () => EARLIEST_TS_US);
    const lastId = channels.at(-1)?.channelId;
    const isDone = lastId === undefined || channels.length < CHANNELS_AT_A_TIME;
    const nextChannel = isDone ? undefined : lastId + 1;
    // oxlint-disable-next-line no-await-in-loop
    await writeRegisterScan(pool, tenant, { ...begun, nextChannel });
    if (nextChannel === undefined) return;
    fromId = nextChannel;
  }
}

/** Channels with readings that are shown since the last look. */
async function scanSince(options: ScanOptions, last: RegisterScan): Promise<void> {
  const { pool, store, tenant, signal } = options;
  const begun = await beginScan(options);
  const isSweep = isSweepDue(begun.markUs, last.swept);
  const mark = { readUs: last.markUs, shown: last.shown };
  const arrivals = await store
    .lateArrivals(tenant, {
      ...(isSweep ? allArrivals(last.swept ?? mark) : recentArrivals(mark)),
      fromUs: EARLIEST_TS_US,
      untilUs: begun.markUs,
    })
    .catch((error: unknown) => {
      if (error instanceof pg.DatabaseError && error.code === QUERY_CANCELED) return undefined;
      throw error;
    });
  if (arrivals === undefined) {
    // So much arrived that telling what takes too long: a history was imported.
    await scanFirst(options, { ...begun, nextChannel: 0 });
    return;
  }
  const ids = [...arrivals.keys()].toSorted((a, b) => a - b);
  for (let first = 0; first < ids.length; first += CHANNELS_AT_A_TIME) {
    if (signal?.aborted === true) return;
    const channelIds = ids.slice(first, first + CHANNELS_AT_A_TIME);
    // oxlint-disable-next-line no-await-in-loop -- one page of channels in memory at a time
    const channels = await readChannelsOf(pool, tenant, REGISTERS, { channelIds });
    // Readings from the future were not looked at until their time came.
    // oxlint-disable-next-line no-await-in-loop
    await scanChannels(options, begun.markUs, channels, ({ channelId }) =>
      Math.min(arrivals.get(channelId)?.earliestUs ?? Infinity, last.markUs),
    );
  }
  await writeRegisterScan(pool, tenant, isSweep ? begun : { ...begun, swept: last.swept });
}

async function scanChannels(
  { pool, store, tenant }: ScanOptions,
  nowUs: number,
  channels: readonly Channel[],
  sinceOf: (channel: Channel) => number,
): Promise<void> {
  if (channels.length === 0) return;
  const since = new Map(channels.map((channel) => [channel.channelId, sinceOf(channel)]));
  const earliestUs = Math.min(...since.values());
  const [unsteady, fresh] = await Promise.all([
    store.unsteadyRegisters(since, nowUs, MOST_PER_HOUR),
    channelsWithEvents(pool, [...since.keys()], earliestUs - FRESH_US),
  ]);
  const odd = channels.filter(({ channelId }) => unsteady.has(channelId) || fresh.has(channelId));
  for (let first = 0; first < odd.length; first += SERIES_AT_A_TIME) {
    const some = odd.slice(first, first + SERIES_AT_A_TIME);
    // oxlint-disable-next-line no-await-in-loop -- some series in memory at a time
    const found = await findEvents(store, some, nowUs);
    // oxlint-disable-next-line no-await-in-loop
    await replaceRegisterEvents(pool, tenant, found);
  }
}

/** Events since the first reading that is there. */
async function findEvents(
  store: ReadingStore,
  channels: readonly Channel[],
  nowUs: number,
): Promise<FoundRegisterEvents[]> {
  const seen = new Map(
    channels.map(({ channelId }) => [
      channelId,
      { watch: watchRegister(), fromUs: Infinity, events: [] as RegisterEvent[] },
    ]),
  );
  await store.series([...seen.keys()], EARLIEST_TS_US, nowUs, (channelId, tsUs, value) => {
    const register = seen.get(channelId);
    if (register === undefined) return;
    register.fromUs = Math.min(register.fromUs, tsUs);
    const event = register.watch.take(tsUs, value);
    if (event !== undefined) register.events.push(event);
  });
  return channels.flatMap(({ channelId, deviceId, quantity }) => {
    const register = seen.get(channelId);
    if (register === undefined || register.fromUs === Infinity) return [];
    const last = register.watch.unsettled();
    const events = last === undefined ? register.events : [...register.events, last];
    return [{ deviceId, quantity, fromUs: register.fromUs, events }];
  });
}
