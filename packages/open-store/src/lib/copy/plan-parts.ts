import type { BulkStore, FilledMonth } from '@verimeter/reading-store';
import type { Part } from './copy-state.ts';

const DAY_US = 86_400e6;
/** Readings of a part, roughly, at quarter-hours: what is copied again after a kill. */
const CHANNEL_DAYS = 5000;

/**
 * Pieces of what the source has, in the order in which the target takes them best: days of all channels, or months of some channels. A month
 * has as many days as it has.
 */
export function planParts(
  months: readonly FilledMonth[],
  channelIds: readonly number[],
  loadsBy: BulkStore['loadsBy'],
): Omit<Part, 'part' | 'readings'>[] {
  const [first, last] = [channelIds[0], channelIds.at(-1)];
  if (first === undefined || last === undefined) return [];
  return months.flatMap(({ fromUs, untilUs }) => {
    if (loadsBy === 'day') {
      const days = Math.max(1, Math.floor(CHANNEL_DAYS / channelIds.length));
      return starts(fromUs, untilUs, days * DAY_US).map((startUs) => ({
        fromUs: startUs,
        untilUs: Math.min(untilUs, startUs + days * DAY_US),
        firstChannel: first,
        lastChannel: last,
      }));
    }
    const size = Math.ceil((CHANNEL_DAYS * DAY_US) / (untilUs - fromUs));
    return starts(0, channelIds.length, size).map((index) => ({
      fromUs,
      untilUs,
      firstChannel: channelIds[index] ?? first,
      lastChannel: channelIds[Math.min(channelIds.length, index + size) - 1] ?? last,
    }));
  });
}

function starts(from: number, until: number, step: number): number[] {
  const found: number[] = [];
  for (let at = from; at < until; at += step) found.push(at);
  return found;
}
