import type { RowReader, StoredRows } from '@verimeter/reading-store';
import { countArrivals } from './arrivals.ts';
import { readChannels, readFirstInstants } from './channel-rows.ts';
import { EVER } from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import { chunksOf, receivedUs } from './readings-table.ts';
import type { RowColumns } from './row-columns.ts';

/** Channels whose rows are in memory together: of a year of quarter-hours some 45 MB. */
const CHANNELS_IN_MEMORY = 32;

/**
 * Whole channels of QuestDB, some of them at a time: each statement passes over the span once, whatever channels it is for. What is before
 * `keptFromUs` is not counted: it is written down as removed already.
 */
export function createRowReader(
  http: QuestDbHttp,
  table: () => Promise<void>,
  keptFromUs: () => Promise<number | undefined> = () => Promise.resolve(undefined),
): RowReader {
  return {
    async *rows(channelIds, fromUs, untilUs) {
      await table();
      if (untilUs < fromUs) return;
      for (const some of chunksOf(channelIds, CHANNELS_IN_MEMORY)) {
        // oxlint-disable-next-line no-await-in-loop -- one part after the other
        const columns = await readChannels(http, some, { fromUs, untilUs }, { whole: true });
        for (const channelId of some) {
          const own = columns.get(channelId);
          if (own !== undefined && own.tsUs.length > 0) yield rowsOf(channelId, own);
        }
      }
    },

    async firstInstants(channelIds, fromUs) {
      await table();
      return readFirstInstants(http, channelIds, { fromUs, untilUs: Infinity });
    },

    async arrivalsByHour(channelIds, fromUs, toUs) {
      await table();
      const span = { ...EVER, fromUs: (await keptFromUs()) ?? -Infinity };
      return countArrivals(http, channelIds, { fromUs, toUs }, span);
    },
  };
}

function rowsOf(channelId: number, { tsUs, value, flags, received }: RowColumns): StoredRows {
  const { length } = tsUs.values;
  return {
    length,
    channelId: new Int32Array(length).fill(channelId),
    tsUs: tsUs.values,
    value: value.values,
    flags: Int16Array.from(flags.values),
    receivedAtUs: received.values.map(receivedUs),
  };
}
