import type { FilledMonth, ReadingEngine, RowReader } from '@verimeter/reading-store';
import { type Registry, readChannelIds, readChannelNames } from './copy-state.ts';
import { type ChannelDigest, createRowDigest, digestOf } from './row-digest.ts';

/** Channels of which the digests are in memory together, and that one look of an engine is for. */
const CHANNELS_AT_A_TIME = 512;

export interface Span {
  readonly fromUs: number;
  /** Exclusive. */
  readonly untilUs: number;
}

/** Readings of a channel in a month (UTC) that are not the same on both sides. */
export interface Difference {
  readonly tenant: string;
  readonly deviceId: string;
  readonly quantity: string;
  /** `2026-10` */
  readonly month: string;
  readonly source: ChannelDigest;
  readonly target: ChannelDigest;
}

export interface Comparison {
  readonly readings: number;
  readonly months: readonly (ChannelDigest & { readonly month: string })[];
  readonly differences: readonly Difference[];
}

const NONE: ChannelDigest = { readings: 0, sha256: '' };

export const monthName = (us: number): string => new Date(us / 1000).toISOString().slice(0, 7);

export function slicesOf<T>(items: readonly T[], size = CHANNELS_AT_A_TIME): T[][] {
  const slices: T[][] = [];
  for (let k = 0; k < items.length; k += size) slices.push(items.slice(k, k + size));
  return slices;
}

/** Months in which one side or the other may have readings; estimates are those of the last side. */
export function allMonths(...sides: readonly (readonly FilledMonth[])[]): FilledMonth[] {
  const months = new Map(sides.flat().map((month) => [month.fromUs, month]));
  return [...months.values()].toSorted((left, right) => left.fromUs - right.fromUs);
}

async function digestsOf(
  reader: RowReader,
  channelIds: readonly number[],
  { fromUs, untilUs }: Span,
  arrivedBeforeUs: number,
): Promise<ReadonlyMap<number, ChannelDigest>> {
  const digest = createRowDigest(arrivedBeforeUs);
  for await (const rows of reader.rows(channelIds, fromUs, untilUs - 1)) digest.take(rows);
  return digest.end();
}

export interface ComparedSpan {
  /** Of the channels that are the same on both sides. */
  readonly equal: ReadonlyMap<number, ChannelDigest>;
  readonly different: ReadonlyMap<number, { source: ChannelDigest; target: ChannelDigest }>;
}

/** Holds what both sides have against each other. */
export function comparedDigests(
  source: ReadonlyMap<number, ChannelDigest>,
  target: ReadonlyMap<number, ChannelDigest>,
): ComparedSpan {
  const equal = new Map<number, ChannelDigest>();
  const different = new Map<number, { source: ChannelDigest; target: ChannelDigest }>();
  for (const channelId of new Set([...source.keys(), ...target.keys()])) {
    const [one, other] = [source.get(channelId) ?? NONE, target.get(channelId) ?? NONE];
    if (one.readings === other.readings && one.sha256 === other.sha256) equal.set(channelId, one);
    else different.set(channelId, { source: one, target: other });
  }
  return { equal, different };
}

/** Reads a span of some channels on both sides, at the same time. Of readings that arrived before an instant. */
export async function compareSpan(
  [source, target]: readonly [RowReader, RowReader],
  channelIds: readonly number[],
  span: Span,
  arrivedBeforeUs = Infinity,
): Promise<ComparedSpan> {
  const [one, other] = await Promise.all([
    digestsOf(source, channelIds, span, arrivedBeforeUs),
    digestsOf(target, channelIds, span, arrivedBeforeUs),
  ]);
  return comparedDigests(one, other);
}

/** For people: what differs, by name. */
export async function namedDifferences(
  registry: Registry,
  found: readonly {
    readonly channelId: number;
    readonly fromUs: number;
    readonly source: ChannelDigest;
    readonly target: ChannelDigest;
  }[],
): Promise<Difference[]> {
  if (found.length === 0) return [];
  const names = await readChannelNames(registry, [
    ...new Set(found.map(({ channelId }) => channelId)),
  ]);
  return found.map(({ channelId, fromUs, source, target }) => ({
    ...(names.get(channelId) ?? { tenant: '', deviceId: `channel ${channelId}`, quantity: '' }),
    month: monthName(fromUs),
    source,
    target,
  }));
}

/** Compares all readings of all channels, month by month. Changes nothing. */
export async function compareReadings(options: {
  readonly registry: Registry;
  readonly source: Pick<ReadingEngine, 'store' | 'bulk'>;
  readonly target: Pick<ReadingEngine, 'store' | 'bulk'>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((readings: number, total: number | undefined) => void) | undefined;
}): Promise<Comparison> {
  const { registry, source, target, onProgress } = options;
  const channels = await readChannelIds(registry);
  const months = allMonths(await target.bulk.months(), await source.bulk.months());
  const total = totalOf(months);
  const sums: (ChannelDigest & { month: string })[] = [];
  const differences: Parameters<typeof namedDifferences>[1][number][] = [];
  let readings = 0;
  for (const month of months) {
    const equal = new Map<number, ChannelDigest>();
    for (const some of slicesOf(channels)) {
      options.signal?.throwIfAborted();
      // oxlint-disable-next-line no-await-in-loop -- in constant memory
      const compared = await compareSpan([source.store, target.store], some, month);
      for (const [channelId, digest] of compared.equal) {
        equal.set(channelId, digest);
        readings += digest.readings;
      }
      for (const [channelId, sides] of compared.different)
        differences.push({ channelId, fromUs: month.fromUs, ...sides });
      onProgress?.(readings, total);
    }
    if (equal.size > 0) sums.push({ month: monthName(month.fromUs), ...digestOf(equal) });
  }
  return { readings, months: sums, differences: await namedDifferences(registry, differences) };
}

/** Undefined where a month has no estimate. */
export function totalOf(months: readonly FilledMonth[]): number | undefined {
  if (months.some(({ readings }) => readings === undefined)) return undefined;
  return months.reduce((sum, { readings = 0 }) => sum + readings, 0);
}
