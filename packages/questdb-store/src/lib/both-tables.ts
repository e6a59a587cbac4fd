import { HISTORY, type Month, positionColumns, positionsOf } from './history-table.ts';
import { TABLE, instant } from './readings-table.ts';

/** A condition for the rows of a month in `TABLE`. */
export const inMonth = ({ fromUs, untilUs }: Month): string =>
  `ts >= ${instant(fromUs)} AND ts < ${instant(untilUs)}`;

/** Rows of a month that `TABLE` has, with the keys that they have in history: `p`, `us`. */
export const keysInTable = (month: Month, condition: string): string =>
  `(SELECT ${positionColumns(month)}, channel, value, flags, received FROM ${TABLE} WHERE ${inMonth(month)} AND ${condition})`;

/** Rows that history has of some channels and those between them, with their keys. */
export const keysInHistory = (month: Month, channelIds: readonly number[]): string =>
  `(SELECT pos::long AS p, us, coalesce(value, thousandths / 1000.0) AS value, flags, received
      FROM ${HISTORY} WHERE ${positionsOf(month, channelIds)})`;
