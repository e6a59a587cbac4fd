import type { ReadingEngine, RowLoader, RowReader } from '@verimeter/reading-store';
import { type ComparedSpan, type Span, comparedDigests } from './compare-readings.ts';
import { gatheredRows } from './gathered-rows.ts';
import { createRowDigest } from './row-digest.ts';

/** Rows that are loaded at once: some megabytes. */
const ROWS_AT_A_TIME = 50_000;

/** Copies a span of some channels; returns how many readings there were. They are shown when it resolves. */
export async function copyRows(
  source: RowReader,
  loader: RowLoader,
  channelIds: readonly number[],
  { fromUs, untilUs }: Span,
  onCopied: (readings: number) => void = () => undefined,
): Promise<number> {
  let copied = 0;
  for await (const rows of gatheredRows(
    source.rows(channelIds, fromUs, untilUs - 1),
    ROWS_AT_A_TIME,
  )) {
    await loader.load(rows);
    copied += rows.length;
    onCopied(copied);
  }
  await loader.shown();
  return copied;
}

/**
 * Copies a span of some channels and reads it back: what was read of the source is held against what the target has then, so that it does not
 * matter what the source is given meanwhile.
 */
export async function bringRows(
  source: RowReader,
  target: Pick<ReadingEngine, 'store'>,
  loader: RowLoader,
  channelIds: readonly number[],
  { fromUs, untilUs }: Span,
): Promise<ComparedSpan> {
  const given = createRowDigest();
  const pieces = source.rows(channelIds, fromUs, untilUs - 1);
  for await (const rows of gatheredRows(pieces, ROWS_AT_A_TIME, (piece) => given.take(piece)))
    await loader.load(rows);
  await loader.shown();
  const found = createRowDigest();
  for await (const rows of target.store.rows(channelIds, fromUs, untilUs - 1)) found.take(rows);
  return comparedDigests(given.end(), found.end());
}
