import { readLast } from './channel-rows.ts';
import type { QuestDbHttp } from './http-client.ts';
import { readSeries } from './series.ts';

const HOUR_US = 3600e6;

/**
 * Registers that fell, or rose by more than `mostPerHour` within an hour or on average over a longer time, from the last reading before
 * their instant on.
 */
export async function findUnsteady(
  http: QuestDbHttp,
  since: ReadonlyMap<number, number>,
  untilUs: number,
  mostPerHour: number,
): Promise<Set<number>> {
  const unsteady = new Set<number>();
  // Most registers were looked at together before, up to the same instant.
  const together = Map.groupBy(since, ([, sinceUs]) => sinceUs);
  for (const [sinceUs, entries] of together) {
    const ids = entries.map(([id]) => id);
    // oxlint-disable-next-line no-await-in-loop
    const before = await readLast(http, ids, { untilUs: sinceUs - 1 });
    const last = new Map([...before].map(([id, { tsUs, value }]) => [id, { tsUs, value }]));
    // oxlint-disable-next-line no-await-in-loop
    await readSeries(http, ids, { fromUs: sinceUs, untilUs }, (channelId, tsUs, value) => {
      const previous = last.get(channelId);
      if (previous !== undefined) {
        const rise = value - previous.value;
        const hours = Math.max(1, (tsUs - previous.tsUs) / HOUR_US);
        if (rise < 0 || rise > mostPerHour * hours) unsteady.add(channelId);
      }
      last.set(channelId, { tsUs, value });
    });
  }
  return unsteady;
}
