import {
  formIntervals,
  type IntervalGrid,
  type JudgedRegisterEvent,
  type RegisterInterval,
  type RegisterReading,
} from '@verimeter/telemetry';
import type { ReadingStore } from './reading-store.ts';

/**
 * What some registers counted on a grid between two of its edges, in any store: energy or volume over rollovers and without glitches, from
 * readings at any times (docs/spec/intervals.md). `registers`: their channels with their events, by time. Hands on the intervals of one
 * channel at a time; a channel without readings has none.
 */
export async function readIntervals(
  store: Pick<ReadingStore, 'series'>,
  registers: ReadonlyMap<number, readonly JudgedRegisterEvent[]>,
  grid: IntervalGrid & { readonly fromUs: number; readonly toUs: number },
  take: (channelId: number, intervals: readonly RegisterInterval[]) => void,
): Promise<void> {
  const { stepUs, toleranceUs, fromUs, toUs } = grid;
  let current: number | undefined;
  let readings: RegisterReading[] = [];
  const handOn = (): void => {
    if (current === undefined) return;
    const intervals = formIntervals(readings, registers.get(current) ?? [], {
      stepUs,
      toleranceUs,
    });
    take(
      current,
      intervals.filter(({ startUs, endUs }) => startUs >= fromUs && endUs <= toUs),
    );
    readings = [];
  };
  // with the readings that may stand for the edges at both ends
  const [firstUs, lastUs] = [fromUs - stepUs / 2, toUs + stepUs / 2];
  await store.series([...registers.keys()], firstUs, lastUs, (channelId, tsUs, value) => {
    if (channelId !== current) handOn();
    current = channelId;
    readings.push({ tsUs, value });
  });
  handOn();
}
