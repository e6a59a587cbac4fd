import { type ReadingStore, readIntervals } from '@verimeter/reading-store';
import {
  type Channel,
  type IntervalDay,
  intervalDaysInForce,
  KEPT_STEP_US,
  lastIntervalEnds,
  type Pool,
  readRegisterEvents,
  type StoredRegisterEvent,
  writeIntervalDays,
} from '@verimeter/registry';
import { EARLIEST_TS_US, INTERVAL_RULES, type RegisterInterval } from '@verimeter/telemetry';

const DAY_US = 86_400e6;
/** Channels that are formed together: of some days, and of years. */
const CHANNELS_OF_DAYS = 200;
const CHANNELS_OF_YEARS = 5;
const FEW_DAYS_US = 10 * DAY_US;

export interface FormOptions {
  /** Acts as verimeter_service. */
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
}

/** Start of the day (UTC) that an instant ends or lies in: an interval that ends at midnight belongs to the day before. */
const dayEndingAt = (us: number): number => (Math.ceil(us / DAY_US) - 1) * DAY_US;

/** The earliest day whose intervals a reading can change: that of the edge it is near to. */
export const dayOfReading = (tsUs: number): number =>
  dayEndingAt(Math.floor((tsUs + KEPT_STEP_US / 2) / KEPT_STEP_US) * KEPT_STEP_US);

/**
 * Forms the days of some channels from `fromUs` to `toUs` (both 00:00 UTC, the latter exclusive; -Infinity: from their first reading on), and
 * writes those that came out otherwise than before. Where the last interval before `fromUs` ended earlier, because nothing was known of the
 * register then, days are formed from there on. Returns how many were written.
 */
export async function formDays(
  options: FormOptions,
  channels: readonly Channel[],
  fromUs: number,
  toUs: number,
): Promise<number> {
  const ids = channels.map(({ channelId }) => channelId);
  const ends = await lastEnds(options.pool, ids, fromUs);
  const starts = Map.groupBy(channels, ({ channelId }) => {
    const end = ends.get(channelId);
    return end === undefined ? -Infinity : dayEndingAt(end + KEPT_STEP_US);
  });
  let written = 0;
  for (const [startUs, own] of starts) {
    const limit = toUs - startUs <= FEW_DAYS_US ? CHANNELS_OF_DAYS : CHANNELS_OF_YEARS;
    for (let first = 0; first < own.length; first += limit)
      // oxlint-disable-next-line no-await-in-loop -- the readings of some channels in memory at a time
      written += await formFrom(options, own.slice(first, first + limit), startUs, toUs);
  }
  return written;
}

async function formFrom(
  { pool, store, tenant }: FormOptions,
  channels: readonly Channel[],
  fromUs: number,
  toUs: number,
): Promise<number> {
  const ids = channels.map(({ channelId }) => channelId);
  const deviceIds = [...new Set(channels.map(({ deviceId }) => deviceId))];
  const [ends, events, before] = await Promise.all([
    lastEnds(pool, ids, fromUs),
    readRegisterEvents(pool, tenant, deviceIds),
    intervalDaysInForce(pool, ids, fromUs, toUs),
  ]);
  const eventsOf = Map.groupBy(events, keyOf);
  const formed: IntervalDay[] = [];
  // those that ended at about the same time are read together: one that was silent for months must not have all read for months
  const starts = Map.groupBy(channels, ({ channelId }) =>
    Math.floor((ends.get(channelId) ?? EARLIEST_TS_US) / DAY_US),
  );
  for (const own of starts.values()) {
    const startUs = Math.min(...own.map(({ channelId }) => ends.get(channelId) ?? EARLIEST_TS_US));
    const registers = new Map(
      own.map((channel) => [channel.channelId, eventsOf.get(keyOf(channel)) ?? []]),
    );
    const grid = { stepUs: KEPT_STEP_US, fromUs: startUs, toUs };
    // oxlint-disable-next-line no-await-in-loop -- the readings of some channels in memory at a time
    await readIntervals(store, registers, grid, (channelId, intervals) =>
      formed.push(...daysOf(channelId, intervals, fromUs)),
    );
  }
  const there = new Set(formed.map(({ channelId, dayUs }) => `${channelId} ${dayUs}`));
  const gone = before.filter(({ channelId, dayUs }) => !there.has(`${channelId} ${dayUs}`));
  return writeIntervalDays(pool, tenant, INTERVAL_RULES, [
    ...formed,
    ...gone.map((day) => ({ ...day, intervals: [] })),
  ]);
}

const lastEnds = async (
  pool: Pool,
  channelIds: readonly number[],
  beforeUs: number,
): Promise<Map<number, number>> =>
  beforeUs === -Infinity ? new Map() : lastIntervalEnds(pool, channelIds, beforeUs);

const keyOf = ({ deviceId, quantity }: Pick<StoredRegisterEvent, 'deviceId' | 'quantity'>) =>
  `${quantity} ${deviceId}`;

function daysOf(
  channelId: number,
  intervals: readonly RegisterInterval[],
  fromUs: number,
): IntervalDay[] {
  const wanted = intervals.filter(({ endUs }) => endUs > fromUs);
  return [...Map.groupBy(wanted, ({ endUs }) => dayEndingAt(endUs))].map(([dayUs, own]) => ({
    channelId,
    dayUs,
    intervals: own,
  }));
}
