import type { HourCount, RowReader, StoredRows } from '@verimeter/reading-store';
import type { QuestDbHttp } from './http-client.ts';
import {
  CHANNELS_AT_A_TIME,
  RECEIVED_EPOCH_S,
  TABLE,
  channelIn,
  chunksOf,
  instant,
  receivedUs,
} from './readings-table.ts';
import { GrowingColumn } from './series.ts';

/** Channels whose rows are in memory together: of a year of quarter-hours some 45 MB. */
const CHANNELS_IN_MEMORY = 32;
const HOUR_S = 3600;

interface Columns {
  readonly tsUs: GrowingColumn;
  readonly value: GrowingColumn;
  readonly flags: GrowingColumn;
  readonly received: GrowingColumn;
}

/** Whole channels of QuestDB, some of them at a time: each statement passes over the span once, whatever channels it is for. */
export function createRowReader(http: QuestDbHttp, table: () => Promise<void>): RowReader {
  return {
    async *rows(channelIds, fromUs, untilUs) {
      await table();
      if (untilUs < fromUs) return;
      for (const some of chunksOf(channelIds, CHANNELS_IN_MEMORY)) {
        // oxlint-disable-next-line no-await-in-loop -- one part after the other
        const columns = await readColumns(http, some, fromUs, untilUs);
        for (const channelId of some) {
          const own = columns.get(channelId);
          if (own !== undefined && own.tsUs.values.length > 0) yield rowsOf(channelId, own);
        }
      }
    },

    async firstInstants(channelIds, fromUs) {
      await table();
      const found = new Map<number, number>();
      for (const some of chunksOf(channelIds, CHANNELS_AT_A_TIME))
        // oxlint-disable-next-line no-await-in-loop
        await http.numbers(
          `SELECT channel, min(ts)::long AS us FROM ${TABLE}
            WHERE ${channelIn(some)}${Number.isFinite(fromUs) ? ` AND ts >= ${instant(fromUs)}` : ''}`,
          ([channelId = 0, tsUs = 0]) => void found.set(channelId, tsUs),
        );
      return found;
    },

    async arrivalsByHour(channelIds, fromUs, toUs) {
      await table();
      const counts: HourCount[] = [];
      for (const some of chunksOf(channelIds, CHANNELS_AT_A_TIME))
        // oxlint-disable-next-line no-await-in-loop
        await http.numbers(
          `SELECT channel, received / ${HOUR_S} AS hour, count() AS readings FROM ${TABLE}
            WHERE ${channelIn(some)}${arrived('>=', fromUs)}${arrived('<', toUs)}`,
          ([channelId = 0, hour = 0, readings = 0]) =>
            void counts.push({ channelId, hourUs: receivedUs(hour * HOUR_S), readings }),
        );
      return counts;
    },
  };
}

/** Receive times are whole seconds. */
const arrived = (relation: '>=' | '<', us: number): string =>
  Number.isFinite(us) ? ` AND received ${relation} ${Math.ceil(us / 1e6) - RECEIVED_EPOCH_S}` : '';

async function readColumns(
  http: QuestDbHttp,
  channelIds: readonly number[],
  fromUs: number,
  untilUs: number,
): Promise<Map<number, Columns>> {
  const columns = new Map(
    channelIds.map((id) => [
      id,
      {
        tsUs: new GrowingColumn(),
        value: new GrowingColumn(),
        flags: new GrowingColumn(),
        received: new GrowingColumn(),
      },
    ]),
  );
  const bounds = [
    ...(Number.isFinite(fromUs) ? [` AND ts >= ${instant(fromUs)}`] : []),
    ...(Number.isFinite(untilUs) ? [` AND ts <= ${instant(untilUs)}`] : []),
  ];
  await http.numbers(
    `SELECT channel, ts::long AS us, value, flags, received FROM ${TABLE}
      WHERE ${channelIn(channelIds)}${bounds.join('')}`,
    ([channelId = 0, tsUs = 0, value = 0, flags = 0, received = 0]) => {
      const own = columns.get(channelId);
      own?.tsUs.push(tsUs);
      own?.value.push(value);
      own?.flags.push(flags);
      own?.received.push(received);
    },
  );
  return columns;
}

function rowsOf(channelId: number, { tsUs, value, flags, received }: Columns): StoredRows {
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
