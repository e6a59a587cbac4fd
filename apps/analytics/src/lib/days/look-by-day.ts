import type { ReadingStore } from '@verimeter/reading-store';
import {
  type Channel,
  type DayLooks,
  eventsChangedSince,
  type IntervalLook,
  KEPT_STEP_US,
  type Pool,
  readChannelsOf,
  readIntervalLook,
  type ReadMark,
  writeIntervalLook,
} from '@verimeter/registry';
import { EARLIEST_TS_US } from '@verimeter/telemetry';
import pg from 'pg';
import { allArrivals, isSweepDue, recentArrivals } from '../arrivals-since.ts';
import { readMark } from '../late-marks.ts';
import { withTenantLock } from '../tenant-lock.ts';

const DAY_US = 86_400e6;
/** A day is formed so long after its end: what is on its way then need not make a second version. */
const OPEN_US = 3 * 3600e6;
/** Of so many channels it is noted that they are done. */
const CHANNELS_AT_A_TIME = 200;
/** What happened to a register is told by readings that follow, which may also tell that nothing did. */
const TOLD_AFTER_US = DAY_US;
/** An event is stamped before it is committed. */
const COMMITTED_WITHIN_US = 120e6;
/** PostgreSQL's code of a statement that took too long. */
const QUERY_CANCELED = '57014';

export interface LookOptions {
  /** Acts as verimeter_service. */
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  readonly signal?: AbortSignal | undefined;
}

/** What is done with days that are over. */
export interface DayWork {
  /** Of the lock: one at a time per tenant. */
  readonly name: string;
  /** Where it is written up to where it was done. */
  readonly looks: DayLooks;
  /** All is done anew where it is another one. */
  readonly algorithm: number;
  /** Of the channels concerned. */
  readonly quantities: readonly string[];
  /** Under the lock, before anything is looked at. */
  readonly begin?: () => Promise<void>;
  /** Some channels from one 00:00 UTC (-Infinity: from the first reading on) up to another; returns how much was written. */
  readonly form: (channels: readonly Channel[], fromUs: number, toUs: number) => Promise<number>;
  /** Removes days before the first reading that is still kept. */
  readonly trim: (beforeUs: number) => Promise<unknown>;
  /** The earliest day that a reading at an instant changes. */
  readonly dayOfReading: (tsUs: number) => number;
}

/**
 * Does something with a tenant's days that are over: each day once for all channels, and again for those channels whose readings or events
 * came or changed later. A look that was interrupted goes on where it was. Returns how much was written.
 */
export async function lookByDay(options: LookOptions, work: DayWork): Promise<number> {
  const { pool, store, tenant, signal } = options;
  return withTenantLock(pool, { name: work.name, tenant }, signal, async () => {
    await work.begin?.();
    const mark = await readMark(pool, store);
    const last = await readIntervalLook(pool, tenant, work.looks);
    const isCurrent = last?.algorithm === work.algorithm;
    const anew = fromTheBeginning(work.algorithm, mark);
    let look = last !== undefined && isCurrent ? last : anew;
    let written = 0;
    if (look.forming === undefined) {
      const { formedUntilUs } = look;
      if (formedUntilUs !== undefined) {
        const changed = await daysThatChanged(options, work, { look, mark, formedUntilUs });
        if (changed === 'too much') look = anew;
        else {
          written += await formChanged(options, work, changed, formedUntilUs);
          const swept = isSweepDue(mark.readUs, look.swept) ? mark : look.swept;
          look = { ...look, mark, swept };
        }
      }
      const untilUs = Math.floor((mark.readUs - OPEN_US) / DAY_US) * DAY_US;
      if (signal?.aborted === true) return written;
      if (untilUs > (look.formedUntilUs ?? -Infinity))
        look = { ...look, forming: { untilUs, nextChannel: 0 } };
      await writeIntervalLook(pool, tenant, look, work.looks);
    }
    if (look.forming !== undefined) written += await goOn(options, work, look, look.forming);
    return written;
  });
}

const fromTheBeginning = (algorithm: number, mark: ReadMark): IntervalLook => ({
  algorithm,
  formedUntilUs: undefined,
  forming: undefined,
  mark,
  swept: mark,
});

