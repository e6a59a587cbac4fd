import type { ReadingStore } from '@verimeter/reading-store';
import type { Queryable } from '@verimeter/registry';
import { EARLIEST_TS_US } from '@verimeter/telemetry';
import { channelsOf } from './kept-readings.ts';
import type { ReceivePeriod } from './receive-period.ts';

export interface Gap {
  readonly deviceId: string;
  readonly quantity: string;
  /** The last reading before and the first one after, microseconds since 1970. */
  readonly fromUs: number;
  readonly toUs: number;
  /** How many readings the median spacing lets expect in between. */
  readonly missing: number;
  /** Median spacing of the channel in the period, seconds. */
  readonly spacingS: number;
}

export interface Gaps {
  /** Those with the most readings missing, by device and quantity, in each channel the longest first. */
  readonly listed: readonly Gap[];
  readonly count: number;
  readonly missing: number;
  /** Channels with enough readings to tell. */
  readonly channels: number;
}

/** Fewer do not tell how often a channel sends. */
const MIN_READINGS = 10;
/** One reading at its usual distance and half as much again: below, the reading was late, not missing. */
const GAP_SPACINGS = 1.5;
/** Channels asked for at once: some millions of readings in a year of quarter-hours. */
const CHANNELS_AT_ONCE = 100;

const compare = (left: string, right: string): number =>
  left === right ? 0 : left < right ? -1 : 1;

const byChannel = (left: Gap, right: Gap): number =>
  compare(left.deviceId, right.deviceId) || compare(left.quantity, right.quantity);

const bySize = (left: Gap, right: Gap): number =>
  right.missing - left.missing || byChannel(left, right) || left.fromUs - right.fromUs;

const byLength = (left: Gap, right: Gap): number =>
  right.toUs - right.fromUs - (left.toUs - left.fromUs) || left.fromUs - right.fromUs;

/**
 * The spans between readings of a channel, with own times in the period, that are longer than 1.5 times the median. Gaps are in the devices'
 * own time. Readings of the future count once their time has come, as everywhere: behind a clock that is ahead there is no gap.
 */
export async function findGaps(
  client: Queryable,
  store: Pick<ReadingStore, 'series'>,
  options: {
    readonly tenant: string;
    readonly period: ReceivePeriod;
    readonly limit: number;
    readonly onProgress: (channels: number, of: number) => void;
  },
): Promise<Gaps> {
  const { tenant, period, limit, onProgress } = options;
  const fromUs = Math.max(EARLIEST_TS_US, period.fromUs);
  const untilUs = Math.min(period.toUs - 1, await databaseNow(client));
  const ids = fromUs <= untilUs ? await channelsOf(client, tenant) : [];
  const sums = { count: 0, missing: 0, channels: 0 };
  let largest: Gap[] = [];
  for (let first = 0; first < ids.length; first += CHANNELS_AT_ONCE) {
    onProgress(first, ids.length);
    const some = ids.slice(first, first + CHANNELS_AT_ONCE);
    // oxlint-disable-next-line no-await-in-loop -- the readings of some channels in memory at a time
    const names = await namesOf(client, some);
    const found: Gap[] = [];
    const close = (channelId: number, instants: readonly number[]): void => {
      const gaps = gapsBetween(instants);
      if (gaps === undefined) return;
      sums.channels += 1;
      sums.count += gaps.length;
      for (const gap of gaps) {
        sums.missing += gap.missing;
        found.push({ ...(names.get(channelId) ?? unnamed(channelId)), ...gap });
      }
    };
    // oxlint-disable-next-line no-await-in-loop
    await eachChannel(store, some, { fromUs, untilUs }, close);
    largest = [...largest, ...found].toSorted(bySize).slice(0, limit);
  }
  const listed = largest.toSorted((a, b) => byChannel(a, b) || byLength(a, b));
  return { ...sums, listed };
}

/** Calls `close` with the instants of each channel that has some. */
async function eachChannel(
  store: Pick<ReadingStore, 'series'>,
  channelIds: readonly number[],
  { fromUs, untilUs }: { readonly fromUs: number; readonly untilUs: number },
  close: (channelId: number, instants: readonly number[]) => void,
): Promise<void> {
  let current: number | undefined;
  let instants: number[] = [];
  await store.series(channelIds, fromUs, untilUs, (channelId, tsUs) => {
    if (channelId !== current) {
      if (current !== undefined) close(current, instants);
      current = channelId;
      instants = [];
    }
    instants.push(tsUs);
  });
  if (current !== undefined) close(current, instants);
}

/** The gaps of a channel by time; undefined where its readings are too few to tell. `instants`: ascending, microseconds. */
export function gapsBetween(
  instants: readonly number[],
): Omit<Gap, 'deviceId' | 'quantity'>[] | undefined {
  if (instants.length < MIN_READINGS) return undefined;
  const seconds = new Float64Array(instants.length - 1);
  for (let step = 0; step < seconds.length; step++)
    seconds[step] = ((instants[step + 1] ?? 0) - (instants[step] ?? 0)) / 1e6;
  const spacingS = median(seconds);
  const gaps: Omit<Gap, 'deviceId' | 'quantity'>[] = [];
  for (const [step, length] of seconds.entries())
    if (length > GAP_SPACINGS * spacingS)
      gaps.push({
        fromUs: instants[step] ?? 0,
        toUs: instants[step + 1] ?? 0,
        missing: roundHalfEven(length / spacingS) - 1,
        spacingS,
      });
  return gaps;
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? Number.NaN;
  const high = sorted[Math.ceil(middle)] ?? Number.NaN;
  return low + (middle - Math.floor(middle)) * (high - low);
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

async function databaseNow(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ now: number }>('SELECT now()');
  return rows[0]?.now ?? Number.NaN;
}

async function namesOf(
  client: Queryable,
  channelIds: readonly number[],
): Promise<Map<number, Pick<Gap, 'deviceId' | 'quantity'>>> {
  const { rows } = await client.query<{
    channel_id: number;
    device_id: string;
    quantity: string;
  }>('SELECT channel_id, device_id, quantity FROM channels WHERE channel_id = ANY ($1)', [
    channelIds,
  ]);
  return new Map(
    rows.map(({ channel_id: id, device_id: deviceId, quantity }) => [id, { deviceId, quantity }]),
  );
}

function unnamed(channelId: number): never {
  throw new Error(`channel ${channelId} has no name`);
}
