import type { QuestDbHttp } from './http-client.ts';
import { CHANNELS_AT_A_TIME, TABLE, channelIn, chunksOf, instant } from './readings-table.ts';
import { readByTime } from './series.ts';

interface Last {
  tsUs: number;
  value: number;
}

const HOUR_US = 3600e6;

/** The readings just before an instant. */
async function readBefore(
  http: QuestDbHttp,
  channelIds: readonly number[],
  beforeUs: number,
): Promise<Map<number, Last>> {
  const found = new Map<number, Last>();
  for (const some of chunksOf(channelIds, CHANNELS_AT_A_TIME))
    // oxlint-disable-next-line no-await-in-loop
    await http.numbers(
      `SELECT channel, ts::long AS us, value FROM ${TABLE}
        WHERE ${channelIn(some)} AND ts < ${instant(beforeUs)} LATEST ON ts PARTITION BY channel`,
      ([channelId = 0, tsUs = 0, value = 0]) => void found.set(channelId, { tsUs, value }),
    );
  return found;
}

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
    const last = await readBefore(http, ids, sinceUs);
    // oxlint-disable-next-line no-await-in-loop
    await readByTime(http, ids, { fromUs: sinceUs, untilUs }, (channelId, tsUs, value) => {
      const before = last.get(channelId);
      if (before !== undefined) {
        const rise = value - before.value;
        const hours = Math.max(1, (tsUs - before.tsUs) / HOUR_US);
        if (rise < 0 || rise > mostPerHour * hours) unsteady.add(channelId);
      }
      last.set(channelId, { tsUs, value });
    });
  }
  return unsteady;
}