/** Days that are over, of all channels page by page. Days before the first reading that is still kept are removed with it. */
async function goOn(
  options: LookOptions,
  work: DayWork,
  look: IntervalLook,
  forming: NonNullable<IntervalLook['forming']>,
): Promise<number> {
  const { pool, store, tenant, signal } = options;
  const { untilUs } = forming;
  const fromUs = look.formedUntilUs ?? -Infinity;
  let fromId = forming.nextChannel;
  let written = 0;
  let firstUs = Infinity;
  for (;;) {
    if (signal?.aborted === true) return written;
    // oxlint-disable-next-line no-await-in-loop -- one page of channels in memory at a time
    const channels = await readChannelsOf(pool, tenant, work.quantities, {
      fromId,
      limit: CHANNELS_AT_A_TIME,
    });
    // oxlint-disable-next-line no-await-in-loop
    written += await work.form(channels, fromUs, untilUs);
    // oxlint-disable-next-line no-await-in-loop
    const firsts = await store.firstInstants(
      channels.map(({ channelId }) => channelId),
      EARLIEST_TS_US,
    );
    firstUs = Math.min(firstUs, ...firsts.values());
    const lastId = channels.at(-1)?.channelId;
    const isDone = lastId === undefined || channels.length < CHANNELS_AT_A_TIME;
    if (!isDone) fromId = lastId + 1;
    const next: Partial<IntervalLook> = isDone
      ? { formedUntilUs: untilUs, forming: undefined }
      : { forming: { untilUs, nextChannel: fromId } };
    // oxlint-disable-next-line no-await-in-loop
    await writeIntervalLook(pool, tenant, { ...look, ...next }, work.looks);
    if (isDone) break;
  }
  // a look that went on in the middle has not seen the first readings of all
  if (forming.nextChannel === 0 && firstUs !== Infinity)
    await work.trim(Math.floor(firstUs / DAY_US) * DAY_US);
  return written;
}

/** Per channel the earliest of the formed days that readings came or events changed for since the last look. */
async function daysThatChanged(
  { pool, store, tenant }: LookOptions,
  { dayOfReading }: DayWork,
  since: {
    readonly look: IntervalLook;
    readonly mark: ReadMark;
    readonly formedUntilUs: number;
  },
): Promise<ReadonlyMap<number, number> | 'too much'> {
  const { mark, formedUntilUs } = since;
  const { mark: before, swept } = since.look;
  const arrivals = await store
    .lateArrivals(tenant, {
      ...(isSweepDue(mark.readUs, swept) ? allArrivals(swept) : recentArrivals(before)),
      fromUs: EARLIEST_TS_US,
      untilUs: formedUntilUs + KEPT_STEP_US / 2,
    })
    .catch((error: unknown) => {
      // So much arrived that telling what takes too long: a history was imported.
      if (error instanceof pg.DatabaseError && error.code === QUERY_CANCELED) return undefined;
      throw error;
    });
  if (arrivals === undefined) return 'too much';
  const events = await eventsChangedSince(pool, tenant, before.readUs - COMMITTED_WITHIN_US);
  const days = new Map<number, number>();
  const add = (channelId: number, tsUs: number): void => {
    const dayUs = dayOfReading(tsUs);
    if (dayUs < formedUntilUs)
      days.set(channelId, Math.min(dayUs, days.get(channelId) ?? Infinity));
  };
  for (const [channelId, { earliestUs }] of arrivals) add(channelId, earliestUs - TOLD_AFTER_US);
  for (const [channelId, fromUs] of events) add(channelId, fromUs);
  return days;
}

async function formChanged(
  options: LookOptions,
  work: DayWork,
  changed: ReadonlyMap<number, number>,
  formedUntilUs: number,
): Promise<number> {
  const { pool, tenant, signal } = options;
  let written = 0;
  for (const [fromUs, own] of Map.groupBy(changed, ([, dayUs]) => dayUs)) {
    const ids = own.map(([channelId]) => channelId);
    for (let first = 0; first < ids.length; first += CHANNELS_AT_A_TIME) {
      if (signal?.aborted === true) return written;
      // oxlint-disable-next-line no-await-in-loop -- one page of channels in memory at a time
      const channels = await readChannelsOf(pool, tenant, work.quantities, {
        channelIds: ids.slice(first, first + CHANNELS_AT_A_TIME),
      });
      // oxlint-disable-next-line no-await-in-loop
      if (channels.length > 0) written += await work.form(channels, fromUs, formedUntilUs);
    }
  }
  return written;
}
