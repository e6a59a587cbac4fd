import {
  eventsChangedSince,
  type IntervalLook,
  KEPT_STEP_US,
  readChannelsOf,
  readIntervalLook,
  type ReadMark,
  trimIntervalDays,
  writeIntervalLook,
} from '@verimeter/registry';
import { EARLIEST_TS_US, INTERVAL_RULES, QUANTITIES } from '@verimeter/telemetry';
import pg from 'pg';
import { allArrivals, isSweepDue, recentArrivals } from '../arrivals-since.ts';
import { readMark } from '../late-marks.ts';
import { withTenantLock } from '../tenant-lock.ts';
import { dayOfReading, type FormOptions, formDays } from './form-days.ts';

const REGISTERS = QUANTITIES.flatMap(({ name, kind }) => (kind === 'register' ? name : []));
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

interface LookOptions extends FormOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Forms the intervals of a tenant's days that are over: each day once for all channels, and again for those channels whose readings or events
 * came or changed later. A look that was interrupted goes on where it was. Returns how many days were written.
 */
export async function lookForDays(options: LookOptions): Promise<number> {
  const { pool, store, tenant, signal } = options;
  return withTenantLock(pool, { name: 'intervals', tenant }, signal, async () => {
    const mark = await readMark(pool, store);
    const last = await readIntervalLook(pool, tenant);
    const isCurrent = last?.algorithm === INTERVAL_RULES;
    let look = last !== undefined && isCurrent ? last : fromTheBeginning(mark);
    let written = 0;
    if (look.forming === undefined) {
      const { formedUntilUs } = look;
      if (formedUntilUs !== undefined) {
        const changed = await daysThatChanged(options, look, mark, formedUntilUs);
        if (changed === 'too much') look = fromTheBeginning(mark);
        else {
          written += await formChanged(options, changed, formedUntilUs);
          const swept = isSweepDue(mark.readUs, look.swept) ? mark : look.swept;
          look = { ...look, mark, swept };
        }
      }
      const untilUs = Math.floor((mark.readUs - OPEN_US) / DAY_US) * DAY_US;
      if (signal?.aborted === true) return written;
      if (untilUs > (look.formedUntilUs ?? -Infinity))
        look = { ...look, forming: { untilUs, nextChannel: 0 } };
      await writeIntervalLook(pool, tenant, look);
    }
    if (look.forming !== undefined) written += await goOn(options, look, look.forming);
    return written;
  });
}

const fromTheBeginning = (mark: ReadMark): IntervalLook => ({
  algorithm: INTERVAL_RULES,
  formedUntilUs: undefined,
  forming: undefined,
  mark,
  swept: mark,
});

/** Days that are over, of all channels page by page. Days before the first reading that is still kept are removed with it. */
async function goOn(
  options: LookOptions,
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
    const channels = await readChannelsOf(pool, tenant, REGISTERS, {
      fromId,
      limit: CHANNELS_AT_A_TIME,
    });
    // oxlint-disable-next-line no-await-in-loop
    written += await formDays(options, channels, fromUs, untilUs);
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
    await writeIntervalLook(pool, tenant, { ...look, ...next });
    if (isDone) break;
  }
  // a look that went on in the middle has not seen the first readings of all
  if (forming.nextChannel === 0 && firstUs !== Infinity)
    await trimIntervalDays(pool, tenant, Math.floor(firstUs / DAY_US) * DAY_US);
  return written;
}

/** Per channel the earliest of the formed days that readings came or events changed for since the last look. */
async function daysThatChanged(
  { pool, store, tenant }: LookOptions,
  { mark: before, swept }: IntervalLook,
  mark: ReadMark,
  formedUntilUs: number,
): Promise<ReadonlyMap<number, number> | 'too much'> {
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
      const channels = await readChannelsOf(pool, tenant, REGISTERS, {
        channelIds: ids.slice(first, first + CHANNELS_AT_A_TIME),
      });
      // oxlint-disable-next-line no-await-in-loop
      if (channels.length > 0) written += await formDays(options, channels, fromUs, formedUntilUs);
    }
  }
  return written;
}
